package altiplano.model;

import altiplano.tensor.Stability.Experimental;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/// How much each token of a text looks at every other: the weights `softmax(q · k / sqrt(size))`
/// that self-attention sums values by (Vaswani et al. 2017, "Attention Is All You Need", equation
/// 1).
///
/// Computed in float64 from the pass's own queries and keys; the pass itself never holds a map.
@Experimental
public final class AttentionMaps {
  private final LlamaConfig config;
  private final int tokens;
  private final float[][] layers;

  private AttentionMaps(LlamaConfig config, int tokens) {
    this.config = config;
    this.tokens = tokens;
    layers = new float[config.layers()][Math.multiplyExact(config.heads(), tokens * tokens)];
  }

  static AttentionMaps empty(LlamaConfig config, int tokens) {
    return new AttentionMaps(config, tokens);
  }

  public int layers() {
    return config.layers();
  }

  public int heads() {
    return config.heads();
  }

  /// Returns the length of the text.
  public int tokens() {
    return tokens;
  }

  /// Returns the weight with which token `from` looks at token `at`. The weights of one `from` add
  /// up to 1; of later tokens it is 0 unless the model is bidirectional.
  public float weight(int layer, int head, int from, int at) {
    Objects.checkIndex(from, tokens);
    Objects.checkIndex(at, tokens);
    Objects.checkIndex(head, config.heads());
    return layers[layer][(head * tokens + from) * tokens + at];
  }

  void fill(int layer, MemorySegment q, MemorySegment k) {
    var scores = new double[tokens];
    for (int head = 0; head < config.heads(); head++) {
      for (int from = 0; from < tokens; from++) {
        int seen = config.causal() ? from + 1 : tokens;
        double sum = 0;
        double largest = Double.NEGATIVE_INFINITY;
        for (int at = 0; at < seen; at++) {
          scores[at] = dot(q, k, head, from, at) / Math.sqrt(config.headSize());
          largest = Math.max(largest, scores[at]);
        }
        for (int at = 0; at < seen; at++) {
          scores[at] = Math.exp(scores[at] - largest);
          sum += scores[at];
        }
        int row = (head * tokens + from) * tokens;
        for (int at = 0; at < seen; at++) layers[layer][row + at] = (float) (scores[at] / sum);
      }
    }
  }

  private double dot(MemorySegment q, MemorySegment k, int head, int from, int at) {
    int size = config.headSize();
    int keyHead = head / (config.heads() / config.keyValueHeads());
    long query = ((long) from * config.heads() + head) * size;
    long key = ((long) at * config.keyValueHeads() + keyHead) * size;
    double sum = 0;
    for (int i = 0; i < size; i++) {
      sum +=
          (double) q.getAtIndex(ValueLayout.JAVA_FLOAT, query + i)
              * k.getAtIndex(ValueLayout.JAVA_FLOAT, key + i);
    }
    return sum;
  }
}
