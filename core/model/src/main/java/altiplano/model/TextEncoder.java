package altiplano.model;

import altiplano.model.Batch.Wanted;
import altiplano.model.Head.Kind;
import altiplano.model.Head.Pooling;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Whole texts in, vectors and labels out.
///
/// ```java
/// var encoder = new TextEncoder(model);
/// float[] vector = encoder.vector(model.tokenizer().encode("Good morning"), Pooling.MEAN);
/// float[] mood = encoder.classify(model.head("sentiment").orElseThrow(), ids);
/// ```
///
/// Vectors have length 1 in the 2-norm: their scalar product is the cosine similarity. Immutable
/// and thread-safe.
public final class TextEncoder {
  /// Tokens of texts that are read together.
  private static final int BATCH_TOKENS = 512;

  private final LlamaModel model;

  /// Makes an encoder over a model, which stays the caller's to close.
  public TextEncoder(LlamaModel model) {
    this.model = model;
  }

  /// Returns the vector of a word without context: the mean of its tokens' embeddings.
  ///
  /// @param word ids, at least one
  /// @return `[width]`, length 1
  public float[] wordVector(int... word) {
    var states = new Logits();
    model.embeddings(requireTokens(word), states);
    return normalised(pooled(states, 0, word.length, Pooling.MEAN));
  }

  /// Returns the vector of a sentence or paragraph, read in the direction that the model's
  /// configuration says.
  ///
  /// @param text ids, at least one
  /// @param pooling which hidden states stand for the text
  /// @return `[width]`, length 1
  /// @throws ContextLengthException if the text does not fit the model's context
  public float[] vector(int[] text, Pooling pooling) {
    return vectors(List.of(text), pooling).getFirst();
  }

  /// As [#vector(int[], Pooling)] for many texts, which are read together.
  public List<float[]> vectors(List<int[]> texts, Pooling pooling) {
    var vectors = new ArrayList<float[]>();
    read(
        texts,
        pooling,
        model.config().causal(),
        (states, row, rows) -> vectors.add(normalised(pooled(states, row, rows, pooling))));
    return vectors;
  }

  /// Returns the vector that an embedding head makes of a text.
  ///
  /// @return `[outputs of the head]`, length 1
  public float[] vector(int[] text, Head head) {
    return vectors(List.of(text), head).getFirst();
  }

  /// As [#vector(int[], Head)] for many texts, which are read together.
  public List<float[]> vectors(List<int[]> texts, Head head) {
    require(head, Kind.EMBEDDING);
    return outputs(texts, head).stream().map(TextEncoder::normalised).toList();
  }

  /// Returns the probability of each label of a classification head.
  ///
  /// @param text ids, at least one
  /// @return one a label of the head, in its order; their sum is 1
  public float[] classify(Head head, int[] text) {
    return classify(head, List.of(text)).getFirst();
  }

  /// As [#classify(Head, int[])] for many texts, which are read together.
  public List<float[]> classify(Head head, List<int[]> texts) {
    require(head, Kind.CLASSIFICATION);
    return outputs(texts, head).stream().map(row -> softmax(row, head.temperature())).toList();
  }

  /// Returns the probability of each label for each token of a text.
  ///
  /// @param text ids, at least one
  /// @return `[tokens][labels of the head]`; the sum of each row is 1
  public float[][] label(Head head, int[] text) {
    require(head, Kind.TOKEN_LABELS);
    var outputs = outputs(head, text);
    var probabilities = new float[text.length][];
    for (int i = 0; i < text.length; i++) {
      probabilities[i] = softmax(outputs.row(i), head.temperature());
    }
    return probabilities;
  }

  /// Returns the probability of each token to be where a span head's answer starts, and to be its
  /// last token. The first token stands for "not in the text".
  ///
  /// @param text ids, at least one
  /// @return `[2][tokens]`: starts, then ends; the sum of each is 1
  public float[][] span(Head head, int[] text) {
    require(head, Kind.SPAN);
    var outputs = outputs(head, text);
    var logits = new float[2][text.length];
    for (int i = 0; i < text.length; i++) {
      for (int end = 0; end < 2; end++) logits[end][i] = outputs.get(i, end);
    }
    return new float[][] {
      softmax(logits[0], head.temperature()), softmax(logits[1], head.temperature())
    };
  }

