package altiplano.files;

import altiplano.tensor.Shape;
import altiplano.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.Optional;
import java.util.regex.Pattern;

/// The order of rows in query and key matrices.
///
/// Rotary embedding turns pairs of a head's outputs. GGUF keeps a pair together (rows `2i` and `2i
/// + 1` of a head), Hugging Face splits a head in halves (rows `i` and `i + headSize / 2`).
///
/// @param headSize rows of a head
record RotaryRows(int headSize) {
  private static final Pattern QUERY_OR_KEY =
      Pattern.compile("blk\\.\\d+\\.attn_[qk]\\.(weight|bias)");

  /// Returns the order in a tensor of queries or keys; empty where heads of the size that the
  /// metadata give do not fill it.
  static Optional<RotaryRows> of(Metadata metadata, Shape shape) {
    long size = metadata.integer(HuggingFaceConfig.HEAD_SIZE).orElse(0);
    long rows = shape.dimensions().getFirst();
    boolean fits = size >= 2 && size % 2 == 0 && size <= rows && rows % size == 0;
    return fits ? Optional.of(new RotaryRows((int) size)) : Optional.empty();
  }

  /// Returns whether a tensor's rows have another order in a Hugging Face folder.
  ///
  /// @param name GGUF's
  static boolean reorders(String name) {
    return QUERY_OR_KEY.matcher(name).matches();
  }

  /// Returns the row of a Hugging Face matrix that is row `row` in GGUF.
  long split(long row) {
    long inHead = row % headSize;
    return row - inHead + inHead / 2 + inHead % 2 * (headSize / 2);
  }

  /// Returns the row of a GGUF matrix that is row `row` in a Hugging Face folder.
  long interleaved(long row) {
    long inHead = row % headSize;
    return row - inHead + inHead % (headSize / 2) * 2 + inHead / (headSize / 2);
  }

  /// Copies a tensor of a Hugging Face folder to GGUF's order.
  Tensor interleave(Tensor tensor, Arena arena) {
    var copy = arena.allocate(tensor.data().byteSize(), 64);
    long rows = tensor.shape().dimensions().getFirst();
    // A bias has one number a row.
    long rowBytes = tensor.data().byteSize() / rows;
    for (long row = 0; row < rows; row++) {
      MemorySegment.copy(tensor.data(), split(row) * rowBytes, copy, row * rowBytes, rowBytes);
    }
    return new Tensor(tensor.type(), tensor.shape(), copy);
  }

  /// Returns a channel that takes GGUF's rows and passes on those of a Hugging Face folder, head by
  /// head.
  WritableByteChannel splitting(WritableByteChannel out, long rowBytes) {
    return new HalfSplit(out, this, rowBytes);
  }

  private static final class HalfSplit implements WritableByteChannel {
    private final WritableByteChannel out;
    private final RotaryRows order;
    private final int rowBytes;
    private final ByteBuffer head;

    HalfSplit(WritableByteChannel out, RotaryRows order, long rowBytes) {
      this.out = out;
      this.order = order;
      this.rowBytes = Math.toIntExact(rowBytes);
      this.head = ByteBuffer.allocate(Math.multiplyExact(this.rowBytes, order.headSize()));
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
      int bytes = Math.min(source.remaining(), head.remaining());
      head.put(source.slice(source.position(), bytes));
      source.position(source.position() + bytes);
      if (!head.hasRemaining()) flush();
      return bytes;
    }

    private void flush() throws IOException {
      for (int row = 0; row < order.headSize(); row++) {
        var rest = head.slice((int) order.interleaved(row) * rowBytes, rowBytes);
        while (rest.hasRemaining()) out.write(rest);
      }
      head.clear();
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
}
