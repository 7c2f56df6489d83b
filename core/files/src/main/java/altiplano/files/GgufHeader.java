package altiplano.files;

import altiplano.tensor.ElementType;
import altiplano.tensor.Shape;
import altiplano.tensor.Tensor;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What stands before the numbers in a GGUF file, checked: whoever holds one may trust it.
///
/// @param metadata all key-value pairs, in file order
/// @param tensors by name, in file order, over the memory map
record GgufHeader(Metadata metadata, Map<String, Tensor> tensors) {
  /// "GGUF" as little-endian bytes.
  static final int MAGIC = 0x46554747;

  static final String ALIGNMENT = "general.alignment";
  static final int DEFAULT_ALIGNMENT = 32;
  private static final int LONGEST_NAME = 65_535;
  private static final int DEEPEST_ARRAY = 4;

  /// Bytes of the longest text that is read: a whole `tokenizer.json` of Llama 3 has 9 MB.
  static final int LONGEST_TEXT = 16 << 20;

  /// Metadata values of the largest header that is read, elements of arrays included; a vocabulary
  /// of 256,000 tokens has 1.3 million. More is a count that lies, in a file large enough to hide
  /// it.
  static final int MOST_VALUES = 2_000_000;

  /// Bytes of the shortest key-value pair: length of the key, type, value of one byte.
  private static final int LEAST_PAIR = 8 + 4 + 1;

  /// Bytes of the shortest tensor description: length of the name, number of dimensions, one
  /// dimension, type, offset.
  private static final int LEAST_TENSOR = 8 + 4 + 8 + 4 + 8;

  static GgufHeader read(MappedFile file) {
    return new Reader(file).read();
  }

  /// A tensor as described, before the data section is known.
  private record Described(
      String name, long at, ElementType type, Shape shape, long offset, long bytes) {
    long end() {
      return offset + bytes;
    }
  }

  private static final class Reader {
    private final MappedFile file;
    private final GgufCursor in;
    private int values;

    Reader(MappedFile file) {
      this.file = file;
      this.in = new GgufCursor(file);
    }

    GgufHeader read() {
      checkKind();
      long tensorCount = in.count("tensors", LEAST_TENSOR);
      long pairCount = in.count("key-value pairs", LEAST_PAIR);
      var metadata = readMetadata(pairCount);
      var described = new LinkedHashMap<String, Described>();
      for (long i = 0; i < tensorCount; i++) {
        var tensor = readDescription();
        if (described.putIfAbsent(tensor.name(), tensor) != null) {
          throw in.broken(tensor.at(), "a second tensor " + tensor.name());
        }
      }
      return new GgufHeader(metadata, locate(described, alignment(metadata)));
    }

    private void checkKind() {
      if (in.remaining() == 0) throw in.broken(0, "the file is empty");
      int magic = in.int32();
      if (magic == Integer.reverseBytes(MAGIC)) {
        throw in.broken(0, "the magic bytes are reversed: FUGG instead of GGUF");
      }
      if (magic != MAGIC) {
        throw in.broken(
            0,
            "not a GGUF file: it starts with %08x instead of 47475546"
                .formatted(Integer.reverseBytes(magic)),
            "Give a GGUF file or a Hugging Face model folder.");
      }
      int version = in.int32();
      if (version == 2 || version == 3) return;
      throw Integer.reverseBytes(version) == 2 || Integer.reverseBytes(version) == 3
          ? in.broken(
              4, "a big-endian file; only little-endian is read", "Convert it to little-endian.")
          : in.broken(
              4,
              "GGUF version %s; versions 2 and 3 are read"
                  .formatted(Integer.toUnsignedString(version)),
              "Convert the model again with a current converter.");
    }

    private Metadata readMetadata(long pairs) {
      var values = new LinkedHashMap<String, Object>();
      for (long i = 0; i < pairs; i++) {
        long start = in.at();
        String key = in.text("key", LONGEST_NAME);
        if (values.containsKey(key)) throw in.broken(start, "a second key " + key);
        values.put(key, readValue(key, readType(key), 0));
      }
      return new Metadata(values);
    }

    private GgufValueType readType(String key) {
      long start = in.at();
      long number = in.uint32();
      return GgufValueType.of(number)
          .orElseThrow(
              () -> in.broken(start, "key %s: value of unknown type %d".formatted(key, number)));
    }

