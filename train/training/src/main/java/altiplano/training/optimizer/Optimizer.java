package altiplano.training.optimizer;

import altiplano.training.model.Parameters;
import altiplano.training.torch.Dtype;
import altiplano.training.torch.FusedAdamW;
import altiplano.training.torch.Scope;
import altiplano.training.torch.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// AdamW on all parameters, or Muon on the matrices of the blocks and AdamW on the rest.
///
/// Weight decay falls on matrices only. The state is a map of named tensors, so that a checkpoint
/// holds it like weights.
public final class Optimizer {
  /// How to update.
  ///
  /// @param muon whether matrices inside blocks are updated by [Muon]
  /// @param beta1 decay of the mean of gradients
  /// @param beta2 decay of the mean of squares
  /// @param decay of weights a step, times the rate (Loshchilov and Hutter 2019)
  public record Options(
      boolean muon,
      double beta1,
      double beta2,
      double decay,
      double epsilon,
      double muonMomentum) {}

  private final Options options;
  private final Parameters parameters;
  private final Map<String, Tensor> state = new LinkedHashMap<>();
  private final List<String> decayed = new ArrayList<>();
  private final List<String> plain = new ArrayList<>();
  private final List<String> orthogonal = new ArrayList<>();

  public Optimizer(Options options, Parameters parameters) {
    this.options = options;
    this.parameters = parameters;
    for (String name : parameters.trained()) {
      boolean matrix = parameters.get(name).shape().length > 1;
      if (options.muon && matrix && name.startsWith("blk.")) {
        orthogonal.add(name);
        addState(name, "momentum");
      } else {
        (matrix ? decayed : plain).add(name);
        addState(name, "mean");
        addState(name, "square");
        state.put(name + ".steps", Tensor.zeros(Dtype.FLOAT32).keep());
      }
    }
  }

  private void addState(String name, String kind) {
    state.put(name + "." + kind, Tensor.zeros(Dtype.FLOAT32, parameters.get(name).shape()).keep());
  }

  /// Returns the state by name; writing into its tensors restores it.
  public Map<String, Tensor> state() {
    return state;
  }

  /// Updates all parameters that have a gradient.
  public void step(double rate) {
    try (var _ = Scope.inference()) {
      adam(decayed, rate, options.decay);
      adam(plain, rate, 0);
      for (String name : orthogonal) {
        var gradient = parameters.get(name).gradient();
        if (gradient.isEmpty()) continue;
        Muon.step(
            parameters.get(name),
            gradient.get(),
            required(name + ".momentum"),
            rate,
            options.muonMomentum,
            options.decay);
      }
    }
  }

  private void adam(List<String> names, double rate, double decay) {
    var weights = new ArrayList<Tensor>();
    var gradients = new ArrayList<Tensor>();
    var means = new ArrayList<Tensor>();
    var squares = new ArrayList<Tensor>();
    var steps = new ArrayList<Tensor>();
    for (String name : names) {
      var gradient = parameters.get(name).gradient();
      if (gradient.isEmpty()) continue;
      weights.add(parameters.get(name));
      gradients.add(gradient.get());
      means.add(required(name + ".mean"));
      squares.add(required(name + ".square"));
      steps.add(required(name + ".steps"));
    }
    FusedAdamW.step(
        weights,
        gradients,
        means,
        squares,
        steps,
        rate,
        options.beta1,
        options.beta2,
        decay,
        options.epsilon);
  }

  private Tensor required(String name) {
    Tensor tensor = state.get(name);
    if (tensor == null) throw new IllegalArgumentException("no optimiser state named " + name);
    return tensor;
  }
}
