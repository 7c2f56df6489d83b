package altiplano.cli;

import altiplano.files.ModelFile;
import altiplano.files.ModelQuantization;
import altiplano.tensor.ElementType;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Writes a model with its matrices in another type.
@Command(name = "quantize")
final class QuantizeCommand implements Runnable {
  private final Streams streams;
  @Mixin ReportOptions report;

  @Mixin private ConversionArguments arguments;

  @Option(names = "--type", paramLabel = "TYPE", required = true)
  private ElementType type;

  @Option(names = "--reference")
  private boolean reference;

  @Option(names = "--pure")
  private boolean pure;

  @Option(names = "--threads", paramLabel = "N", defaultValue = "0")
  private int threads;

  QuantizeCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public void run() {
    var messages = report.messages(streams);
    var workers = threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
    try (ModelFile source = arguments.open();
        var bar = arguments.bar(messages, streams)) {
      if (ModelQuantization.alreadyQuantised(source)) {
        messages.say(
            () -> source.path() + ": already quantised; quantising the original would lose less.");
      }
      ModelQuantization.quantize(
          source,
          arguments.output(bar),
          new ModelQuantization.Settings(type, reference, pure, Map.of(), workers));
    }
  }
}