  /// Applies a head to the state of each token of a text.
  private Logits outputs(Head head, int[] text) {
    var outputs = new Logits();
    try (var cache = model.newCache()) {
      var states = new Logits();
      model.hidden(Batch.of(cache, text, Wanted.ALL), head.causal(), states);
      model.head(head, states, outputs);
    }
    return outputs;
  }

  /// Applies a head to the pooled states of each text.
  private List<float[]> outputs(List<int[]> texts, Head head) {
    var results = new ArrayList<float[]>();
    var pooledStates = new Logits();
    var outputs = new Logits();
    read(
        texts,
        head.pooling(),
        head.causal(),
        (states, row, rows) -> {
          pooledStates.set(pooled(states, row, rows, head.pooling()));
          model.head(head, pooledStates, outputs);
          results.add(outputs.row(0));
        });
    return results;
  }

  /// Takes the hidden states of one text.
  private interface States {
    /// @param row the text's first row in `states`
    /// @param rows their number: 1 where only the last is read
    void take(Logits states, int row, int rows);
  }

  private void read(List<int[]> texts, Pooling pooling, boolean causal, States result) {
    var wanted = pooling == Pooling.LAST ? Wanted.LAST : Wanted.ALL;
    var states = new Logits();
    for (int from = 0, to; from < texts.size(); from = to) {
      int tokens = 0;
      to = from;
      var caches = new ArrayList<KeyValueCache>();
      try {
        var batch = new Batch();
        do {
          var cache = model.newCache();
          caches.add(cache);
          batch.add(cache, texts.get(to), wanted);
          tokens += texts.get(to++).length;
        } while (to < texts.size() && tokens + texts.get(to).length <= BATCH_TOKENS);
        model.hidden(batch, causal, states);
        int row = 0;
        for (var part : batch.parts()) {
          result.take(states, row, part.wantedRows());
          row += part.wantedRows();
        }
      } finally {
        caches.forEach(KeyValueCache::close);
      }
    }
  }

  private static float[] pooled(Logits states, int row, int rows, Pooling pooling) {
    if (pooling == Pooling.LAST) return states.row(row + rows - 1);
    var sums = new double[states.columns()];
    for (int r = row; r < row + rows; r++) {
      for (int i = 0; i < sums.length; i++) sums[i] += states.get(r, i);
    }
    var mean = new float[sums.length];
    for (int i = 0; i < mean.length; i++) mean[i] = (float) (sums[i] / rows);
    return mean;
  }

  private static float[] normalised(float[] vector) {
    double squares = 0;
    for (float value : vector) squares += (double) value * value;
    double length = Math.sqrt(squares);
    if (length == 0) return vector;
    for (int i = 0; i < vector.length; i++) vector[i] = (float) (vector[i] / length);
    return vector;
  }

  private static float[] softmax(float[] logits, float temperature) {
    double largest = Double.NEGATIVE_INFINITY;
    for (float logit : logits) largest = Math.max(largest, logit / temperature);
    var exponentials = new double[logits.length];
    for (int i = 0; i < logits.length; i++) {
      exponentials[i] = Math.exp(logits[i] / temperature - largest);
    }
    double sum = Arrays.stream(exponentials).sum();
    var probabilities = new float[logits.length];
    for (int i = 0; i < logits.length; i++) probabilities[i] = (float) (exponentials[i] / sum);
    return probabilities;
  }

  private static int[] requireTokens(int[] ids) {
    if (ids.length == 0) throw new IllegalArgumentException("a text has at least one token");
    return ids;
  }

  private static void require(Head head, Kind kind) {
    if (head.kind() != kind) {
      throw new IllegalArgumentException(
          "head %s is for %s, not for %s"
              .formatted(head.name(), Settings.label(head.kind()), Settings.label(kind)));
    }
  }
}
