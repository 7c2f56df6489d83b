package altiplano.cli;

import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/// The standard streams of one command: results on `out`, everything else on `err`, all of it
/// UTF-8.
///
/// @param terminal whether `out` is a terminal
/// @param errorTerminal whether `err` is one
record Streams(InputStream in, Output out, Output err, boolean terminal, boolean errorTerminal) {
  /// Streams of which the errors go to no terminal.
  Streams(InputStream in, Output out, Output err, boolean terminal) {
    this(in, out, err, terminal, false);
  }

  /// Returns the process's own streams; the launcher says whether there is a terminal.
  static Streams standard() {
    return new Streams(
        new FileInputStream(FileDescriptor.in),
        new Output("standard output", new FileOutputStream(FileDescriptor.out)),
        new Output("standard error", new FileOutputStream(FileDescriptor.err)),
        System.getenv("ALTIPLANO_TERMINAL") != null,
        System.getenv("ALTIPLANO_ERROR_TERMINAL") != null);
  }

  /// Returns whether results may be coloured: on a terminal, unless `NO_COLOR` is set.
  boolean colour() {
    return terminal && System.getenv().getOrDefault("NO_COLOR", "").isEmpty();
  }

  /// Returns an empty input and outputs that forget.
  static Streams nowhere() {
    return new Streams(
        InputStream.nullInputStream(),
        new Output("nowhere", OutputStream.nullOutputStream()),
        new Output("nowhere", OutputStream.nullOutputStream()),
        false);
  }

  /// Reads standard input to its end.
  byte[] readAll() {
    try {
      return in.readAllBytes();
    } catch (IOException broken) {
      throw new UncheckedIOException("standard input: cannot be read", broken);
    }
  }

  /// Returns a reader of standard input's lines.
  BufferedReader lines() {
    return new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
  }
}
