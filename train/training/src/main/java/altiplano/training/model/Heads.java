package altiplano.training.model;

import altiplano.model.Head;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The heads beside the language model's: those of the base model and those that a run trains, any
/// number of each kind.
///
/// A head's parameters are `head.NAME.weight` and `head.NAME.bias`; an embedding head has none, it
/// is the pooled state itself.
public final class Heads {
  private final Parameters parameters;
  private final int width;
  private final Map<String, Head> heads = new LinkedHashMap<>();
  private final Set<String> trained = new HashSet<>();

  /// @param base the heads that the model starts with, whose parameters are there
  public Heads(Parameters parameters, int width, List<Head> base) {
    this.parameters = parameters;
    this.width = width;
    for (Head head : base) heads.put(head.name(), head);
  }

  public List<Head> all() {
    return List.copyOf(heads.values());
  }

  /// Returns the head of a name, if there is one yet.
  public Optional<Head> find(String name) {
    return Optional.ofNullable(heads.get(name));
  }

  /// Adds a head, or goes on with the one of its name.
  ///
  /// A head of the base model is read as `wanted` says from now on; two objectives that train one
  /// head must agree on how.
  ///
  /// @throws IllegalArgumentException if the head that is there has another kind or other labels
  public void train(Head wanted) {
    Head before = heads.get(wanted.name());
    if (before != null) {
      require(wanted, "kind", before.kind(), wanted.kind());
      require(wanted, "labels", before.labels(), wanted.labels());
      if (trained.contains(wanted.name())) {
        require(wanted, "pooling", before.pooling(), wanted.pooling());
        require(wanted, "causal", before.causal(), wanted.causal());
      }
    } else if (!wanted.labels().isEmpty()) {
      String name = "head." + wanted.name();
      parameters.addNormal(name + ".weight", 0.02, wanted.labels().size(), width);
      parameters.addZeros(name + ".bias", wanted.labels().size());
    }
    heads.put(wanted.name(), wanted);
    trained.add(wanted.name());
  }

  private static void require(Head wanted, String what, Object before, Object now) {
    if (!before.equals(now)) {
      throw new IllegalArgumentException(
          "head %s: its %s: %s, not %s".formatted(wanted.name(), what, before, now));
    }
  }
}
