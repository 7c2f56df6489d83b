package altiplano.cli;

import altiplano.files.ModelFile;
import altiplano.files.ModelOutput;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/// The model that a command reads, and the one that it writes.
final class ConversionArguments {
  @Parameters(paramLabel = "IN", index = "0")
  private String model;

  @Parameters(paramLabel = "OUT", index = "1")
  private Path path;

  @Option(names = "--force")
  private boolean force;

  @Option(names = "--split-size", paramLabel = "SIZE", converter = Size.class)
  private Optional<Long> splitSize = Optional.empty();

  ModelFile open() {
    return ModelFile.open(ModelArgument.path(model));
  }

  /// Returns where the model goes, with `bar` for how far it is.
  ModelOutput output(ProgressBar bar) {
    return new ModelOutput(path, force, splitSize.orElse(Long.MAX_VALUE), bar::at);
  }

  ProgressBar bar(Messages messages, Streams streams) {
    return ProgressBar.of(String.valueOf(path.getFileName()), messages, streams);
  }

  /// Reads `500M` or `4G`.
  static final class Size implements ITypeConverter<Long> {
    @Override
    public Long convert(String text) {
      var size = text.toUpperCase(Locale.ROOT);
      if (!size.matches("[1-9]\\d{0,11}[MG]")) {
        throw new TypeConversionException("a size is written as 500M or 4G, not " + text);
      }
      long number = Long.parseLong(size.substring(0, size.length() - 1));
      return number * (size.endsWith("M") ? 1_000_000L : 1_000_000_000L);
    }
  }
}
