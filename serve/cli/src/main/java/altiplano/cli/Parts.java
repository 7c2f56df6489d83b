package altiplano.cli;

import altiplano.files.ModelFile;
import altiplano.tensor.Tensor;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// A model's parameters and memory by part.
record Parts(Map<Part, Size> sizes) {
  enum Part {
    EMBEDDING("embedding"),
    ATTENTION("attention"),
    FEED_FORWARD("feed-forward"),
    NORMS("norms"),
    HEADS("heads"),
    OTHER("other");

    final String label;

    Part(String label) {
      this.label = label;
    }

    /// Sorts a tensor by its name.
    static Part of(String tensor) {
      if (tensor.contains("_norm")) return NORMS;
      if (tensor.contains(".attn_")) return ATTENTION;
      if (tensor.contains(".ffn_")) return FEED_FORWARD;
      if (tensor.startsWith("output.") || tensor.startsWith("head.")) return HEADS;
      return tensor.startsWith("token_embd") || tensor.startsWith("position_embd")
          ? EMBEDDING
          : OTHER;
    }
  }

  /// @param types how the tensors are stored, such as `Q4_0, F32`
  record Size(long parameters, long bytes, Set<String> types) {
    static final Size NONE = new Size(0, 0, Set.of());

    Size plus(Size other) {
      var both = new TreeSet<>(types);
      both.addAll(other.types);
      return new Size(parameters + other.parameters, bytes + other.bytes, both);
    }
  }

  static Parts of(ModelFile file) {
    var sizes = new EnumMap<Part, Size>(Part.class);
    file.tensors()
        .forEach((name, tensor) -> {
          if (!isRotaryFactors(name)) {
            sizes.merge(Part.of(name), size(tensor), Size::plus);
          }
        });
    return new Parts(sizes);
  }

  Size total() {
    return sizes.values().stream().reduce(Size.NONE, Size::plus);
  }

  /// Factors of the rotary embedding are configuration kept as a tensor.
  private static boolean isRotaryFactors(String name) {
    return name.startsWith("rope_");
  }

  private static Size size(Tensor tensor) {
    return new Size(
        tensor.shape().elements(), tensor.data().byteSize(), Set.of(tensor.type().name()));
  }

  /// Returns a line a part: name, parameters, bytes and types.
  String table() {
    return sizes.entrySet().stream()
        .map(entry -> line(entry.getKey().label, entry.getValue()))
        .collect(Collectors.joining("", "", line("total", total())));
  }

  private static String line(String label, Size size) {
    return "  %-14s%,18d%,18d  %s%n"
        .formatted(label, size.parameters(), size.bytes(), String.join(", ", size.types()));
  }
}
