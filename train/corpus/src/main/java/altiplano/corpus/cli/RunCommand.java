package altiplano.corpus.cli;

import altiplano.corpus.recipe.Recipe;
import altiplano.corpus.recipe.RecipeReader;
import altiplano.corpus.run.CorpusRun;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "run")
final class RunCommand implements Callable<Integer> {
  @Option(names = "--config", required = true, paramLabel = "FILE")
  private Path config = Path.of("");

  @Option(names = "--set", paramLabel = "KEY=VALUE")
  private Map<String, String> settings = Map.of();

  @Mixin private SparkOptions options = new SparkOptions();

  @Override
  public Integer call() throws Exception {
    Recipe recipe = RecipeReader.read(config, settings);
    try (var spark = options.start()) {
      CorpusRun.run(spark, recipe, options::progress);
    }
    options.progress("done: " + Path.of(recipe.output()).resolve("report.html"));
    return 0;
  }
}
