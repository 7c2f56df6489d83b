package altiplano.training.cli;

import altiplano.training.recipe.Recipe;
import altiplano.training.run.ProgressBar;
import altiplano.training.run.Report;
import altiplano.training.run.RunFolder;
import altiplano.training.run.Session;
import altiplano.training.run.Trainer;
import altiplano.training.torch.NativeLibraries;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/// `train --config FILE`, `train resume DIR`, `train report DIR`.
@Command(
    name = "train",
    description = "Trains a model by a recipe.",
    mixinStandardHelpOptions = true,
    footer = {
      "%nExample:%n  altiplano train --config runs/tiny.yaml --set output=work/tiny --set"
          + " steps=300%nRecipes are in runs/; docs/training.md explains every key."
    })
public final class TrainCommand implements Runnable {
  private final PrintStream err;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(names = "--config", paramLabel = "FILE", description = "The recipe, YAML.")
  private List<Path> configs = List.of();

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      scope = ScopeType.INHERIT,
      description = "A value in place of the recipe's, such as optimizer.rate=1e-3.")
  private List<String> sets = List.of();

  public TrainCommand(PrintStream err) {
    this.err = err;
  }

  @Option(
      names = "--verbose",
      scope = ScopeType.INHERIT,
      description = "Show the stack trace of a failure.")
  void verbose(boolean on) {
    // Main looks at the arguments itself: it reports what fails before they are parsed, too.
  }

  @Override
  public void run() {
    if (configs.size() != 1) {
      throw new ParameterException(spec.commandLine(), "train: give one --config FILE");
    }
    try {
      Recipe recipe = Recipe.read(configs.getFirst(), sets);
      var folder = RunFolder.create(configs.getFirst(), sets, recipe.output());
      train(recipe, folder);
    } catch (IOException failed) {
      throw new java.io.UncheckedIOException(failed);
    }
  }

  @Command(
      name = "resume",
      description = "Goes on with a run from its last checkpoint.",
      mixinStandardHelpOptions = true)
  int resume(@Parameters(paramLabel = "DIR", description = "The output of the run.") Path directory)
      throws IOException {
    var folder = RunFolder.open(directory);
    train(folder.recipe(sets), folder);
    return ExitCode.OK;
  }

  @Command(
      name = "report",
      description = "Writes a run's report.html again.",
      mixinStandardHelpOptions = true)
  int report(@Parameters(paramLabel = "DIR", description = "The output of the run.") Path directory)
      throws IOException {
    err.println(Report.write(RunFolder.open(directory)));
    return ExitCode.OK;
  }

  /// Trains to the end. A signal makes the loop save a checkpoint first; the VM then ends with the
  /// signal's code.
  private void train(Recipe recipe, RunFolder folder) throws IOException {
    boolean terminal = System.getenv("ALTIPLANO_TERMINAL") != null;
    var progress = new ProgressBar(err, terminal, recipe.steps());
    NativeLibraries.load(store());
    Trainer trainer = new Session(recipe, folder, progress).open();
    var finished = new CountDownLatch(1);
    var hook =
        new Thread(() -> {
          trainer.stop();
          try {
            finished.await();
          } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
          }
        });
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      boolean complete = trainer.run();
      Report.write(folder);
      if (complete) Runtime.getRuntime().removeShutdownHook(hook);
      else progress.say("Saved. Go on by: train resume " + folder.path());
    } finally {
      finished.countDown();
    }
  }

  private static Path store() {
    String set = System.getenv("ALTIPLANO_HOME");
    return set == null || set.isBlank()
        ? Path.of(System.getProperty("user.home"), ".altiplano")
        : Path.of(set);
  }
}
