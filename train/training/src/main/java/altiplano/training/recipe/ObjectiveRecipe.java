package altiplano.training.recipe;

import altiplano.model.Head;
import java.util.List;
import java.util.Optional;

/// One objective of a recipe.
///
/// @param name under which its loss is logged
/// @param weight its share of the batches, relative to the others
/// @param files names below the recipe's `data`; empty takes every file whose rows fit
/// @param kind what it is
public record ObjectiveRecipe(String name, double weight, List<String> files, Kind kind) {

  /// What a model is trained to do.
  public sealed interface Kind {
    /// Predicts each token from those before it.
    ///
    /// @param shards a folder of packed tokens, in place of texts
    record NextToken(Optional<String> shards) implements Kind {}

    /// Fills hidden places.
    ///
    /// @param share of tokens that are hidden
    /// @param shifted whether the state before a hidden place predicts it, as in LLM2Vec
    record MaskedToken(double share, boolean shifted, Optional<String> shards) implements Kind {}

    /// Draws equal texts together and others apart.
    ///
    /// @param head under which the model says how texts are read
    /// @param temperature divides the cosines
    /// @param pairs in one batch, each other's negatives
    record Contrastive(
        String head,
        PairSource source,
        double temperature,
        int pairs,
        Head.Pooling pooling,
        boolean causal)
        implements Kind {}

    /// One label a text.
    ///
    /// @param labels of the head; empty: those of the base's head, else those of the rows
    record Classification(String head, List<String> labels, Head.Pooling pooling, boolean causal)
        implements Kind {}

    /// One label a token: spans.
    ///
    /// @param types of spans; empty: those of the base's head, else those of the rows
    record TokenLabels(String head, List<String> types, boolean causal) implements Kind {}

    /// Where answers stand in passages.
    ///
    /// @param unanswerable share of the questions that are put to another row's passage
    record Reading(String head, double unanswerable) implements Kind {}

    /// Replies in conversations.
    record Instruct() implements Kind {}

    /// Chosen replies over rejected ones.
    ///
    /// @param beta how strongly the reference holds
    /// @param imitation weight of the chosen reply's own loss
    record Preference(double beta, double imitation) implements Kind {}

    /// A larger model's distribution.
    ///
    /// @param teacher a model folder with the same vocabulary
    /// @param share of the teacher's loss, the rest is next token's
    record Distillation(String teacher, double temperature, double share) implements Kind {}
  }

  /// Where pairs of equal meaning come from.
  public enum PairSource {
    /// The same text twice, under different dropout (Gao et al. 2021, SimCSE).
    DROPOUT,
    /// A text and a disturbed copy of it.
    AUGMENTATION,
    /// Rows that say so.
    LABELS
  }

  static ObjectiveRecipe read(Section section) {
    String kind = section.text("kind", section.name());
    return new ObjectiveRecipe(
        section.name(),
        section.number("weight", 1, 0, 1e6),
        section.texts("files"),
        switch (kind) {
          case "next_token" -> new Kind.NextToken(section.text("shards"));
          case "masked_token" ->
              new Kind.MaskedToken(
                  section.number("share", 0.15, 0.01, 0.9),
                  section.flag("shifted", true),
                  section.text("shards"));
          case "contrastive" ->
              new Kind.Contrastive(
                  section.text("head", "sentence"),
                  section.choice("source", PairSource.LABELS),
                  section.number("temperature", 0.05, 1e-3, 10),
                  section.integer("pairs", 64, 2, 100_000),
                  section.choice("pooling", Head.Pooling.MEAN),
                  section.flag("causal", false));
          case "classification" ->
              new Kind.Classification(
                  section.text("head", section.name()),
                  section.texts("labels"),
                  section.choice("pooling", Head.Pooling.LAST),
                  section.flag("causal", true));
          case "token_labels" ->
              new Kind.TokenLabels(
                  section.text("head", section.name()),
                  section.texts("types"),
                  section.flag("causal", false));
          case "reading" ->
              new Kind.Reading(
                  section.text("head", section.name()),
                  section.number("unanswerable", 0.2, 0, 0.9));
          case "instruct" -> new Kind.Instruct();
          case "preference" ->
              new Kind.Preference(
                  section.number("beta", 0.1, 1e-4, 10), section.number("imitation", 0.2, 0, 10));
          case "distillation" ->
              new Kind.Distillation(
                  section
                      .text("teacher")
                      .orElseThrow(() -> section.broken("distillation needs teacher: MODEL")),
                  section.number("temperature", 1, 0.1, 20),
                  section.number("share", 0.5, 0, 1));
          default ->
              throw section.wrong(
                  "kind",
                  "one of next_token, masked_token, contrastive, classification, token_labels,"
                      + " reading, instruct, preference, distillation");
        });
  }
}
