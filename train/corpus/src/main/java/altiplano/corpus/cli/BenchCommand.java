package altiplano.corpus.cli;

import altiplano.corpus.run.Benchmark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(name = "bench")
final class BenchCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it before the command runs
  private CommandSpec spec;

  @Parameters(arity = "0..*", paramLabel = "FILE")
  private List<String> files = List.of();

  @Option(names = "--shares", split = ",", paramLabel = "SHARE")
  private List<Double> shares = List.of(0.25, 0.5, 1.0);

  @Option(names = "--shards", paramLabel = "DIR")
  private @Nullable Path shards;

  @Mixin private SparkOptions options = new SparkOptions();

  @Override
  public Integer call() throws Exception {
    if (files.isEmpty() && shards == null) {
      throw new ParameterException(
          spec.commandLine(), "nothing to measure: name files or --shards");
    }
    if (shares.isEmpty() || shares.stream().anyMatch(share -> !(share > 0 && share <= 1))) {
      throw new ParameterException(
          spec.commandLine(), "--shares " + shares + ": give shares above 0, up to 1");
    }
    if (shards != null) {
      System.out.printf("loader: %,.0f MB/s of token ids%n", Benchmark.loader(shards));
    }
    if (files.isEmpty()) return 0;
    Path work = Files.createTempDirectory("altiplano-bench");
    try (var spark = options.start()) {
      new Benchmark(spark, options.threads(), work, System.out::println)
          .run(files, shares.stream().sorted().toList());
    } finally {
      delete(work);
    }
    return 0;
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) Files.delete(path);
    }
  }
}
