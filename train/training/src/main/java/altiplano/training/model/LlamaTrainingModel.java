package altiplano.training.model;

import altiplano.model.LlamaConfig;
import altiplano.model.LlamaConfig.Positions;
import altiplano.training.data.Packed;
import altiplano.training.model.Adapters.Adapter;
import altiplano.training.torch.Dtype;
import altiplano.training.torch.Ops;
import altiplano.training.torch.Scope;
import altiplano.training.torch.Tensor;
import altiplano.training.torch.Torch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Llama 3.1's forward pass over packed texts, as it is differentiated.
///
/// Dubey et al. 2024, section 3.2; shapes are written beside each step, with `n` rows (tokens of
/// all texts). Matrix products run in the compute type, everything between them in float32.
public final class LlamaTrainingModel {
  private final LlamaConfig config;
  private final Parameters parameters;
  private final Precision precision;
  private final double dropout;
  private final boolean recompute;
  private final Optional<Adapter> adapter;
  private final Tensor turns;

  /// Zero where a row sees a column, minus infinity after it. Texts that are longer than this do
  /// not have their scores laid out in memory.
  private final Tensor mask;

  /// Compute-type copies of the weights in the graph that is being recorded.
  private Map<String, Tensor> casts = new HashMap<>();

  /// Forward passes whose blocks are still to be differentiated.
  private final List<Recording> recordings = new ArrayList<>();

  private long dropoutSeed;

  /// @param dropout share of values zeroed where a block adds to the residual stream
  /// @param recompute whether the backward pass computes each block again instead of keeping what
  ///   is inside (Chen et al. 2016): a third more time, far less memory
  public LlamaTrainingModel(
      LlamaConfig config,
      Parameters parameters,
      Precision precision,
      double dropout,
      boolean recompute,
      Optional<Adapter> adapter) {
    this.config = config;
    this.parameters = parameters;
    this.precision = precision;
    this.dropout = dropout;
    this.recompute = recompute;
    this.adapter = adapter;
    this.turns = turns(config);
    this.mask = causalMask(Math.min(config.contextLength(), 1024));
  }

  public LlamaConfig config() {
    return config;
  }

  public Parameters parameters() {
    return parameters;
  }

  /// Forgets what belongs to the last graph. Call in each new scope, before the forward pass.
  ///
  /// @param seed of dropout
  public void newGraph(long seed) {
    casts = new HashMap<>();
    recordings.clear();
    dropoutSeed = seed;
  }

  /// Returns the hidden states after the last norm, `[n, width]` in the compute type.
  ///
  /// @param causal whether a token sees only those before it in its text
  public Tensor hidden(Packed texts, boolean causal) {
    var positions = Tensor.of(texts.positions(), texts.rows());
    var x = embed(Tensor.of(texts.tokens()), positions);
    var rotation = turns.rows(positions); // [n, 1, headSize / 2, 2]
    var pass = new Pass(texts.groups(), rotation, causal, dropoutSeed++);
    if (recompute && x.requiresGradient()) {
      x = Recording.of(this, pass, x);
    } else {
      for (int layer = 0; layer < config.layers(); layer++) x = block(layer, x, pass);
    }
    return norm("output_norm", x);
  }

  /// What all blocks of one forward pass share.
  private record Pass(List<Packed.Group> groups, Tensor rotation, boolean causal, long seed) {}

  /// A forward pass of which only the blocks' inputs were kept.
  ///
  /// @param embedded the graph below the first block
  /// @param inputs of each block, without graph
  /// @param output a leaf: what the last block gave
  private record Recording(Pass pass, Tensor embedded, List<Tensor> inputs, Tensor output) {
    static Tensor of(LlamaTrainingModel model, Pass pass, Tensor embedded) {
      var inputs = new ArrayList<Tensor>();
      var x = embedded.detach();
      for (int layer = 0; layer < model.config.layers(); layer++) {
        inputs.add(x);
        Tensor output;
        try (var _ = Scope.inference()) {
          output = model.alone(layer, x, pass).keep();
        }
        x = output.detach(); // a handle that ends with the caller's scope
        output.release();
      }
      var output = x.requireGradient();
      model.recordings.add(new Recording(pass, embedded, inputs, output));
      return output;
    }
  }

  /// Completes the backward pass: a no-op unless blocks are recomputed.
  ///
  /// Call after the gradient has reached the hidden states that this model returned.
  public void finishBackward() {
    for (Recording recording : recordings) {
      var gradient = recording.output.gradient().orElseThrow();
      for (int layer = config.layers() - 1; layer >= 0; layer--) {
        var x = recording.inputs.get(layer).detach().requireGradient();
        try (var _ = Scope.training()) {
          alone(layer, x, recording.pass).backward(gradient);
        }
        gradient = x.gradient().orElseThrow();
      }
      recording.embedded.backward(gradient);
    }
    recordings.clear();
  }

