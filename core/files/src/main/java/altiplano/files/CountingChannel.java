package altiplano.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.function.LongConsumer;

/// Counts the bytes of a file's tensors on their way, and checks each tensor's number of them.
final class CountingChannel implements WritableByteChannel {
  private final WritableByteChannel out;
  private final LongConsumer progress;
  private long written;

  /// @param progress is told the bytes written so far
  CountingChannel(WritableByteChannel out, LongConsumer progress) {
    this.out = out;
    this.progress = progress;
  }

  /// Writes one tensor.
  ///
  /// @throws IllegalStateException if its body writes another number of bytes than it should
  void write(OutgoingTensor tensor) throws IOException {
    long start = written;
    tensor.body().writeTo(this);
    if (written - start != tensor.bytes()) {
      throw new IllegalStateException(
          "tensor %s wrote %,d bytes instead of %,d"
              .formatted(tensor.name(), written - start, tensor.bytes()));
    }
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    int bytes = out.write(source);
    written += bytes;
    progress.accept(written);
    return bytes;
  }

  @Override
  public boolean isOpen() {
    return out.isOpen();
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
