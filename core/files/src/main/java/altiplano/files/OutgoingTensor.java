package altiplano.files;

import altiplano.tensor.ElementType;
import altiplano.tensor.Shape;
import altiplano.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.function.Supplier;

/// A tensor to be written. Its numbers are asked for when their turn comes, so that a model larger
/// than memory can be written.
///
/// @param name GGUF's; query and key rows are in GGUF's order too
/// @param body writes exactly [#bytes], little-endian, row after row
public record OutgoingTensor(String name, ElementType type, Shape shape, Body body) {
  private static final int CHUNK_BYTES = 8 << 20;

  /// Writes the bytes of a tensor; called once for each file that holds it.
  @FunctionalInterface
  public interface Body {
    void writeTo(WritableByteChannel out) throws IOException;
  }

  /// Returns a tensor that is written as it is.
  public static OutgoingTensor of(String name, Tensor tensor) {
    return new OutgoingTensor(
        name, tensor.type(), tensor.shape(), out -> write(tensor.data(), out));
  }

  /// Returns a tensor that is encoded while it is written.
  ///
  /// @param values gives all values, row after row; asked once the turn has come
  public static OutgoingTensor of(
      String name, ElementType type, Shape shape, Supplier<float[]> values) {
    return new OutgoingTensor(name, type, shape, out -> encode(values.get(), type, out));
  }

  /// Returns this tensor, read from a model whose files must not change meanwhile.
  ///
  /// Writing it throws [ModelFormatException] if they do.
  OutgoingTensor from(ModelFile model) {
    return new OutgoingTensor(
        name,
        type,
        shape,
        out -> {
          try {
            body.writeTo(out);
          } catch (IOException | InternalError unread) {
            // A mapped file that was cut short is an error of the system, or a fault.
            model.checkUnchanged();
            throw unread;
          }
          model.checkUnchanged();
        });
  }

  /// Returns the bytes that the tensor takes.
  public long bytes() {
    return Math.multiplyExact(type.bytes(shape.columns()), shape.rows());
  }

  static void write(MemorySegment data, WritableByteChannel out) throws IOException {
    for (long at = 0; at < data.byteSize(); at += CHUNK_BYTES) {
      long size = Math.min(CHUNK_BYTES, data.byteSize() - at);
      for (ByteBuffer rest = data.asSlice(at, size).asByteBuffer(); rest.hasRemaining(); ) {
        out.write(rest);
      }
    }
  }

  private static void encode(float[] values, ElementType type, WritableByteChannel out)
      throws IOException {
    int chunk = CHUNK_BYTES / Float.BYTES;
    try (var arena = Arena.ofConfined()) {
      var buffer = arena.allocate(type.bytes(Math.min(chunk, values.length)));
      for (int at = 0; at < values.length; at += chunk) {
        int count = Math.min(chunk, values.length - at);
        type.encode(values, at, count, buffer, 0);
        write(buffer.asSlice(0, type.bytes(count)), out);
      }
    }
  }
}
