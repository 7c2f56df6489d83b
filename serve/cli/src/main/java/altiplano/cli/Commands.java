package altiplano.cli;

import java.util.List;

/// All commands, in the order of help.
final class Commands {
  private Commands() {}

  static List<Object> all(Streams streams) {
    return List.of(new Completion(streams), new WarmUp());
  }
}
