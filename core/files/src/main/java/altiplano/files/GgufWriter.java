package altiplano.files;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;

/// Writes GGUF files, version 3, that are there whole or not at all.
///
/// Integers are written in the types that llama.cpp asks for: `uint32` where they fit, lists as
/// `int32`.
public final class GgufWriter {
  private static final long UINT32 = 0xFFFF_FFFFL;
  private static final int VERSION = 3;

  private GgufWriter() {}

  /// Writes one file.
  ///
  /// @param metadata `general.alignment` in it is followed; 32 otherwise
  /// @param progress is told the bytes of tensors written so far
  /// @throws UncheckedIOException if that fails; the file is then as it was before
  public static void write(
      Path file, Metadata metadata, List<OutgoingTensor> tensors, LongConsumer progress) {
    AtomicFile.write(file, out -> writePart(out, metadata, tensors, progress));
  }

  /// Writes a model in parts named `NAME-00001-of-00003.gguf`, each under its own name whole or
  /// absent; the first part comes last.
  ///
  /// @param file the model's name, `NAME.gguf`
  /// @param bytesPerPart the most bytes of tensors in a part; a tensor is never cut
  /// @return the first part
  public static Path writeSplit(
      Path file,
      Metadata metadata,
      List<OutgoingTensor> tensors,
      long bytesPerPart,
      LongConsumer progress) {
    var parts = split(tensors, bytesPerPart);
    var name = String.valueOf(file.getFileName()).replaceFirst("\\.gguf$", "");
    long written = 0;
    Path path = file;
    for (int part = parts.size() - 1; part >= 0; part--) {
      path = file.resolveSibling("%s-%05d-of-%05d.gguf".formatted(name, part + 1, parts.size()));
      var values = new LinkedHashMap<String, Object>(part == 0 ? metadata.values() : Map.of());
      values.put(GgufFile.SPLIT_NUMBER, (long) part);
      values.put(GgufFile.SPLIT_COUNT, (long) parts.size());
      values.put(GgufFile.SPLIT_TENSORS, (long) tensors.size());
      long before = written;
      write(path, new Metadata(values), parts.get(part), bytes -> progress.accept(before + bytes));
      written += parts.get(part).stream().mapToLong(OutgoingTensor::bytes).sum();
    }
    return path;
  }

  /// Cuts a list of tensors into parts of at most `bytesPerPart`, at least one tensor each.
  static List<List<OutgoingTensor>> split(List<OutgoingTensor> tensors, long bytesPerPart) {
    var parts = new ArrayList<List<OutgoingTensor>>();
    var part = new ArrayList<OutgoingTensor>();
    long bytes = 0;
    for (var tensor : tensors) {
      if (!part.isEmpty() && bytes + tensor.bytes() > bytesPerPart) {
        parts.add(part);
        part = new ArrayList<>();
        bytes = 0;
      }
      part.add(tensor);
      bytes += tensor.bytes();
    }
    parts.add(part);
    return parts;
  }

  private static void writePart(
      FileChannel file, Metadata metadata, List<OutgoingTensor> tensors, LongConsumer progress)
      throws IOException {
    long alignment = metadata.integer(GgufHeader.ALIGNMENT).orElse(GgufHeader.DEFAULT_ALIGNMENT);
    var header = new Header();
    header.int32(GgufHeader.MAGIC);
    header.int32(VERSION);
    header.int64(tensors.size());
    header.int64(metadata.values().size());
    metadata.values().forEach(header::pair);
    long offset = 0;
    for (var tensor : tensors) {
      header.describe(tensor, offset);
      offset = align(offset + tensor.bytes(), alignment);
    }
    OutgoingTensor.write(header.bytes(), file);
    var out = new CountingChannel(file, progress);
    for (var tensor : tensors) {
      pad(file, alignment);
      out.write(tensor);
    }
    pad(file, alignment);
  }

  private static void pad(FileChannel file, long alignment) throws IOException {
    long bytes = align(file.position(), alignment) - file.position();
    for (var rest = ByteBuffer.allocate((int) bytes); rest.hasRemaining(); ) file.write(rest);
  }

  private static long align(long at, long alignment) {
    return Math.ceilDiv(at, alignment) * alignment;
  }

  /// The bytes before the tensors.
  private static final class Header {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final ByteBuffer number = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);

    MemorySegment bytes() {
      return MemorySegment.ofArray(bytes.toByteArray());
    }

    void describe(OutgoingTensor tensor, long offset) {
      text(tensor.name());
      var sizes = tensor.shape().dimensions();
      int32(sizes.size());
      sizes.reversed().forEach(this::int64);
      int32(GgufTensorType.number(tensor.type()));
      int64(offset);
    }

    void pair(String key, Object value) {
      text(key);
      var type = type(key, value);
      int32(type.number());
      value(type, value);
    }

    private static GgufValueType type(String key, Object value) {
      return switch (key) {
        case GgufFile.SPLIT_NUMBER, GgufFile.SPLIT_COUNT -> GgufValueType.UINT16;
        case GgufFile.SPLIT_TENSORS -> GgufValueType.INT32;
        default -> type(value);
      };
    }

    private static GgufValueType type(Object value) {
      return switch (value) {
        case String _ -> GgufValueType.STRING;
        case Boolean _ -> GgufValueType.BOOL;
        case Float _ -> GgufValueType.FLOAT32;
        case Double _ -> GgufValueType.FLOAT64;
        case BigInteger _ -> GgufValueType.UINT64;
        case List<?> _ -> GgufValueType.ARRAY;
        case Long number when number >= 0 && number <= UINT32 -> GgufValueType.UINT32;
        case Long number when number == number.intValue() -> GgufValueType.INT32;
        case Long _ -> GgufValueType.INT64;
        default -> throw new IllegalArgumentException("GGUF cannot hold " + value.getClass());
      };
    }

    /// Returns the one type that all elements fit; an empty list is one of texts.
    private static GgufValueType elementType(List<?> elements) {
      if (elements.stream().allMatch(Long.class::isInstance) && !elements.isEmpty()) {
        return elements.stream().allMatch(e -> (Long) e == ((Long) e).intValue())
            ? GgufValueType.INT32
            : GgufValueType.INT64;
      }
      var types = elements.stream().map(Header::type).distinct().toList();
      if (types.size() > 1) throw new IllegalArgumentException("a list of mixed types " + types);
      return types.isEmpty() ? GgufValueType.STRING : types.getFirst();
    }

    private void value(GgufValueType type, Object value) {
      switch (value) {
        case String text -> text(text);
        case Boolean bool -> bytes.write(bool ? 1 : 0);
        case Float single -> int32(Float.floatToRawIntBits(single));
        case Double number -> int64(Double.doubleToRawLongBits(number));
        case List<?> elements -> {
          var elementType = elementType(elements);
          int32(elementType.number());
          int64(elements.size());
          for (Object element : elements) value(elementType, element);
        }
        case Number number -> integer(type.leastBytes(), number.longValue());
        default -> throw new IllegalArgumentException("GGUF cannot hold " + value.getClass());
      }
    }

    private void text(String text) {
      var utf8 = text.getBytes(UTF_8);
      int64(utf8.length);
      bytes.writeBytes(utf8);
    }

    void int32(int value) {
      integer(Integer.BYTES, value);
    }

    void int64(long value) {
      integer(Long.BYTES, value);
    }

    private void integer(int size, long value) {
      bytes.write(number.putLong(0, value).array(), 0, size);
    }
  }
}
