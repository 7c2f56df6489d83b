package altiplano.files;

import altiplano.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
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
    // A bias has one number a row.
    long rowBytes = tensor.data().byteSize() / rows(tensor);
    for (long row = 0; row < rows(tensor); row++) {
      MemorySegment.copy(tensor.data(), split(row) * rowBytes, copy, row * rowBytes, rowBytes);
    }
    return new Tensor(tensor.type(), tensor.shape(), copy);
  }

  /// Returns the outputs that a matrix or a bias has.
  static long rows(Tensor tensor) {
    return tensor.shape().dimensions().getFirst();
  }
}
