package altiplano.model;

import altiplano.kernels.Kernels;
import altiplano.model.LlamaConfig.Activation;
import altiplano.model.LlamaConfig.Positions;
import altiplano.model.LlamaWeights.Block;
import altiplano.model.LlamaWeights.Linear;
import altiplano.model.LlamaWeights.Norm;
import java.lang.foreign.MemorySegment;

/// Llama 3.1's forward pass (Dubey et al. 2024; Touvron et al. 2023, "LLaMA"), with the article's
/// variants.
///
/// ```text
/// x = embedding(token)
/// in every layer:
///   n = norm(x);  x += Wo · attention(rotate(Wq · n), rotate(Wk · n), Wv · n)
///   n = norm(x);  x += Wdown · (silu(Wgate · n) * (Wup · n))
/// logits = Wout · norm(x)
/// ```
final class ForwardPass implements AutoCloseable {
  private final LlamaConfig config;
  private final LlamaWeights weights;
  private final Kernels kernels;
  private Scratch scratch;
  private Observer observer = (layer, q, k) -> {};

  /// Sees what a layer's attention is computed from.
  interface Observer {
    /// Called once a layer, before attention.
    ///
    /// @param q rotated queries, `[rows, heads * headSize]`
    /// @param k rotated keys, `[rows, keyValueHeads * headSize]`
    void see(int layer, MemorySegment q, MemorySegment k);
  }

  /// Shows the layers of later passes to `observer`.
  void observe(Observer observer) {
    this.observer = observer;
  }

  ForwardPass(LlamaConfig config, LlamaWeights weights, Kernels kernels) {
    this.config = config;
    this.weights = weights;
    this.kernels = kernels;
    this.scratch = new Scratch(config, 1);
  }

  /// Takes rows through all layers: their hidden states are in the scratch afterwards, their keys
  /// and values in their caches.
  void run(Rows rows) {
    if (scratch.rows() < rows.count()) {
      scratch.close();
      scratch = new Scratch(config, rows.count());
    }
    embed(rows);
    for (int layer = 0; layer < config.layers(); layer++) {
      var block = weights.blocks().get(config.block(layer));
      attention(layer, block, rows);
      feedForward(block, rows.count());
    }
    rows.commit();
  }

  private void embed(Rows rows) {
    var s = scratch;
    kernels.gather(weights.tokenEmbedding(), rows.ids(), rows.count(), s.x);
    if (weights.positionEmbedding().isPresent()) {
      kernels.gather(weights.positionEmbedding().get(), rows.positions(), rows.count(), s.n);
      kernels.add(s.x, s.n, elements(rows.count(), config.width()));
    }
  }

  /// `x += Wo · attention(rotate(Wq · n), rotate(Wk · n), Wv · n)` with `n = norm(x)`
  private void attention(int layer, Block block, Rows rows) {
    var s = scratch;
    int count = rows.count();
    norm(block.attentionNorm(), s.x, s.n, count);
    linear(block.query(), s.n, s.q, count);
    linear(block.key(), s.n, s.k, count);
    linear(block.value(), s.n, s.v, count);
    rotate(s.q, config.heads(), rows);
    rotate(s.k, config.keyValueHeads(), rows);
    observer.see(layer, s.q, s.k);
    rows.eachPlace((row, page, index) -> {
      store(s.k, row, page.keys(layer), index, page);
      store(s.v, row, page.values(layer), index, page);
    });
    kernels.attend(s.q, rows.attention(layer), config.heads(), s.attended);
    linear(block.attentionOutput(), s.attended, s.n, count);
    kernels.add(s.x, s.n, elements(count, config.width()));
  }

  /// `x += Wdown · (silu(Wgate · n) * (Wup · n))` with `n = norm(x)`
  private void feedForward(Block block, int count) {
    var s = scratch;
    long elements = elements(count, config.feedForward());
    norm(block.feedForwardNorm(), s.x, s.n, count);
    linear(block.up(), s.n, s.up, count);
    switch (config.activation()) {
      case RELU -> kernels.relu(s.up, elements);
      case GELU -> kernels.gelu(s.up, elements);
      case SWIGLU -> {
        linear(block.gate().orElseThrow(), s.n, s.gate, count);
        kernels.swiglu(s.gate, s.up, elements);
      }
    }
    linear(block.down(), config.activation() == Activation.SWIGLU ? s.gate : s.up, s.n, count);
    kernels.add(s.x, s.n, elements(count, config.width()));
  }

  /// Writes the normalised hidden states of the wanted rows, `[wanted, width]`.
  ///
  /// @return memory that the next pass overwrites
  MemorySegment hidden(Rows rows) {
    var s = scratch;
    long rowBytes = (long) config.width() * Float.BYTES;
    for (int i = 0; i < rows.wantedCount(); i++) {
      MemorySegment.copy(s.x, rows.wanted()[i] * rowBytes, s.n, i * rowBytes, rowBytes);
    }
    norm(weights.outputNorm(), s.n, s.n, rows.wantedCount());
    return s.n;
  }

  /// Writes the wanted rows' logits, `[wanted, vocabulary]`.
  void logits(Rows rows, MemorySegment target) {
    linear(weights.output(), hidden(rows), target, rows.wantedCount());
  }

  private void norm(Norm norm, MemorySegment x, MemorySegment y, int rows) {
    float epsilon = config.normEpsilon();
    switch (config.normalization()) {
      case RMS_NORM -> kernels.rmsNorm(x, norm.weight(), epsilon, y, rows, config.width());
      case LAYER_NORM ->
          kernels.layerNorm(
              x, norm.weight(), norm.bias().orElseThrow(), epsilon, y, rows, config.width());
    }
  }

  /// `y = W x + b`, with what an adapter makes of `W x`
  void linear(Linear linear, MemorySegment x, MemorySegment y, int rows) {
    kernels.multiply(linear.weight(), x, y, rows);
    if (linear.adapter().isPresent()) linear.adapter().get().apply(kernels, x, y, rows);
    if (linear.bias().isPresent()) {
      kernels.addBias(y, linear.bias().get(), rows, linear.weight().rows());
    }
  }

  private void rotate(MemorySegment x, int heads, Rows rows) {
    if (config.positions() instanceof Positions.Rotary) {
      kernels.rotate(
          x, rows.positions(), weights.frequencies(), rows.count(), heads, config.headSize());
    }
  }

  private void store(MemorySegment x, int row, MemorySegment target, int index, CachePage page) {
    kernels.store(
        x, row, page.layout().type(), config.keyValueHeads(), config.headSize(), target, index);
  }

  private static long elements(int rows, int width) {
    return (long) rows * width;
  }

  @Override
  public void close() {
    scratch.close();
  }
}
