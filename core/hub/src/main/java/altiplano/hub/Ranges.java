package altiplano.hub;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.function.LongConsumer;

/// Fetches parts of files.
interface Ranges {
  /// Fetches bytes of a file into their place.
  ///
  /// @param progress is told each number of bytes that arrived
  void range(RemoteFile file, long start, int count, FileChannel target, LongConsumer progress)
      throws IOException;
}