    private Object readValue(String key, GgufValueType type, int depth) {
      long start = in.at();
      if (++values > MOST_VALUES) {
        throw in.broken(
            start, "key %s: more than %,d values of metadata".formatted(key, MOST_VALUES));
      }
      return switch (type) {
        case UINT8 -> (long) Byte.toUnsignedInt(in.int8());
        case INT8 -> (long) in.int8();
        case UINT16 -> (long) Short.toUnsignedInt(in.int16());
        case INT16 -> (long) in.int16();
        case UINT32 -> in.uint32();
        case INT32 -> (long) in.int32();
        case INT64 -> in.int64();
        case UINT64 -> unsigned(in.int64());
        case FLOAT32 -> Float.intBitsToFloat(in.int32());
        case FLOAT64 -> Double.longBitsToDouble(in.int64());
        case BOOL ->
            switch (in.int8()) {
              case 0 -> false;
              case 1 -> true;
              default -> throw in.broken(start, "key %s: a boolean is 0 or 1".formatted(key));
            };
        case STRING -> in.text("text", LONGEST_TEXT);
        case ARRAY -> {
          if (depth == DEEPEST_ARRAY) {
            throw in.broken(
                start, "key %s: arrays nested over %d deep".formatted(key, DEEPEST_ARRAY));
          }
          yield readArray(key, depth + 1);
        }
      };
    }

    private List<Object> readArray(String key, int depth) {
      var type = readType(key);
      long count = in.count("elements of " + key, type.leastBytes());
      if (count == 0) return List.of();
      var elements = new ArrayList<>((int) Math.min(count, 1 << 16));
      for (long i = 0; i < count; i++) elements.add(readValue(key, type, depth));
      return Collections.unmodifiableList(elements);
    }

    private static Number unsigned(long bits) {
      return bits >= 0 ? (Number) bits : new BigInteger(Long.toUnsignedString(bits));
    }

    private long alignment(Metadata metadata) {
      if (!metadata.values().containsKey(ALIGNMENT)) return DEFAULT_ALIGNMENT;
      long alignment = metadata.integer(ALIGNMENT).orElse(0);
      if (alignment < 8 || Long.bitCount(alignment) != 1 || alignment > 1L << 31) {
        throw in.broken(
            in.at(),
            "%s is %s, not a power of two from 8"
                .formatted(ALIGNMENT, metadata.values().get(ALIGNMENT)));
      }
      return alignment;
    }

    private Described readDescription() {
      long start = in.at();
      String name = in.text("tensor name", LONGEST_NAME);
      long at = in.at();
      long dimensions = in.uint32();
      if (dimensions < 1 || dimensions > Shape.MAX_DIMENSIONS) {
        throw in.broken(at, "tensor %s has %d dimensions, not 1 to 4".formatted(name, dimensions));
      }
      var sizes = new ArrayList<Long>();
      for (int i = 0; i < dimensions; i++) sizes.add(in.int64());
      // GGUF names the innermost dimension first.
      Collections.reverse(sizes);
      long typeAt = in.at();
      long number = in.uint32();
      var type =
          GgufTensorType.of(number)
              .orElseThrow(() ->
                  in.broken(
                      typeAt,
                      "tensor %s has type %s".formatted(name, GgufTensorType.describe(number)),
                      "Get the model in one of the types " + List.of(ElementType.values()) + "."));
      long offset = in.int64();
      try {
        var shape = new Shape(sizes);
        long bytes = Math.multiplyExact(type.bytes(shape.columns()), shape.rows());
        return new Described(name, start, type, shape, offset, bytes);
      } catch (IllegalArgumentException | ArithmeticException impossible) {
        throw in.broken(at, "tensor %s: %s".formatted(name, impossible.getMessage()));
      }
    }

    private Map<String, Tensor> locate(Map<String, Described> described, long alignment) {
      long dataStart = in.at() + Math.floorMod(-in.at(), alignment);
      long dataBytes = Math.max(0, file.size() - dataStart);
      for (var tensor : described.values()) {
        // The offset is unsigned: a negative one lies far beyond any file.
        if (tensor.offset() < 0 || tensor.bytes() > dataBytes - tensor.offset()) {
          throw in.broken(
              tensor.at(),
              "tensor %s takes %,d bytes from byte %s of the data, which has %,d"
                  .formatted(
                      tensor.name(),
                      tensor.bytes(),
                      Long.toUnsignedString(tensor.offset()),
                      dataBytes));
        }
        if (tensor.offset() % alignment != 0) {
          throw in.broken(
              tensor.at(),
              "tensor %s starts at byte %d of the data, not a multiple of the alignment %d"
                  .formatted(tensor.name(), tensor.offset(), alignment));
        }
      }
      checkOverlap(
          described.values().stream().sorted(Comparator.comparingLong(Described::offset)).toList());
      var tensors = new LinkedHashMap<String, Tensor>();
      for (var tensor : described.values()) {
        var data = file.bytes().asSlice(dataStart + tensor.offset(), tensor.bytes());
        tensors.put(tensor.name(), new Tensor(tensor.type(), tensor.shape(), data));
      }
      return Collections.unmodifiableMap(tensors);
    }

    private void checkOverlap(List<Described> byOffset) {
      for (int i = 1; i < byOffset.size(); i++) {
        var before = byOffset.get(i - 1);
        var tensor = byOffset.get(i);
        if (tensor.offset() < before.end()) {
          throw in.broken(
              tensor.at(),
              "tensor %s at byte %d of the data lies inside %s, which ends at %d"
                  .formatted(tensor.name(), tensor.offset(), before.name(), before.end()));
        }
      }
    }
  }
}
