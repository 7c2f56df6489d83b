package altiplano.corpus.recipe;

import altiplano.corpus.steps.Step;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/// A whole run: sources, steps, vocabulary, mixture, shards.
///
/// @param output folder of the shards and reports
/// @param seed of splitting, mixing and shuffling
/// @param shippableOnly leaves out sources whose licence forbids shipping weights
/// @param epochs how often the mixture is repeated, in another order each time
public record Recipe(
    String output,
    long seed,
    boolean shippableOnly,
    List<Source> sources,
    List<Step> steps,
    Split split,
    Vocabulary vocabulary,
    Packing packing,
    int epochs) {
  public Recipe {
    sources = List.copyOf(sources);
    steps = List.copyOf(steps);
  }

  /// Returns the sources that the licence lets in.
  public List<Source> included() {
    return sources.stream().filter(source -> source.shippable() || !shippableOnly).toList();
  }

  /// Where documents come from.
  ///
  /// @param files files, folders and globs
  /// @param licence in words
  /// @param shippable whether weights trained on it may be given out
  /// @param field holds the text in JSONL, CSV and Parquet
  /// @param repeat how often each document is taken; 0.5 takes every second one
  /// @param share of all tokens that the source makes up in the end; what it takes for that is
  ///   found by repeating or leaving out, on top of `repeat`
  public record Source(
      String name,
      List<String> files,
      String licence,
      boolean shippable,
      String field,
      double repeat,
      OptionalDouble share) {
    public Source {
      files = List.copyOf(files);
    }
  }

  /// Shares of the documents that are set aside.
  public record Split(double validation, double test) implements Serializable {}

  /// The vocabulary: a file, or the size of one to be trained on the corpus.
  public sealed interface Vocabulary {
    record FromFile(String path) implements Vocabulary {}

    /// One to be made.
    ///
    /// @param sampleBytes of text that the training sees at most
    record Trained(int size, long sampleBytes) implements Vocabulary {}
  }

  /// How documents become sequences.
  ///
  /// @param length tokens a sequence
  /// @param shardTokens about how many a file holds
  public record Packing(int length, long shardTokens) implements Serializable {}

  /// The recipe of `corpus clean`: cleaning and duplicates, no shards.
  ///
  /// @param simplify whether traditional Chinese becomes simplified
  /// @param mask whether personal data are masked
  public static List<Step> cleaning(boolean simplify, boolean mask) {
    return java.util.stream.Stream.of(
            Optional.of(new Step.EncodingRepair()),
            Optional.of(new Step.HtmlToText()),
            Optional.of(new Step.UnicodeNormalisation()),
            Optional.of(new Step.BoilerplateRemoval()),
            Optional.of(new Step.WhiteSpaceTidying()),
            Optional.of(new Step.PunctuationRuns()),
            simplify ? Optional.of(new Step.Simplification()) : Optional.<Step>empty(),
            Optional.of(new Step.EmptyTextRemoval()),
            Optional.of(new Step.LanguageLabel(java.util.Set.of())),
            mask ? Optional.of(new Step.PersonalDataMasking()) : Optional.<Step>empty(),
            Optional.of(new Step.GopherRepetitionRules()),
            Optional.of(new Step.GopherQualityRules(1)),
            Optional.of(new Step.C4Rules()),
            Optional.of(new Step.FineWebRules()),
            Optional.of(new Step.ExactDuplicates()),
            Optional.of(new Step.RepeatedLines(30_000_000, 6, 10)),
            Optional.of(new Step.NearDuplicates(0.8, 5)))
        .<Step>flatMap(Optional::stream)
        .toList();
  }
}
