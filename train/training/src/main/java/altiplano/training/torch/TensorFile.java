package altiplano.training.torch;

import altiplano.files.Json;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Float32 tensors in one safetensors file: the state of a training run, an adapter.
public final class TensorFile {
  /// Most bytes of one write: a buffer's size is an `int`.
  private static final long PIECE = 1 << 28;

  private TensorFile() {}

  /// Writes tensors and forces them to disk.
  public static void write(Path file, Map<String, Tensor> tensors) throws IOException {
    var header = Json.object();
    long at = 0;
    for (var entry : tensors.entrySet()) {
      long bytes = entry.getValue().elements() * Float.BYTES;
      var shape = new ArrayList<Json>();
      for (long size : entry.getValue().shape()) shape.add(Json.of(size));
      header.put(
          entry.getKey(),
          Json.object()
              .put("dtype", "F32")
              .put("shape", new Json.ArrayValue(shape))
              .put("data_offsets", new Json.ArrayValue(List.of(Json.of(at), Json.of(at + bytes))))
              .end());
      at += bytes;
    }
    byte[] json = header.end().write().getBytes(StandardCharsets.UTF_8);
    try (var out =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      var length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, json.length);
      writeAll(out, length);
      writeAll(out, ByteBuffer.wrap(json));
      for (Tensor tensor : tensors.values()) {
        MemorySegment data = tensor.detach().toMainMemory().segment();
        for (long start = 0; start < data.byteSize(); start += PIECE) {
          long bytes = Math.min(PIECE, data.byteSize() - start);
          writeAll(out, data.asSlice(start, bytes).asByteBuffer());
        }
      }
      out.force(true);
    }
  }

  private static void writeAll(FileChannel out, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) out.write(bytes);
  }

  /// Copies the values of a file into tensors of the same names and shapes.
  ///
  /// @throws TensorFileException if the file is not one that was written for these tensors
  public static void read(Path file, Map<String, Tensor> tensors) throws IOException {
    try (var in = FileChannel.open(file);
        var arena = Arena.ofConfined()) {
      var map = in.map(FileChannel.MapMode.READ_ONLY, 0, in.size(), arena);
      long start =
          map.byteSize() < 8
              ? -1
              : 8 + map.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN).getLong(0);
      if (start < 8 || start > map.byteSize()) throw damaged(file, "its header is cut off");
      byte[] json = map.asSlice(8, start - 8).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
      if (!(Json.parse(json) instanceof Json.ObjectValue header)) throw damaged(file, "no header");
      if (!header.members().keySet().equals(tensors.keySet())) {
        throw damaged(file, "it holds the tensors of another recipe");
      }
      for (var entry : tensors.entrySet()) {
        if (!(header.members().get(entry.getKey()) instanceof Json.ObjectValue described)) {
          throw damaged(file, "'" + entry.getKey() + "' is not described");
        }
        long[] offsets = numbers(described, "data_offsets", file);
        long[] shape = numbers(described, "shape", file);
        if (!java.util.Arrays.equals(shape, entry.getValue().shape())
            || offsets[1] - offsets[0] != entry.getValue().elements() * Float.BYTES
            || offsets[1] > map.byteSize() - start) {
          throw damaged(file, "'" + entry.getKey() + "' has another size than the recipe says");
        }
        entry.getValue().copyFrom(map.asSlice(start + offsets[0], offsets[1] - offsets[0]));
      }
    }
  }

  private static long[] numbers(Json.ObjectValue described, String key, Path file) {
    if (!(described.get(key).orElse(null) instanceof Json.ArrayValue(var elements))) {
      throw damaged(file, key + " is missing");
    }
    return elements.stream()
        .mapToLong(element -> ((Json.NumberValue) element).value().longValueExact())
        .toArray();
  }

  private static TensorFileException damaged(Path file, String problem) {
    return new TensorFileException("%s: %s".formatted(file, problem));
  }
}