  /// Runs one block with weight copies of its own, which end with the caller's scope.
  private Tensor alone(int layer, Tensor x, Pass pass) {
    var outer = casts;
    casts = new HashMap<>();
    try {
      return block(layer, x, pass);
    } finally {
      casts = outer;
    }
  }

  /// Returns float32 logits `[n, vocabulary]` of hidden states.
  public Tensor logits(Tensor hidden) {
    return Ops.linear(hidden, outputWeight()).to(Dtype.FLOAT32);
  }

  /// Returns the matrix behind [#logits] in the compute type, `[vocabulary, width]`.
  public Tensor outputWeight() {
    return weight(config.tiedEmbedding() ? "token_embd.weight" : "output.weight");
  }

  /// Returns whether a head has a linear of its own.
  public boolean hasHead(String name) {
    return parameters.has("head." + name + ".weight");
  }

  /// Applies the linear of a head in float32.
  ///
  /// @param states `[n, width]` float32
  /// @return `[n, outputs]`
  public Tensor head(String name, Tensor states) {
    var weight = parameters.get("head." + name + ".weight");
    String bias = "head." + name + ".bias";
    return parameters.has(bias)
        ? Ops.linear(states, weight, parameters.get(bias))
        : Ops.linear(states, weight);
  }

  /// Returns the multiplications and additions of a forward and backward pass: six a weight and
  /// row, and attention over half of each text.
  ///
  /// @param length of the texts
  public double operations(int rows, int length) {
    double weights = config.vocabulary() * (double) config.width();
    for (var tensor : config.tensors().entrySet()) {
      boolean matrix = tensor.getValue().dimensions().size() > 1;
      if (matrix && tensor.getKey().startsWith("blk.")) {
        weights += (double) tensor.getValue().elements() * config.layers() / config.blocks();
      }
    }
    double attention = 6.0 * config.layers() * config.queryWidth() * Math.min(rows, length);
    return rows * (6 * weights + attention);
  }

  private Tensor embed(Tensor ids, Tensor positions) {
    var x = Ops.embedding(parameters.get("token_embd.weight"), ids); // [n, width] float32
    return switch (config.positions()) {
      case Positions.Rotary rotary -> x;
      case Positions.Learned learned ->
          x.plus(Ops.embedding(parameters.get("position_embd.weight"), positions));
    };
  }

  private Tensor block(int layer, Tensor x, Pass pass) {
    if (dropout > 0) Torch.seed(pass.seed * config.layers() + layer); // the same when recomputed
    String name = "blk." + config.block(layer) + ".";
    var attended = attention(name, norm(name + "attn_norm", x), pass);
    x = x.plus(Ops.dropout(attended, dropout));
    var forwarded = feedForward(name, norm(name + "ffn_norm", x));
    return x.plus(Ops.dropout(forwarded, dropout));
  }

  /// Grouped-query attention (Ainslie et al. 2023) inside each text.
  private Tensor attention(String name, Tensor x, Pass pass) {
    long n = x.size(0);
    long headSize = config.headSize();
    var q = linear(name + "attn_q", x).to(Dtype.FLOAT32).view(n, config.heads(), headSize);
    var k = linear(name + "attn_k", x).to(Dtype.FLOAT32).view(n, config.keyValueHeads(), headSize);
    var v = linear(name + "attn_v", x).view(n, config.keyValueHeads(), headSize);
    if (config.positions() instanceof Positions.Rotary) {
      q = Ops.rotate(q, pass.rotation);
      k = Ops.rotate(k, pass.rotation);
    }
    var mixed = new ArrayList<Tensor>();
    for (Packed.Group group : pass.groups) {
      boolean products = precision == Precision.BFLOAT16 && !Torch.onCuda();
      mixed.add(
          products && group.length() <= mask.size(0)
              ? attendByProducts(q, k, v, group, pass.causal)
              : attend(q, k, v, group, pass.causal));
    }
    return linear(name + "attn_output", Ops.concatenate(mixed, 0));
  }

  /// Attention inside the texts of a group as one fused operation, `[rows, heads * headSize]`.
  ///
  /// In float32 on a CPU: this libtorch's fused bfloat16 attention is ten times slower there.
  private Tensor attend(Tensor q, Tensor k, Tensor v, Packed.Group group, boolean causal) {
    var type = Torch.onCuda() ? precision.compute() : Dtype.FLOAT32;
    return Ops.attention(
            heads(q.to(type), group), heads(k.to(type), group), heads(v.to(type), group), causal)
        .transpose(1, 2)
        .reshape(group.rows(), (long) config.heads() * config.headSize())
        .to(precision.compute());
  }

