package altiplano.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

/// Where the turns of a chat come from.
interface ChatLines extends AutoCloseable {
  /// Returns the next turn; empty where there is no more.
  Optional<String> next();

  /// Calls `interrupted` at Ctrl-C while a reply is written.
  void onInterrupt(Runnable interrupted);

  /// Returns whether a person types, and sees what is said.
  boolean interactive();

  @Override
  default void close() {}

  /// Lines of a pipe or a file.
  static ChatLines of(BufferedReader reader) {
    return new ChatLines() {
      @Override
      public Optional<String> next() {
        try {
          return Optional.ofNullable(reader.readLine());
        } catch (IOException broken) {
          throw new UncheckedIOException("standard input: cannot be read", broken);
        }
      }

      @Override
      public void onInterrupt(Runnable interrupted) {
        // The VM ends the command with 130.
      }

      @Override
      public boolean interactive() {
        return false;
      }
    };
  }
}
