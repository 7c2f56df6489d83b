package altiplano.model;

import altiplano.files.ModelFile;
import altiplano.model.LlamaConfig.Activation;
import altiplano.model.LlamaConfig.Normalization;
import altiplano.model.LlamaConfig.Positions;
import java.util.HashMap;
import java.util.Map;

/// The model in plain loops over float64: slow and obvious, to be checked by eye.
///
/// One sequence from its first position, no cache, no batch. Every part of the model is written out
/// again here: nothing is shared with the code under test but the names of things.
final class ReferenceLlama {
  private final LlamaConfig config;
  private final ModelFile file;
  private final Map<String, double[]> decoded = new HashMap<>();

  ReferenceLlama(LlamaConfig config, ModelFile file) {
    this.config = config;
    this.file = file;
  }

  /// Returns the normalised hidden states `[tokens][width]`.
  double[][] hidden(int[] tokens, boolean causal) {
    int width = config.width();
    var x = new double[tokens.length][width];
    for (int t = 0; t < tokens.length; t++) {
      for (int i = 0; i < width; i++) {
        x[t][i] = weight("token_embd.weight")[tokens[t] * width + i];
        if (config.positions() instanceof Positions.Learned) {
          x[t][i] += weight("position_embd.weight")[t * width + i];
        }
      }
    }
    for (int layer = 0; layer < config.layers(); layer++) {
      var block = "blk." + layer / config.layersPerGroup() + ".";
      addAttention(x, block, causal);
      addFeedForward(x, block);
    }
    for (int t = 0; t < tokens.length; t++) x[t] = norm("output_norm", x[t]);
    return x;
  }

  /// Returns the logits `[tokens][vocabulary]`.
  double[][] logits(int[] tokens, boolean causal) {
    var x = hidden(tokens, causal);
    var logits = new double[tokens.length][];
    for (int t = 0; t < tokens.length; t++) {
      logits[t] = linear(config.tiedEmbedding() ? "token_embd" : "output", x[t]);
    }
    return logits;
  }

  private void addAttention(double[][] x, String block, boolean causal) {
    int tokens = x.length;
    int size = config.headSize();
    var q = new double[tokens][];
    var k = new double[tokens][];
    var v = new double[tokens][];
    for (int t = 0; t < tokens; t++) {
      var n = norm(block + "attn_norm", x[t]);
      q[t] = rotated(linear(block + "attn_q", n), t);
      k[t] = rotated(linear(block + "attn_k", n), t);
      v[t] = linear(block + "attn_v", n);
    }
    for (int t = 0; t < tokens; t++) {
      var result = new double[config.heads() * size];
      for (int head = 0; head < config.heads(); head++) {
        int shared = head * config.keyValueHeads() / config.heads();
        int seen = causal ? t + 1 : tokens;
        var weights = new double[seen];
        double total = 0;
        for (int s = 0; s < seen; s++) {
          double score = 0;
          for (int i = 0; i < size; i++) score += q[t][head * size + i] * k[s][shared * size + i];
          weights[s] = Math.exp(score / Math.sqrt(size));
          total += weights[s];
        }
        for (int s = 0; s < seen; s++) {
          for (int i = 0; i < size; i++) {
            result[head * size + i] += weights[s] / total * v[s][shared * size + i];
          }
        }
      }
      add(x[t], linear(block + "attn_output", result));
    }
  }

  private void addFeedForward(double[][] x, String block) {
    for (var row : x) {
      var n = norm(block + "ffn_norm", row);
      var inner = linear(block + "ffn_up", n);
      if (config.activation() == Activation.SWIGLU) {
        var gate = linear(block + "ffn_gate", n);
        for (int i = 0; i < inner.length; i++) inner[i] *= gate[i] / (1 + Math.exp(-gate[i]));
      } else {
        for (int i = 0; i < inner.length; i++) {
          double z = inner[i];
          inner[i] =
              config.activation() == Activation.RELU
                  ? Math.max(z, 0)
                  : z / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (z + 0.044715 * z * z * z)));
        }
      }
      add(row, linear(block + "ffn_down", inner));
    }
  }

  /// Turns pairs by the position times a frequency that falls from pair to pair.
  private double[] rotated(double[] heads, int position) {
    if (!(config.positions() instanceof Positions.Rotary rotary)) return heads;
    int size = config.headSize();
    for (int at = 0; at < heads.length; at += 2) {
      double frequency = Math.pow(rotary.base(), -(double) (at % size) / size);
      if (rotary.scaling().isPresent()) {
        var scaling = rotary.scaling().get();
        double wavelength = 2 * Math.PI / frequency;
        double low = scaling.originalContext() / scaling.lowFrequencyFactor();
        double high = scaling.originalContext() / scaling.highFrequencyFactor();
        if (wavelength > low) {
          frequency /= scaling.factor();
        } else if (wavelength > high) {
          double smooth =
              (scaling.originalContext() / wavelength - scaling.lowFrequencyFactor())
                  / (scaling.highFrequencyFactor() - scaling.lowFrequencyFactor());
          frequency = (1 - smooth) * frequency / scaling.factor() + smooth * frequency;
        }
      }
      double cos = Math.cos(position * frequency);
      double sin = Math.sin(position * frequency);
      double even = heads[at];
      double odd = heads[at + 1];
      heads[at] = even * cos - odd * sin;
      heads[at + 1] = even * sin + odd * cos;
    }
    return heads;
  }

  private double[] norm(String name, double[] x) {
    double mean = 0;
    if (config.normalization() == Normalization.LAYER_NORM) {
      for (double value : x) mean += value / x.length;
    }
    double squares = 0;
    for (double value : x) squares += (value - mean) * (value - mean) / x.length;
    var y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      y[i] = (x[i] - mean) / Math.sqrt(squares + config.normEpsilon());
      y[i] *= weight(name + ".weight")[i];
      if (file.tensors().containsKey(name + ".bias")) y[i] += weight(name + ".bias")[i];
    }
    return y;
  }

  /// `y = W x + b`
  double[] linear(String name, double[] x) {
    var w = weight(name + ".weight");
    var y = new double[w.length / x.length];
    for (int row = 0; row < y.length; row++) {
      for (int i = 0; i < x.length; i++) y[row] += w[row * x.length + i] * x[i];
    }
    if (file.tensors().containsKey(name + ".bias")) add(y, weight(name + ".bias"));
    return y;
  }

  private static void add(double[] x, double[] y) {
    for (int i = 0; i < x.length; i++) x[i] += y[i];
  }

  private double[] weight(String name) {
    return decoded.computeIfAbsent(
        name,
        key -> {
          float[] floats = file.tensor(key).toFloats();
          var doubles = new double[floats.length];
          for (int i = 0; i < floats.length; i++) doubles[i] = floats[i];
          return doubles;
        });
  }
}
