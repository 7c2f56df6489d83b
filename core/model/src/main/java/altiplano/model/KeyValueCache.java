package altiplano.model;

import java.nio.file.Path;

/// The keys and values of one sequence: who has been read so far.
///
/// Belongs to one caller at a time. Memory grows page by page with what is used; forks share full
/// pages and copy on write.
public interface KeyValueCache extends AutoCloseable {
  /// Returns the number of positions held: the position of the next token.
  int length();

  /// Forgets all positions from `length` on.
  void truncate(int length);

  /// Returns a second sequence with the same past.
  KeyValueCache fork();

  /// Returns the bytes of the pages that this sequence alone or with others holds.
  long bytes();

  /// Writes the sequence, whole or not at all.
  void save(Path file);

  @Override
  void close();
}
