package altiplano.corpus.cli;

import altiplano.corpus.report.Report;
import altiplano.corpus.run.CleanRun;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "clean",
    description = {
      "Cleans files with the default recipe, nothing to configure.",
      "Writes documents.jsonl, rejects.jsonl, report.json and report.html."
    },
    footer = {"", "Example:", "  altiplano corpus clean texts/ pages/*.html.gz --output cleaned"})
final class CleanCommand implements Callable<Integer> {
  @Parameters(
      arity = "1..*",
      paramLabel = "FILE",
      description =
          "Files, folders or globs: text, Markdown, HTML, JSONL, CSV, Parquet, WARC; plain or"
              + " compressed.")
  private List<String> files = List.of();

  @Option(
      names = "--output",
      required = true,
      paramLabel = "DIR",
      description = "Where the result goes; an earlier one is replaced when the new one is whole.")
  private Path output = Path.of("");

  @Option(names = "--simplify", description = "Turn traditional Chinese into simplified.")
  private boolean simplify;

  @Option(names = "--no-mask", description = "Leave personal data in the text.")
  private boolean noMask;

  @Mixin private SparkOptions options = new SparkOptions();

  @Override
  public Integer call() throws Exception {
    try (var spark = options.start()) {
      Report report =
          CleanRun.run(
              spark, files, output, new CleanRun.Options(simplify, !noMask), options::progress);
      options.progress(
          "%,d documents in, %,d rejected, %,d out: %s"
              .formatted(
                  report.documentsIn(),
                  report.rejected(),
                  report.documentsOut(),
                  output.resolve("report.html")));
    }
    return 0;
  }
}
