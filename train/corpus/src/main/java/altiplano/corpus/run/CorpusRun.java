package altiplano.corpus.run;

import altiplano.corpus.read.InputFile;
import altiplano.corpus.recipe.Recipe;
import altiplano.corpus.recipe.Recipe.Source;
import altiplano.corpus.recipe.Recipe.Vocabulary;
import altiplano.corpus.report.Report;
import altiplano.corpus.report.ReportPage;
import altiplano.corpus.steps.Step;
import altiplano.shards.Checksum;
import altiplano.shards.Manifest;
import altiplano.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/// `corpus run`: a recipe from raw text to shards.
public final class CorpusRun {
  private CorpusRun() {}

  /// Runs a recipe and returns the manifest of what it wrote.
  public static Manifest run(SparkSession spark, Recipe recipe, Progress progress)
      throws IOException {
    check(recipe);
    var timings = new Timings(progress);
    Path output = Path.of(recipe.output());
    try (OutputFolder folder = OutputFolder.open(output)) {
      var stages = new SparkStages(spark, folder.work(), timings);
      Dataset<Row> documents = stages.run(recipe.included(), recipe.steps());
      if (documents.isEmpty()) {
        throw new IllegalStateException(
            "%s: no document is left after the steps. Look at them with `corpus clean`."
                .formatted(recipe.output()));
      }
      Path vocabulary = vocabulary(recipe, documents, folder, timings);
      timings.says("tokens, mixture, shards");
      var job = new ShardJob(recipe, folder.staging(), vocabulary);
      ShardJob.Result shards = job.run(documents, folder.work());
      Manifest manifest = manifest(recipe, vocabulary, shards);
      manifest.write(folder.staging());
      timings.says("report");
      Report report =
          Reporting.report(
              "corpus run",
              stages.account(),
              Reporting.Figures.of(documents, stages.others()),
              recipe.included().stream().map(Source::name).toList(),
              true,
              figures(recipe, manifest, shards),
              plots(manifest, shards),
              timings);
      Files.writeString(
          folder.staging().resolve("report.json"), report.toJson().writeIndented() + "\n");
      Files.writeString(folder.staging().resolve("report.html"), ReportPage.of(report.toJson()));
      folder.publish("manifest.json", earlier(output));
      return manifest;
    }
  }

  /// Finds missing files before hours of work.
  ///
  /// @throws NoSuchFileException if a file that the recipe names is not there
  private static void check(Recipe recipe) throws IOException {
    for (Source source : recipe.included()) {
      for (String pattern : source.files()) {
        for (InputFile file : InputFile.expand(pattern)) requireFile(file.path());
      }
    }
    for (Step step : recipe.steps()) {
      if (!(step instanceof Step.Contamination contamination)) continue;
      for (Step.TestSet set : contamination.against()) {
        for (String pattern : set.files()) {
          for (InputFile file : InputFile.expand(pattern)) requireFile(file.path());
        }
      }
    }
    if (recipe.vocabulary() instanceof Vocabulary.FromFile(String path)) requireFile(path);
  }

  private static void requireFile(String path) throws NoSuchFileException {
    if (!Files.isRegularFile(Path.of(path))) throw new NoSuchFileException(path);
  }

  private static Path vocabulary(
      Recipe recipe, Dataset<Row> documents, OutputFolder folder, Progress progress)
      throws IOException {
    return switch (recipe.vocabulary()) {
      case Vocabulary.FromFile(String path) -> {
        Path from = Path.of(path);
        Path copy = folder.staging().resolve(from.getFileName());
        yield Files.copy(from, copy, StandardCopyOption.REPLACE_EXISTING);
      }
      case Vocabulary.Trained trained -> {
        progress.says("training a vocabulary of %,d".formatted(trained.size()));
        yield VocabularyTraining.train(recipe, trained, documents, folder.staging());
      }
    };
  }

  private static Manifest manifest(Recipe recipe, Path vocabulary, ShardJob.Result shards)
      throws IOException {
    var sources = new ArrayList<Manifest.Source>();
    int number = 0;
    for (Source source : recipe.included()) {
      sources.add(
          new Manifest.Source(
              source.name(),
              source.licence(),
              source.shippable(),
              true,
              shards.sourceDocuments()[number],
              shards.sourceTokens()[number]));
      number++;
    }
    for (Source source : recipe.sources()) {
      if (recipe.included().contains(source)) continue;
      sources.add(
          new Manifest.Source(source.name(), source.licence(), source.shippable(), false, 0, 0));
    }
    return new Manifest(
        recipe.seed(),
        recipe.packing().length(),
        new Manifest.Vocabulary(
            vocabulary.getFileName().toString(),
            Tokenizer.open(vocabulary).size(),
            Checksum.sha256(vocabulary)),
        recipe.shippableOnly() ? "shippable" : "any",
        sources,
        shards.shards());
  }

  private static Map<String, String> figures(
      Recipe recipe, Manifest manifest, ShardJob.Result shards) {
    var figures = new LinkedHashMap<String, String>();
    figures.put("vocabulary", "%,d".formatted(manifest.vocabulary().size()));
    for (String split : ShardJob.SPLITS) {
      List<Manifest.Shard> files =
          manifest.shards().stream().filter(shard -> shard.split().equals(split)).toList();
      long tokens = files.stream().mapToLong(Manifest.Shard::tokens).sum();
      long sequences = files.stream().mapToLong(Manifest.Shard::sequences).sum();
      figures.put(
          split,
          "%,d documents, %,d tokens in %,d sequences of %d, %.2f%% filling"
              .formatted(
                  files.stream().mapToLong(Manifest.Shard::documents).sum(),
                  tokens,
                  sequences,
                  recipe.packing().length(),
                  sequences == 0
                      ? 0
                      : 100 - 100.0 * tokens / sequences / recipe.packing().length()));
    }
    figures.put("documents longer than a sequence", "%,d".formatted(shards.cut()));
    for (Row row : shards.languages()) {
      figures.put(
          "bytes a token, " + row.getString(0),
          "%.2f (%,d documents)"
              .formatted((double) row.getLong(2) / row.getLong(3), row.getLong(1)));
    }
    return figures;
  }

  private static Map<String, Map<String, Long>> plots(Manifest manifest, ShardJob.Result shards) {
    var bySource = new LinkedHashMap<String, Long>();
    for (Manifest.Source source : manifest.sources()) {
      if (source.included()) bySource.put(source.name(), source.tokens());
    }
    var lengths = new LinkedHashMap<String, Long>();
    for (Row row : shards.lengths()) {
      long from = 1L << row.getInt(0);
      lengths.put("%,d–%,d".formatted(from, from * 2 - 1), row.getLong(1));
    }
    var plots = new LinkedHashMap<String, Map<String, Long>>();
    plots.put("Tokens in the shards, by source", bySource);
    plots.put("Lengths (documents by tokens)", lengths);
    return plots;
  }

  /// Returns the names of the files that an earlier run wrote.
  private static Set<String> earlier(Path output) throws IOException {
    var names = new LinkedHashSet<String>();
    if (!Files.exists(output.resolve("manifest.json"))) return names;
    Manifest before = Manifest.read(output);
    before.shards().forEach(shard -> names.add(shard.file()));
    Stream.of(before.vocabulary().file(), "tokenizer.model", "tokenizer_config.json")
        .forEach(names::add);
    Stream.of("report.json", "report.html").forEach(names::add);
    return names;
  }
}
