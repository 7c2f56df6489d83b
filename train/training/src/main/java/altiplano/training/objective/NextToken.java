package altiplano.training.objective;

import altiplano.shards.Sequence;
import altiplano.shards.ShardLoader;
import altiplano.shards.Shards;
import altiplano.training.data.Packed;
import altiplano.training.model.LlamaTrainingModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Predicts each token from those before it in the same document (Radford et al. 2018).
public final class NextToken implements Objective {
  private final String name;
  private final ShardLoader training;
  private final Optional<Shards> heldOut;
  private final TokenLoss loss;
  private final int[] tokenBytes;
  private long position;
  private int limit = Integer.MAX_VALUE;

  /// @param tokenBytes how many bytes each token stands for
  public NextToken(
      String name,
      ShardLoader training,
      Optional<Shards> heldOut,
      TokenLoss loss,
      int[] tokenBytes) {
    this.name = name;
    this.training = training;
    this.heldOut = heldOut;
    this.loss = loss;
    this.tokenBytes = tokenBytes;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Batch next(int tokens) {
    int sequences = Math.max(1, tokens / training.shards().sequenceLength());
    var documents = new ArrayList<int[]>();
    long first = position;
    for (int i = 0; i < sequences; i++) addPieces(training.at(position++), limit, documents);
    return new Documents(
        documents, loss, tokenBytes, "%s: sequences %d to %d".formatted(name, first, position - 1));
  }

  @Override
  public void limit(int length) {
    limit = length;
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public void seek(long position) {
    this.position = position;
  }

  @Override
  public List<Batch> validation(int tokens, int limit) {
    if (heldOut.isEmpty()) return List.of();
    var shards = heldOut.get();
    int length = shards.sequenceLength();
    long sequences = Math.min(shards.sequences(), Math.max(1, limit / length));
    int each = Math.max(1, tokens / length);
    var batches = new ArrayList<Batch>();
    for (long at = 0; at < sequences; at += each) {
      var documents = new ArrayList<int[]>();
      for (long i = at; i < Math.min(sequences, at + each); i++) {
        addPieces(shards.sequence(i), length, documents);
      }
      batches.add(new Documents(documents, TokenLoss.PLAIN, tokenBytes, "held-out sequence " + at));
    }
    return batches;
  }

  /// Adds what can be learnt from: a piece of one token has nothing to predict.
  ///
  /// @param limit most tokens of a piece; longer ones are cut
  public static void addPieces(Sequence sequence, int limit, List<int[]> documents) {
    for (Sequence.Piece piece : sequence.pieces()) {
      int end = piece.start() + piece.length();
      for (int start = piece.start(); end - start >= 2; start += Math.min(limit, end - start)) {
        documents.add(
            Arrays.copyOfRange(sequence.tokens(), start, start + Math.min(limit, end - start)));
      }
    }
  }

  /// Documents side by side, each token predicting its successor.
  record Documents(Packed inputs, long[] targets, TokenLoss loss, int[] tokenBytes, String describe)
      implements Batch {
    Documents(List<int[]> documents, TokenLoss loss, int[] tokenBytes, String describe) {
      var inputs = new ArrayList<int[]>();
      var targets = new ArrayList<long[]>();
      for (int[] tokens : documents) {
        inputs.add(Arrays.copyOf(tokens, tokens.length - 1));
        targets.add(Arrays.stream(tokens, 1, tokens.length).asLongStream().toArray());
      }
      var packed = Packed.of(inputs);
      this(packed, packed.arrange(targets), loss, tokenBytes, describe);
    }

    @Override
    public int tokens() {
      return inputs.rows();
    }

    @Override
    public double units() {
      return targets.length;
    }

    @Override
    public Outcome run(LlamaTrainingModel model, Backward backward) {
      double sum = loss.of(model, model.hidden(inputs, true), targets, backward);
      double bytes = Arrays.stream(targets).mapToDouble(id -> tokenBytes[(int) id]).sum();
      var bits = new Measure(sum / Math.log(2), bytes);
      return new Outcome(sum, backward.active() ? Map.of() : Map.of("bits_per_byte", bits));
    }
  }
}
