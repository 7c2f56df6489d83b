package altiplano.training.model;

import altiplano.model.LlamaConfig;
import altiplano.training.torch.Dtype;
import altiplano.training.torch.Scope;
import altiplano.training.torch.Tensor;
import altiplano.training.torch.Torch;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The float32 master weights by name, under the names that a model file uses.
///
/// Query and key rows are in GGUF's order: adjacent pairs turn together.
public final class Parameters {
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();

  /// Makes the parameters of a model as GPT-2 starts them: normal numbers of deviation 0.02, with
  /// the two matrices that end in the residual stream divided by `sqrt(2 layers)`.
  public static Parameters initial(LlamaConfig config, long seed) {
    var parameters = new Parameters();
    Torch.seed(seed);
    double residual = 0.02 / Math.sqrt(2.0 * config.layers());
    shapes(config)
        .forEach((name, shape) -> {
          if (name.endsWith(".bias")) parameters.addZeros(name, shape);
          else if (shape.length == 1) parameters.add(name, Tensor.full(1, Dtype.FLOAT32, shape));
          else {
            boolean ends = name.endsWith("attn_output.weight") || name.endsWith("ffn_down.weight");
            parameters.addNormal(name, ends ? residual : 0.02, shape);
          }
        });
    return parameters;
  }

  /// Returns names and shapes of a model's parameters, heads aside, outermost dimension first.
  public static Map<String, long[]> shapes(LlamaConfig config) {
    var shapes = new LinkedHashMap<String, long[]>();
    long width = config.width();
    long queries = (long) config.heads() * config.headSize();
    long keys = (long) config.keyValueHeads() * config.headSize();
    boolean biased = config.normalization() == LlamaConfig.Normalization.LAYER_NORM;
    shapes.put("token_embd.weight", new long[] {config.vocabulary(), width});
    if (config.positions() instanceof LlamaConfig.Positions.Learned) {
      shapes.put("position_embd.weight", new long[] {config.contextLength(), width});
    }
    for (int block = 0; block < config.blocks(); block++) {
      String name = "blk." + block + ".";
      shapes.put(name + "attn_norm.weight", new long[] {width});
      if (biased) shapes.put(name + "attn_norm.bias", new long[] {width});
      shapes.put(name + "attn_q.weight", new long[] {queries, width});
      shapes.put(name + "attn_k.weight", new long[] {keys, width});
      shapes.put(name + "attn_v.weight", new long[] {keys, width});
      shapes.put(name + "attn_output.weight", new long[] {width, queries});
      shapes.put(name + "ffn_norm.weight", new long[] {width});
      if (biased) shapes.put(name + "ffn_norm.bias", new long[] {width});
      if (config.activation() == LlamaConfig.Activation.SWIGLU) {
        shapes.put(name + "ffn_gate.weight", new long[] {config.feedForward(), width});
      }
      shapes.put(name + "ffn_up.weight", new long[] {config.feedForward(), width});
      shapes.put(name + "ffn_down.weight", new long[] {width, config.feedForward()});
    }
    shapes.put("output_norm.weight", new long[] {width});
    if (biased) shapes.put("output_norm.bias", new long[] {width});
    if (!config.tiedEmbedding()) {
      shapes.put("output.weight", new long[] {config.vocabulary(), width});
    }
    return shapes;
  }

  /// Adds a trained parameter; the tensor is kept and becomes a leaf.
  public void add(String name, Tensor tensor) {
    if (tensors.putIfAbsent(name, tensor.keep().requireGradient()) != null) {
      throw new IllegalArgumentException("a second parameter named " + name);
    }
  }

  public void addZeros(String name, long... shape) {
    add(name, Tensor.zeros(Dtype.FLOAT32, shape));
  }

  public void addNormal(String name, double deviation, long... shape) {
    try (var scope = Scope.inference()) {
      add(name, Tensor.normal(shape).timesInPlace(deviation));
    }
  }

  /// Returns a parameter.
  ///
  /// @throws IllegalArgumentException if there is none of this name
  public Tensor get(String name) {
    Tensor tensor = tensors.get(name);
    if (tensor == null) throw new IllegalArgumentException("no parameter named " + name);
    return tensor;
  }

  public boolean has(String name) {
    return tensors.containsKey(name);
  }

  public Map<String, Tensor> all() {
    return Collections.unmodifiableMap(tensors);
  }

  /// Returns the names of the parameters that receive gradients.
  public List<String> trained() {
    var names = new ArrayList<String>();
    tensors.forEach((name, tensor) -> {
      if (tensor.requiresGradient()) names.add(name);
    });
    return names;
  }

  /// Returns the number of trained values.
  public long count() {
    return tensors.values().stream().mapToLong(Tensor::elements).sum();
  }

  public void clearGradients() {
    tensors.values().forEach(Tensor::clearGradient);
  }
}
