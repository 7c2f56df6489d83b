package altiplano.model;

import altiplano.files.Metadata;
import altiplano.files.ModelFormatException;
import java.nio.file.Path;
import java.util.List;

/// What a model file can hold beside the language-model head: a linear over hidden states.
///
/// Tensors `head.NAME.weight` `[labels, width]` and `head.NAME.bias` `[labels]`, which may be
/// missing; metadata `altiplano.heads` (names), `altiplano.head.NAME.kind` (`classification`,
/// `token_labels`, `span`, `embedding`), `.labels`, `.pooling` (`last`, `mean`), `.causal`,
/// `.temperature`. An embedding head without a tensor gives the pooled states themselves.
///
/// @param name such as `sentiment.review`
/// @param labels one an output; for an embedding head the outputs have no names and the list is
///   empty
/// @param pooling which hidden states the head reads
/// @param causal whether the pass below it is causal; false runs the model bidirectionally
/// @param temperature by which logits are divided to make probabilities calibrated; 1 leaves them
public record Head(
    String name,
    Kind kind,
    List<String> labels,
    Pooling pooling,
    boolean causal,
    float temperature) {
  /// The labels of a head of kind [Kind#SPAN].
  public static final List<String> ENDS = List.of("start", "end");

  public Head {
    labels = List.copyOf(labels);
    if (labels.isEmpty() != (kind == Kind.EMBEDDING)) {
      throw new IllegalArgumentException(
          "head %s of kind %s has %d labels; only an embedding head has none"
              .formatted(name, Settings.label(kind), labels.size()));
    }
    if (kind == Kind.SPAN && !labels.equals(ENDS)) {
      throw new IllegalArgumentException(
          "head %s of kind span has the labels %s; they must be %s".formatted(name, labels, ENDS));
    }
    if (!(temperature > 0 && Float.isFinite(temperature))) {
      throw new IllegalArgumentException(
          "head %s has temperature %s; it is above 0".formatted(name, temperature));
    }
  }

  public enum Kind {
    /// One distribution over labels a text.
    CLASSIFICATION,
    /// One distribution over labels a token.
    TOKEN_LABELS,
    /// Two distributions over the tokens of a text: where a span starts, and its last token. The
    /// first token stands for "not in the text" (Devlin et al. 2019, SQuAD 2.0).
    SPAN,
    /// A sentence vector.
    EMBEDDING
  }

  /// Which hidden states stand for a text.
  public enum Pooling {
    LAST,
    MEAN
  }

  /// Reads the heads that metadata describe, in their order.
  ///
  /// @param source named in errors
  /// @throws ModelFormatException if a value is impossible
  public static List<Head> from(Metadata metadata, Path source) {
    var settings = new Settings(metadata, source);
    return settings.texts("altiplano.heads").stream().map(name -> from(settings, name)).toList();
  }

  private static Head from(Settings settings, String name) {
    var key = "altiplano.head." + name;
    if (!settings.has(key + ".kind")) {
      throw settings.broken(key + ".kind", "the key is missing", "Write the model again.");
    }
    try {
      return new Head(
          name,
          settings.choice(key + ".kind", Kind.CLASSIFICATION),
          settings.texts(key + ".labels"),
          settings.choice(key + ".pooling", Pooling.LAST),
          settings.flag(key + ".causal", true),
          settings.number(key + ".temperature").orElse(1.0).floatValue());
    } catch (IllegalArgumentException impossible) {
      throw settings.broken(key, String.valueOf(impossible.getMessage()), "Write the model again.");
    }
  }

  /// Returns metadata with these heads added.
  public static Metadata addTo(Metadata metadata, List<Head> heads) {
    var all = metadata.with("altiplano.heads", heads.stream().map(Head::name).toList());
    for (var head : heads) {
      var key = "altiplano.head." + head.name;
      all =
          all.with(key + ".kind", Settings.label(head.kind))
              .with(key + ".pooling", Settings.label(head.pooling))
              .with(key + ".causal", head.causal)
              .with(key + ".temperature", head.temperature);
      if (!head.labels.isEmpty()) all = all.with(key + ".labels", head.labels);
    }
    return all;
  }
}
