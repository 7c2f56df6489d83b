package altiplano.shards;

/// The endless, reshuffled stream of sequences that one rank of a training run sees.
///
/// It has no state: what stands at a position is a function of seed, rank and position, so a run
/// that resumes at any position does so in constant time. Each epoch has an order of its own; the
/// ranks take turns in it, and together see each sequence once an epoch.
///
/// @param shards one split
/// @param seed of the order; the same on all ranks
/// @param rank of this process, from 0
/// @param ranks number of processes
public record ShardLoader(Shards shards, long seed, int rank, int ranks) {
  public ShardLoader {
    if (ranks < 1 || rank < 0 || rank >= ranks) {
      throw new IllegalArgumentException("rank %d of %d".formatted(rank, ranks));
    }
    if (shards.sequences() == 0) {
      throw new IllegalArgumentException("the split holds no sequence: nothing to load");
    }
  }

  /// Returns the sequence at a position of this rank's stream, from 0.
  public Sequence at(long position) {
    return shards.sequence(indexAt(position));
  }

  /// Returns the number of the sequence at a position of this rank's stream.
  public long indexAt(long position) {
    if (position < 0) throw new IllegalArgumentException("position " + position + " is negative");
    long global = Math.addExact(Math.multiplyExact(position, (long) ranks), rank);
    long epoch = global / shards.sequences();
    // An odd constant keeps the orders of neighbouring seeds and epochs apart.
    var order = new ShuffledOrder(shards.sequences(), seed + epoch * 0xD1B54A32D192ED03L);
    return order.at(global % shards.sequences());
  }
}
