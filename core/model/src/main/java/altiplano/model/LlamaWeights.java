package altiplano.model;

import altiplano.files.ModelFile;
import altiplano.files.ModelFormatException;
import altiplano.kernels.Kernels;
import altiplano.kernels.Matrix;
import altiplano.model.LlamaConfig.Activation;
import altiplano.model.LlamaConfig.Positions;
import altiplano.tensor.ElementType;
import altiplano.tensor.Shape;
import altiplano.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/// The named tensors of a file, each in its place.
///
/// @param tokenEmbedding `[vocabulary, width]`
/// @param positionEmbedding `[contextLength, width]`, of learned positions
/// @param frequencies `[headSize / 2]` radians a position, of rotary ones
/// @param output `[vocabulary, width]`; the token embedding itself where it is tied
/// @param heads by their names; an embedding head may be missing: then it is the pooled state
record LlamaWeights(
    Matrix tokenEmbedding,
    Optional<Matrix> positionEmbedding,
    double[] frequencies,
    List<Block> blocks,
    Norm outputNorm,
    Linear output,
    Map<String, Linear> heads) {

  /// `y = W x + b`
  ///
  /// @param adapter changes `W x` before the bias is added
  record Linear(Matrix weight, Optional<LowRank> adapter, Optional<MemorySegment> bias) {}

  /// Scale, and for layer normalisation a shift.
  record Norm(MemorySegment weight, Optional<MemorySegment> bias) {}

  /// @param gate of SwiGLU
  record Block(
      Norm attentionNorm,
      Linear query,
      Linear key,
      Linear value,
      Linear attentionOutput,
      Norm feedForwardNorm,
      Optional<Linear> gate,
      Linear up,
      Linear down) {}

  /// Checks that a file has every tensor of its configuration in the right shape, and none that a
  /// forward pass would leave out.
  ///
  /// @throws ModelFormatException naming the tensor, the shape found and the one expected
  static void check(ModelFile file, LlamaConfig config, List<Head> heads) {
    var required = new LinkedHashMap<>(config.tensors());
    for (var head : heads) {
      var name = "head." + head.name() + ".weight";
      int outputs = head.labels().size();
      if (isBare(file, head)) continue;
      if (head.kind() == Head.Kind.EMBEDDING) {
        outputs = Math.toIntExact(file.tensor(name).shape().rows());
      }
      required.put(name, Shape.of(outputs, config.width()));
    }
    required.forEach((name, shape) -> checkShape(file, name, file.tensor(name), shape));

    var optional = new LinkedHashMap<String, Shape>();
    required.forEach((name, shape) -> {
      if (shape.dimensions().size() == 2) {
        optional.put(biasOf(name), Shape.of(shape.rows()));
      }
    });
    if (config.positions() instanceof Positions.Rotary) {
      optional.put("rope_freqs.weight", Shape.of(config.headSize() / 2));
    }
    file.tensors()
        .forEach((name, tensor) -> {
          var shape = optional.get(name);
          if (shape != null) {
            checkShape(file, name, tensor, shape);
          } else if (name.startsWith("blk.") && !required.containsKey(name)) {
            throw new ModelFormatException(
                file.path(),
                "tensor " + name,
                "no part of the model that the metadata describe",
                "Altiplano runs models of Llama 3's architecture.");
          }
        });
  }

  /// Whether a head is the pooled state itself.
  private static boolean isBare(ModelFile file, Head head) {
    return head.kind() == Head.Kind.EMBEDDING
        && !file.tensors().containsKey("head." + head.name() + ".weight");
  }

  private static void checkShape(ModelFile file, String name, Tensor tensor, Shape expected) {
    if (!tensor.shape().equals(expected)) {
      throw new ModelFormatException(
          file.path(),
          "tensor " + name,
          "the shape is %s, and by the metadata it must be %s".formatted(tensor.shape(), expected),
          "Convert the model again.");
    }
  }

  private static String biasOf(String weight) {
    return weight.substring(0, weight.length() - "weight".length()) + "bias";
  }

  /// Gives every tensor to the engine. Their shapes have been checked.
  ///
  /// @param arena owns the vectors, which are copied to float32
  static LlamaWeights bind(
      ModelFile file,
      LlamaConfig config,
      List<Head> heads,
      Optional<PeftAdapter> adapter,
      Kernels kernels,
      Arena arena) {
    var binder = new Binder(file, adapter, kernels, arena, new LowRank.Scratch());
    adapter.ifPresent(a -> checkAdapter(file, config, a));
    var tokenEmbedding = binder.matrix("token_embd");
    var headWeights = new LinkedHashMap<String, Linear>();
    for (var head : heads) {
      if (!isBare(file, head)) headWeights.put(head.name(), binder.linear("head." + head.name()));
    }
    return new LlamaWeights(
        tokenEmbedding,
        config.positions() instanceof Positions.Learned
            ? Optional.of(binder.matrix("position_embd"))
            : Optional.empty(),
        frequencies(file, config),
        IntStream.range(0, config.blocks())
            .mapToObj(block -> binder.block("blk." + block + ".", config.activation()))
            .toList(),
        binder.norm("output_norm"),
        config.tiedEmbedding()
            ? new Linear(
                tokenEmbedding,
                binder.adapter("output", "token_embd"),
                binder.vector("output.bias"))
            : binder.linear("output"),
        Map.copyOf(headWeights));
  }

  /// Checks that every part of an adapter changes a linear of the model, and fits it.
  private static void checkAdapter(ModelFile file, LlamaConfig config, PeftAdapter adapter) {
    adapter
        .parts()
        .forEach((name, part) -> {
          String weight = name.equals("output") && config.tiedEmbedding() ? "token_embd" : name;
          var shape = config.tensors().get(weight + ".weight");
          if (shape == null || shape.dimensions().size() != 2 || name.equals("token_embd")) {
            throw adapter.otherModel(name, "the model has no such linear");
          }
          var found = Shape.of(part.rows(), part.columns());
          int lengths = part.lengths().map(values -> values.length).orElse(part.rows());
          if (!found.equals(file.tensor(weight + ".weight").shape()) || lengths != part.rows()) {
            throw adapter.otherModel(name, "it is for %s, not %s".formatted(found, shape));
          }
        });
  }

  private record Binder(
      ModelFile file,
      Optional<PeftAdapter> adapter,
      Kernels kernels,
      Arena arena,
      LowRank.Scratch scratch) {
    Block block(String prefix, Activation activation) {
      return new Block(
          norm(prefix + "attn_norm"),
          linear(prefix + "attn_q"),
          linear(prefix + "attn_k"),
          linear(prefix + "attn_v"),
          linear(prefix + "attn_output"),
          norm(prefix + "ffn_norm"),
          activation == Activation.SWIGLU
              ? Optional.of(linear(prefix + "ffn_gate"))
              : Optional.empty(),
          linear(prefix + "ffn_up"),
          linear(prefix + "ffn_down"));
    }

    Matrix matrix(String name) {
      return kernels.matrix(file.tensor(name + ".weight"));
    }

    Linear linear(String name) {
      return new Linear(matrix(name), adapter(name, name), vector(name + ".bias"));
    }

    /// @param weight the tensor that the linear `name` multiplies by
    Optional<LowRank> adapter(String name, String weight) {
      return adapter
          .map(a -> a.parts().get(name))
          .map(part -> new LowRank(part, file.tensor(weight + ".weight"), kernels, arena, scratch));
    }

    Norm norm(String name) {
      return new Norm(vector(name + ".weight").orElseThrow(), vector(name + ".bias"));
    }

    Optional<MemorySegment> vector(String name) {
      return Optional.ofNullable(file.tensors().get(name))
          .map(tensor -> arena.allocateFrom(ValueLayout.JAVA_FLOAT, tensor.toFloats()));
    }
  }

  /// Radians a position for each pair of a head, scaled for long contexts; none for learned
  /// positions. A file's own factors come before its configuration.
  private static double[] frequencies(ModelFile file, LlamaConfig config) {
    if (!(config.positions() instanceof Positions.Rotary rotary)) return new double[0];
    var frequencies =
        IntStream.range(0, config.headSize() / 2)
            .mapToDouble(pair -> Math.pow(rotary.base(), -2.0 * pair / config.headSize()));
    var factors = file.tensors().get("rope_freqs.weight");
    if (factors == null) {
      return frequencies
          .map(frequency -> rotary.scaling().map(s -> s.scale(frequency)).orElse(frequency))
          .toArray();
    }
    var scaled = frequencies.toArray();
    var divisors = factors.toFloats();
    for (int pair = 0; pair < scaled.length; pair++) {
      if (!(divisors[pair] > 0 && Float.isFinite(divisors[pair]))) {
        throw new ModelFormatException(
            file.path(),
            "tensor rope_freqs.weight",
            "factor %d is %s, not above 0".formatted(pair, divisors[pair]),
            "Convert the model again.");
      }
      scaled[pair] /= divisors[pair];
    }
    return scaled;
  }

  /// Returns the memory that [#bind] will need, the scratch and cache of a pass included.
  static MemoryEstimate estimate(
      ModelFile file, Kernels kernels, long cachePerToken, long scratch) {
    long shared = 0;
    long copied = 0;
    for (var tensor : file.tensors().values()) {
      if (tensor.shape().dimensions().size() == 1) {
        copied += ElementType.F32.bytes(tensor.shape().elements());
      } else {
        long copy = kernels.copiedBytes(tensor);
        copied += copy;
        // Once copied, the file's own bytes are not read again.
        if (copy == 0) shared += tensor.data().byteSize();
      }
    }
    return new MemoryEstimate(shared, copied, cachePerToken, scratch);
  }
}
