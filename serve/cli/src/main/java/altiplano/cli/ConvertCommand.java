package altiplano.cli;

import altiplano.files.ModelConversion;
import altiplano.files.ModelFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// Writes a model in another format, without loss.
@Command(name = "convert")
final class ConvertCommand implements Runnable {
  private final Streams streams;
  @Mixin ReportOptions report;

  @Mixin private ConversionArguments arguments;

  ConvertCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public void run() {
    try (ModelFile source = arguments.open();
        var bar = arguments.bar(report.messages(streams), streams)) {
      ModelConversion.convert(source, arguments.output(bar));
    }
  }
}
