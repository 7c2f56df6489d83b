package altiplano.kernels;

import altiplano.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// The arithmetic of a forward pass: one interface, several engines.
///
/// Activations are float32, row after row, in **native** segments (a heap segment is refused).
/// Results do not depend on the number of threads, bit for bit: work is split over rows and heads,
/// never over a summed dimension. An engine owns a small pool of compute threads, which read and
/// write the callers' segments: these come from a shared, automatic or global
/// [java.lang.foreign.Arena]. Calls from several threads are served one after the other. Segments
/// that are too short, heap segments and impossible sizes are refused with an
/// [IllegalArgumentException]; every method but [#close], [#name], [#reason] and [#threads] answers
/// [IllegalStateException] once the engine is closed.
public sealed interface Kernels extends AutoCloseable permits Scalar, Vector {
  /// Opens the best engine that runs here, or the one asked for.
  ///
  /// @throws IllegalArgumentException if the engine asked for cannot run here; the message says why
  static Kernels open(KernelOptions options) {
    return EngineChoice.open(options);
  }

  /// Returns the engine's name: `scalar` or `vector`.
  String name();

  /// Returns why this engine runs, in one sentence.
  String reason();

  /// Returns the number of compute threads, the caller's included.
  int threads();

  /// Takes a weight matrix `[rows, columns]` into the engine's layout.
  Matrix matrix(Tensor weights);

  /// Returns the bytes that [#matrix] would copy for such a tensor, without doing it.
  long copiedBytes(Tensor weights);

  /// `y = x W^T`.
  ///
  /// @param x `[rows, w.columns]`
  /// @param y `[rows, w.rows]`, overwritten
  void multiply(Matrix w, MemorySegment x, MemorySegment y, int rows);

  /// Copies rows of a matrix, decoded: `y[i] = table[ids[i]]`.
  ///
  /// @param y `[count, table.columns]`
  void gather(Matrix table, int[] ids, int count, MemorySegment y);

  /// Scales each row so that its root mean square is one, then by `weight`.
  ///
  /// Zhang and Sennrich 2019, "Root Mean Square Layer Normalization".
  ///
  /// @param x `[rows, width]`
  /// @param weight `[width]`
  /// @param y `[rows, width]`; may be `x`
  void rmsNorm(
      MemorySegment x, MemorySegment weight, float epsilon, MemorySegment y, int rows, int width);

  /// Centres each row and scales it to unit variance, then by `weight` and adds `bias`.
  ///
  /// Ba, Kiros and Hinton 2016, "Layer Normalization".
  void layerNorm(
      MemorySegment x,
      MemorySegment weight,
      MemorySegment bias,
      float epsilon,
      MemorySegment y,
      int rows,
      int width);

  /// Rotates pairs `(2i, 2i + 1)` of every head by the row's position times `frequencies[i]`.
  ///
  /// Su et al. 2021, "RoFormer", section 3.2.2; adjacent pairs, as in Meta's weights and GGUF.
  /// Angles are computed in float64.
  ///
  /// @param x `[rows, heads * headSize]`, overwritten
  /// @param positions `[rows]`
  /// @param frequencies `[headSize / 2]` radians a position, scaling included
  void rotate(
      MemorySegment x, int[] positions, double[] frequencies, int rows, int heads, int headSize);

  /// Stores one row of keys or values in a page: `page[head][index] = vector[head]`, in the page's
  /// type.
  ///
  /// @param x `[rows, keyValueHeads * headSize]`
  /// @param row which row of `x`
  void store(
      MemorySegment x,
      int row,
      CacheType type,
      int keyValueHeads,
      int headSize,
      MemorySegment page,
      int index);

  /// Grouped-query attention with an online softmax (Ainslie et al. 2023; Dao et al. 2022): never a
  /// row of the context's length.
  ///
  /// Query head `h` reads key-value head `h / (heads / keyValueHeads)`; scores are scaled by `1 /
  /// sqrt(headSize)`.
  ///
  /// @param q `[batch, heads * headSize]`
  /// @param y `[batch, heads * headSize]`, overwritten
  void attend(MemorySegment q, List<AttentionRows> sequences, int heads, MemorySegment y);

  /// `gate = silu(gate) * up`, the activation of SwiGLU (Shazeer 2020, "GLU Variants Improve
  /// Transformer").
  void swiglu(MemorySegment gate, MemorySegment up, long elements);

  /// `x = max(x, 0)`.
  void relu(MemorySegment x, long elements);

  /// `x = x * Phi(x)` by the tanh approximation (Hendrycks and Gimpel 2016, "Gaussian Error Linear
  /// Units").
  void gelu(MemorySegment x, long elements);

  /// `x += y`.
  void add(MemorySegment x, MemorySegment y, long elements);

  /// Adds `bias[width]` to each row of `x`.
  void addBias(MemorySegment x, MemorySegment bias, int rows, int width);

  /// Ends the compute threads and frees repacked weights.
  @Override
  void close();
}
