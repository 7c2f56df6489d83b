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
    addInitial(parameters, config, seed);
    return parameters;
  }

  /// Adds the parameters of [#initial].
  public static void addInitial(Parameters parameters, LlamaConfig config, long seed) {
    Torch.seed(seed);
    double residual = 0.02 / Math.sqrt(2.0 * config.layers());
    for (var tensor : config.tensors().entrySet()) {
      String name = tensor.getKey();
      long[] shape = tensor.getValue().dimensions().stream().mapToLong(Long::longValue).toArray();
      boolean endsBlock = name.endsWith("attn_output.weight") || name.endsWith("ffn_down.weight");
      if (name.endsWith(".bias")) parameters.addZeros(name, shape);
      else if (shape.length == 1) parameters.add(name, Tensor.full(1, Dtype.FLOAT32, shape));
      else parameters.addNormal(name, endsBlock ? residual : 0.02, shape);
    }
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
    try (var _ = Scope.inference()) {
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

  /// Makes all parameters so far fixed.
  public void freeze() {
    tensors.values().forEach(Tensor::fix);
  }

  /// Returns the names of the parameters that receive gradients.
  public List<String> trained() {
    var names = new ArrayList<String>();
    tensors.forEach((name, tensor) -> {
      if (tensor.requiresGradient()) names.add(name);
    });
    return names;
  }

  /// Returns the number of values.
  public long count() {
    return tensors.values().stream().mapToLong(Tensor::elements).sum();
  }

  public void clearGradients() {
    tensors.values().forEach(Tensor::clearGradient);
  }
}