  /// Returns the rows of a group as `[texts, heads, length, headSize]`.
  private static Tensor heads(Tensor x, Packed.Group group) {
    return x.narrow(0, group.start(), group.rows())
        .view(group.texts(), group.length(), x.size(1), x.size(2))
        .transpose(1, 2);
  }

  /// The same as two bfloat16 products with a float32 softmax between.
  ///
  /// Twice as fast on a CPU as the fused operation, though it computes what the mask then hides.
  /// The query heads that share a key-value head are stacked into one matrix.
  private Tensor attendByProducts(
      Tensor q, Tensor k, Tensor v, Packed.Group group, boolean causal) {
    long texts = group.texts();
    long length = group.length();
    long size = config.headSize();
    long shared = config.keyValueHeads();
    long stacked = config.heads() / shared;
    var queries =
        q.narrow(0, group.start(), group.rows())
            .times(1 / Math.sqrt(config.headSize()))
            .to(Dtype.BFLOAT16)
            .view(texts, length, shared, stacked, size)
            .transpose(1, 2)
            .transpose(2, 3)
            .reshape(texts * shared, stacked * length, size);
    var keys = heads(k.to(Dtype.BFLOAT16), group).reshape(texts * shared, length, size);
    var values = heads(v, group).reshape(texts * shared, length, size);
    var scores =
        queries
            .matmul(keys.transpose(1, 2))
            .to(Dtype.FLOAT32)
            .view(texts * shared, stacked, length, length);
    if (causal) scores = scores.plus(mask.narrow(0, 0, length).narrow(1, 0, length));
    return Ops.softmax(scores)
        .to(Dtype.BFLOAT16)
        .view(texts * shared, stacked * length, length)
        .matmul(values)
        .view(texts, shared, stacked, length, size)
        .transpose(2, 3)
        .transpose(1, 2)
        .reshape(group.rows(), (long) config.heads() * size);
  }

  private Tensor feedForward(String name, Tensor x) {
    var up = linear(name + "ffn_up", x); // [n, feedForward]
    var inner =
        switch (config.activation()) {
          case SWIGLU -> Ops.silu(linear(name + "ffn_gate", x)).times(up);
          case RELU -> Ops.relu(up);
          case GELU -> Ops.gelu(up);
        };
    return linear(name + "ffn_down", inner);
  }

  private Tensor norm(String name, Tensor x) {
    var weight = parameters.get(name + ".weight");
    var normed =
        switch (config.normalization()) {
          case RMS_NORM -> Ops.rmsNorm(x, weight, config.normEpsilon());
          case LAYER_NORM ->
              Ops.layerNorm(x, weight, parameters.get(name + ".bias"), config.normEpsilon());
        };
    return normed.to(precision.compute());
  }

  private Tensor linear(String name, Tensor x) {
    return Ops.linear(x, weight(name + ".weight"));
  }

  /// Returns a weight in the compute type; its gradient flows back to the float32 master.
  private Tensor weight(String name) {
    return casts.computeIfAbsent(name, key -> effective(key).to(precision.compute()));
  }

  /// Returns a weight with its adapter.
  private Tensor effective(String name) {
    return adapter
        .map(a -> Adapters.apply(parameters, name, a))
        .orElseGet(() -> parameters.get(name));
  }

  /// Returns all weights with adapters merged into them.
  public Map<String, Tensor> merged() {
    var weights = new LinkedHashMap<String, Tensor>();
    for (String name : parameters.all().keySet()) {
      if (!Adapters.isPart(name)) weights.put(name, effective(name));
    }
    return weights;
  }

  /// Cosine and sine of each position's angles, `[contextLength, 1, headSize / 2, 2]`.
  private static Tensor turns(LlamaConfig config) {
    int pairs = config.headSize() / 2;
    if (!(config.positions() instanceof Positions.Rotary rotary)) {
      return Tensor.zeros(Dtype.FLOAT32, config.contextLength(), 1, pairs, 2).keep();
    }
    var values = new float[config.contextLength() * pairs * 2];
    for (int pair = 0; pair < pairs; pair++) {
      double plain = Math.pow(rotary.base(), -2.0 * pair / config.headSize());
      double frequency = rotary.scaling().map(scaling -> scaling.scale(plain)).orElse(plain);
      for (int position = 0; position < config.contextLength(); position++) {
        int at = (position * pairs + pair) * 2;
        values[at] = (float) Math.cos(position * frequency);
        values[at + 1] = (float) Math.sin(position * frequency);
      }
    }
    return Tensor.of(values, config.contextLength(), 1, pairs, 2).keep();
  }

  private static Tensor causalMask(int length) {
    var values = new float[length * length];
    for (int row = 0; row < length; row++) {
      Arrays.fill(values, row * length + row + 1, (row + 1) * length, Float.NEGATIVE_INFINITY);
    }
    return Tensor.of(values, length, length).keep();
  }
}
