package altiplano.corpus.cli;

import altiplano.corpus.augment.Change;
import altiplano.corpus.augment.Unit;
import altiplano.corpus.run.AugmentRun;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(name = "augment")
final class AugmentCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it before the command runs
  private CommandSpec spec;

  @Parameters(arity = "1..*", paramLabel = "FILE")
  private List<String> files = List.of();

  @Option(names = "--output", required = true, paramLabel = "DIR")
  private Path output = Path.of("");

  @Option(names = "--copies", paramLabel = "N")
  private int copies = 4;

  @Option(names = "--rate", paramLabel = "SHARE")
  private double rate = 0.1;

  @Option(names = "--changes", split = ",", paramLabel = "NAME")
  private List<Change> changes = List.of(Change.values());

  @Option(names = "--unit", paramLabel = "word|character")
  private Unit unit = Unit.WORD;

  @Option(names = "--seed", paramLabel = "N")
  private long seed = 1;

  @Option(names = "--field", paramLabel = "NAME")
  private String field = "text";

  @Option(names = "--label", paramLabel = "NAME")
  private String label = "label";

  @Option(names = "--synonyms", paramLabel = "FILE")
  private String synonyms = "";

  @Option(names = "--vectors-from", split = ",", paramLabel = "FILE")
  private List<String> vectorsFrom = List.of();

  @Option(names = "--json")
  private boolean json;

  @Mixin private SparkOptions options = new SparkOptions();

  @Override
  public Integer call() throws Exception {
    if (copies < 1 || copies > 1_000) {
      throw wrong("--copies " + copies + ": give a whole number from 1 to 1000");
    }
    if (!(rate > 0 && rate <= 1)) throw wrong("--rate " + rate + ": give a share above 0, up to 1");
    if (!synonyms.isEmpty() && !vectorsFrom.isEmpty()) {
      throw wrong("--synonyms and --vectors-from exclude each other: name one of them");
    }
    var wanted =
        new AugmentRun.Options(
            field, label, copies, rate, changes, unit, seed, synonyms, vectorsFrom);
    try (var spark = options.start()) {
      AugmentRun.Result result = AugmentRun.run(spark, files, output, wanted, options::progress);
      if (json) System.out.println(result.toJson().write());
      options.progress(
          "%,d rows, %,d copies, %,d rows without any, %,d rejected: %s"
              .formatted(
                  result.rows(),
                  result.copies().values().stream().mapToLong(Long::longValue).sum(),
                  result.without(),
                  result.rejected(),
                  output.resolve("augmented.jsonl")));
    }
    return 0;
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
