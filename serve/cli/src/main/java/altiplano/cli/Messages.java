package altiplano.cli;

import java.util.function.Supplier;

/// What a command tells beside its results, on standard error; nothing under `--quiet`.
record Messages(Output err, boolean quiet) {
  void say(String message) {
    say(() -> message);
  }

  /// Says what `message` returns, which is not asked if nobody is to hear it.
  void say(Supplier<String> message) {
    if (!quiet) err.println(message.get()).flush();
  }
}
