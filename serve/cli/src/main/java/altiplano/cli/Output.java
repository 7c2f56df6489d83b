package altiplano.cli;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;

/// A standard stream in UTF-8 that does not keep a failed write to itself, as `PrintStream` does.
final class Output {
  private final String name;
  private final OutputStream stream;

  /// @param name for errors, such as "standard output"
  Output(String name, OutputStream stream) {
    this.name = name;
    this.stream = new BufferedOutputStream(stream, 1 << 16);
  }

  /// Whoever read this stream has closed it.
  static final class ReaderGoneException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ReaderGoneException(IOException cause) {
      super(cause);
    }
  }

  Output print(String text) {
    return write(text.getBytes(StandardCharsets.UTF_8));
  }

  Output println(String text) {
    return print(text).print("\n");
  }

  Output write(byte[] bytes) {
    try {
      stream.write(bytes);
    } catch (IOException failed) {
      throw failure(failed);
    }
    return this;
  }

  /// Hands on what is buffered: after each piece of a text that is shown as it comes.
  void flush() {
    try {
      stream.flush();
    } catch (IOException failed) {
      throw failure(failed);
    }
  }

  /// Returns this stream as picocli wants it.
  PrintWriter writer() {
    return new PrintWriter(
        new OutputStreamWriter(
            new OutputStream() {
              @Override
              public void write(int b) {
                Output.this.write(new byte[] {(byte) b});
              }

              @Override
              public void write(byte[] bytes, int from, int count) {
                Output.this.write(java.util.Arrays.copyOfRange(bytes, from, from + count));
              }

              @Override
              public void flush() {
                Output.this.flush();
              }
            },
            StandardCharsets.UTF_8),
        true);
  }

  /// The system says only in words why a write failed; Windows is not supported.
  private RuntimeException failure(IOException failed) {
    String why = String.valueOf(failed.getMessage());
    return why.contains("Broken pipe")
        ? new ReaderGoneException(failed)
        : new CommandException(
            name + ": cannot be written (" + why + "). Free space or choose another target.",
            failed);
  }
}
