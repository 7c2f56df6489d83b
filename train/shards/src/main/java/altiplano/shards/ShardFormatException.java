package altiplano.shards;

import java.nio.file.Path;

/// A shard or a manifest is not what it should be.
public final class ShardFormatException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ShardFormatException(Path file, String problem) {
    super("%s: %s. Make the shards again with `corpus run`.".formatted(file, problem));
  }

  ShardFormatException(Path file, String problem, Throwable cause) {
    super("%s: %s. Make the shards again with `corpus run`.".formatted(file, problem), cause);
  }
}
