package altiplano.files;

import altiplano.tensor.ElementType;
import altiplano.tensor.Quantizer;
import altiplano.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Writes a model with its matrices in another type.
///
/// Which tensors stay wider: vectors, position vectors and heads keep their type (vectors are
/// written in F32). The output matrix (the token table where it serves as output) is Q6_K in models
/// of Q2_K to Q5_K, unless [Settings#pure]. A matrix whose rows are no multiple of 256 takes the
/// type with blocks of 32 next above: Q2_K becomes Q4_0, Q3_K Q4_1, Q4_K Q5_0, Q5_K Q5_1, Q6_K
/// Q8_0; one whose rows are no multiple of 32, F16.
public final class ModelQuantization {
  /// Bytes that a worker decodes at a time.
  private static final int BATCH_BYTES = 4 << 20;

  private ModelQuantization() {}

  /// How a model is quantised.
  ///
  /// @param type of the matrices
  /// @param reference whether types with blocks of 32 get the bytes of ggml's reference quantisers
  ///   rather than the closest block; then no matrix stays wider for its importance
  /// @param pure whether the output matrix takes the type too
  /// @param importance by tensor, one weight a column: how much the result depends on it; tensors
  ///   without one weigh all columns alike
  /// @param threads that encode, from 1
  public record Settings(
      ElementType type,
      boolean reference,
      boolean pure,
      Map<String, float[]> importance,
      int threads) {
    public Settings {
      importance = Map.copyOf(importance);
      if (threads < 1) throw new IllegalArgumentException("at least 1 thread, not " + threads);
    }

    /// Returns a search for the closest blocks on all processors.
    public static Settings of(ElementType type) {
      return new Settings(type, false, false, Map.of(), Runtime.getRuntime().availableProcessors());
    }
  }

  /// Writes `model` to `output`, a GGUF file.
  ///
  /// @throws ModelFormatException if a value of the model is not finite
  /// @throws java.io.UncheckedIOException if writing fails; what was there before is then left
  public static void quantize(ModelFile model, ModelOutput output, Settings settings) {
    if (!output.gguf()) {
      throw new IllegalArgumentException(
          output.path()
              + ": a quantised model is written as GGUF. Give a name that ends in .gguf.");
    }
    output.checkFree(model);
    boolean tied = !model.tensors().containsKey("output.weight");
    try (var workers =
        Executors.newFixedThreadPool(
            settings.threads(), Thread.ofPlatform().daemon().name("quantise-", 0).factory())) {
      var tensors = new ArrayList<OutgoingTensor>();
      for (var name : ModelConversion.inOrder(model)) {
        tensors.add(outgoing(model, name, model.tensor(name), tied, settings, workers).from(model));
      }
      var metadata = ModelConversion.ggufMetadata(model, settings.type());
      output.write(metadata, tensors);
    }
  }

  /// Returns whether a model already lost precision, so that quantising it again loses more than
  /// quantising its original would.
  public static boolean alreadyQuantised(ModelFile model) {
    return model.tensors().values().stream().anyMatch(tensor -> tensor.type().quantised());
  }

  private static OutgoingTensor outgoing(
      ModelFile model,
      String name,
      Tensor tensor,
      boolean tied,
      Settings settings,
      ExecutorService workers) {
    var type = typeOf(name, tensor, tied, settings);
    if (type == tensor.type()) return OutgoingTensor.of(name, tensor);
    if (ModelConversion.vector(tensor)) return ModelConversion.widened(name, tensor);
    return new OutgoingTensor(
        name,
        type,
        tensor.shape(),
        out -> new Encoding(model.path(), name, tensor, type, settings, workers).writeTo(out));
  }

  /// Returns the type that a tensor is written in.
  static ElementType typeOf(String name, Tensor tensor, boolean tied, Settings settings) {
    if (ModelConversion.vector(tensor)) return ElementType.F32;
    if (name.startsWith("head.") || name.equals("position_embd.weight")) return tensor.type();
    var type = settings.type();
    boolean output = name.equals(tied ? "token_embd.weight" : "output.weight");
    if (output && !settings.pure() && !settings.reference()) {
      type =
          switch (type) {
            case Q2_K, Q3_K, Q4_K, Q5_K -> ElementType.Q6_K;
            default -> type;
          };
    }
    long columns = tensor.shape().columns();
    if (columns % type.blockLength() != 0) {
      type =
          switch (type) {
            case Q2_K -> ElementType.Q4_0;
            case Q3_K -> ElementType.Q4_1;
            case Q4_K -> ElementType.Q5_0;
            case Q5_K -> ElementType.Q5_1;
            default -> ElementType.Q8_0;
          };
    }
    return columns % type.blockLength() == 0 ? type : ElementType.F16;
  }

  /// The work on one matrix: workers encode batches of rows, which are written in order.
  private record Encoding(
      Path path,
      String name,
      Tensor tensor,
      ElementType type,
      Settings settings,
      ExecutorService workers) {

    void writeTo(WritableByteChannel out) throws IOException {
      long rows = tensor.shape().rows();
      int columns = Math.toIntExact(tensor.shape().columns());
      long batch = Math.max(1, BATCH_BYTES / ((long) columns * Float.BYTES));
      try (var arena = Arena.ofShared()) {
        var buffers = new ArrayList<MemorySegment>();
        for (int i = 0; i < settings.threads(); i++) {
          buffers.add(arena.allocate(batch * type.bytes(columns)));
        }
        for (long row = 0; row < rows; ) {
          var pending = new ArrayList<Future<MemorySegment>>();
          for (int i = 0; i < buffers.size() && row < rows; i++, row += batch) {
            long first = row;
            long last = Math.min(rows, row + batch);
            var buffer = buffers.get(i).asSlice(0, (last - first) * type.bytes(columns));
            pending.add(workers.submit(() -> encode(first, last, columns, buffer)));
          }
          for (var done : pending) OutgoingTensor.write(done.get(), out);
        }
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", interrupted);
      } catch (ExecutionException failed) {
        throw failed.getCause() instanceof ModelFormatException broken
            ? broken
            : new IllegalStateException("tensor " + name + " could not be encoded", failed);
      }
    }

    private MemorySegment encode(long first, long last, int columns, MemorySegment buffer) {
      var quantizer = settings.reference() ? Quantizer.reference(type) : Quantizer.of(type);
      var importance = settings.importance().get(name);
      var values = new float[columns];
      long rowBytes = type.bytes(columns);
      for (long row = first; row < last; row++) {
        tensor.decodeRow(row, values);
        long at = (row - first) * rowBytes;
        try {
          if (importance == null) {
            quantizer.quantize(values, 0, columns, buffer, at);
          } else {
            quantizer.quantize(values, 0, columns, importance, buffer, at);
          }
        } catch (IllegalArgumentException notFinite) {
          throw new ModelFormatException(
              path,
              "tensor " + name,
              "row %,d: %s".formatted(row, notFinite.getMessage()),
              "The model is broken: get it again.",
              notFinite);
        }
      }
      return buffer;
    }
  }
}
