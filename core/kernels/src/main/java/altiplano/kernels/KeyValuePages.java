package altiplano.kernels;

import java.lang.foreign.MemorySegment;

/// The keys and values of one sequence in one layer, as an attention kernel sees them.
///
/// Position `p` lies in page `p / PAGE` of each array at index `p % PAGE`. A page holds
/// `[keyValueHeads, PAGE, vectorBytes]`: the vectors of one head lie together, so that a head reads
/// memory in order.
public interface KeyValuePages {
  /// Positions in a page.
  int PAGE = 64;

  CacheType type();

  int keyValueHeads();

  int headSize();

  /// Returns page `index` of the keys.
  MemorySegment keys(int index);

  /// Returns page `index` of the values.
  MemorySegment values(int index);
}
