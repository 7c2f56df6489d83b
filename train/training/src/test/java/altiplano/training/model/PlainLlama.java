package altiplano.training.model;

import altiplano.model.LlamaConfig;
import altiplano.model.LlamaConfig.Positions;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;

/// The formulas of the model in float64, one text at a time: what training is compared with.
///
/// @param weights by name, row after row
record PlainLlama(LlamaConfig config, Map<String, double[]> weights) {

  /// Returns the mean cross-entropy of each token's successor.
  double loss(int[] tokens, boolean causal) {
    double[][] logits = logits(Arrays.copyOf(tokens, tokens.length - 1), causal);
    double sum = 0;
    for (int i = 0; i < logits.length; i++) {
      double partition = 0;
      for (double logit : logits[i]) partition += Math.exp(logit);
      sum += Math.log(partition) - logits[i][tokens[i + 1]];
    }
    return sum / (tokens.length - 1);
  }

  double[][] logits(int[] tokens, boolean causal) {
    int n = tokens.length;
    int width = config.width();
    var x = new double[n][width];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < width; j++) {
        x[i][j] = weight("token_embd.weight")[tokens[i] * width + j];
        if (config.positions() instanceof Positions.Learned) {
          x[i][j] += weight("position_embd.weight")[i * width + j];
        }
      }
    }
    for (int layer = 0; layer < config.layers(); layer++) {
      String name = "blk." + config.block(layer) + ".";
      add(x, linear(name + "attn_output", attention(name, norm(name + "attn_norm", x), causal)));
      add(x, linear(name + "ffn_down", feedForward(name, norm(name + "ffn_norm", x))));
    }
    var normed = norm("output_norm", x);
    return linear(config.tiedEmbedding() ? "token_embd" : "output", normed);
  }

  private double[][] attention(String name, double[][] x, boolean causal) {
    double[][] q = linear(name + "attn_q", x);
    double[][] k = linear(name + "attn_k", x);
    double[][] v = linear(name + "attn_v", x);
    rotate(q);
    rotate(k);
    int size = config.headSize();
    var out = new double[x.length][config.heads() * size];
    for (int head = 0; head < config.heads(); head++) {
      int shared = head / (config.heads() / config.keyValueHeads());
      for (int i = 0; i < x.length; i++) {
        int last = causal ? i : x.length - 1;
        var weight = new double[last + 1];
        double sum = 0;
        for (int j = 0; j <= last; j++) {
          double score = 0;
          for (int d = 0; d < size; d++) score += q[i][head * size + d] * k[j][shared * size + d];
          weight[j] = Math.exp(score / Math.sqrt(size));
          sum += weight[j];
        }
        for (int j = 0; j <= last; j++) {
          for (int d = 0; d < size; d++) {
            out[i][head * size + d] += weight[j] / sum * v[j][shared * size + d];
          }
        }
      }
    }
    return out;
  }

  private void rotate(double[][] x) {
    if (!(config.positions() instanceof Positions.Rotary rotary)) return;
    int size = config.headSize();
    for (int position = 0; position < x.length; position++) {
      for (int at = 0; at < x[position].length; at += 2) {
        double plain = Math.pow(rotary.base(), -(double) (at % size) / size);
        double frequency = rotary.scaling().map(scaling -> scaling.scale(plain)).orElse(plain);
        double angle = position * frequency;
        double a = x[position][at];
        double b = x[position][at + 1];
        x[position][at] = a * Math.cos(angle) - b * Math.sin(angle);
        x[position][at + 1] = a * Math.sin(angle) + b * Math.cos(angle);
      }
    }
  }

  private double[][] feedForward(String name, double[][] x) {
    double[][] up = linear(name + "ffn_up", x);
    boolean gated = config.activation() == LlamaConfig.Activation.SWIGLU;
    double[][] gate = gated ? linear(name + "ffn_gate", x) : up;
    for (int i = 0; i < up.length; i++) {
      for (int j = 0; j < up[i].length; j++) {
        up[i][j] =
            switch (config.activation()) {
              case SWIGLU -> gate[i][j] / (1 + Math.exp(-gate[i][j])) * up[i][j];
              case RELU -> Math.max(up[i][j], 0);
              case GELU -> gelu(up[i][j]);
            };
      }
    }
    return up;
  }

  /// GPT-2's form.
  private static double gelu(double x) {
    return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
  }

  private double[][] norm(String name, double[][] x) {
    double[] weight = weight(name + ".weight");
    boolean biased = weights.containsKey(name + ".bias");
    double[] bias = biased ? weight(name + ".bias") : new double[weight.length];
    var out = new double[x.length][config.width()];
    for (int i = 0; i < x.length; i++) {
      double mean = 0;
      if (biased) for (double value : x[i]) mean += value / x[i].length;
      double square = 0;
      for (double value : x[i]) square += (value - mean) * (value - mean) / x[i].length;
      double scale = 1 / Math.sqrt(square + config.normEpsilon());
      for (int j = 0; j < out[i].length; j++) {
        out[i][j] = (x[i][j] - mean) * scale * weight[j] + bias[j];
      }
    }
    return out;
  }

  private double[][] linear(String name, double[][] x) {
    double[] weight = weight(name + ".weight");
    int in = x[0].length;
    var out = new double[x.length][weight.length / in];
    for (int i = 0; i < x.length; i++) {
      for (int o = 0; o < out[i].length; o++) {
        for (int j = 0; j < in; j++) out[i][o] += x[i][j] * weight[o * in + j];
      }
    }
    return out;
  }

  private double[] weight(String name) {
    return Objects.requireNonNull(weights.get(name), name);
  }

  private static void add(double[][] x, double[][] y) {
    for (int i = 0; i < x.length; i++) for (int j = 0; j < x[i].length; j++) x[i][j] += y[i][j];
  }
}
