package altiplano.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;

/// One command run inside the test's own process.
record CliRun(int exitCode, String out, String err) {
  static CliRun of(String... arguments) {
    return withInput("", arguments);
  }

  static CliRun withInput(String input, String... arguments) {
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();
    var streams =
        new Streams(
            new ByteArrayInputStream(input.getBytes(UTF_8)),
            new Output("standard output", out),
            new Output("standard error", err),
            false);
    int exitCode = Main.run(streams, arguments);
    streams.out().flush();
    streams.err().flush();
    return new CliRun(exitCode, out.toString(UTF_8), err.toString(UTF_8));
  }
}
