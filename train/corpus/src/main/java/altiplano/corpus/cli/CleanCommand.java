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

@Command(name = "clean")
final class CleanCommand implements Callable<Integer> {
  @Parameters(arity = "1..*", paramLabel = "FILE")
  private List<String> files = List.of();

  @Option(names = "--output", required = true, paramLabel = "DIR")
  private Path output = Path.of("");

  @Option(names = "--simplify")
  private boolean simplify;

  @Option(names = "--no-mask")
  private boolean noMask;

  @Mixin private SparkOptions options = new SparkOptions();

  @Override
  public Integer call() throws Exception {
    var wanted = new CleanRun.Options(simplify, !noMask);
    try (var session = options.session()) {
      Report report =
          options.onCluster()
              ? CleanRun.run(session.get(), files, output, wanted, options::progress)
              : CleanRun.run(session, files, output, wanted, options::progress);
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
