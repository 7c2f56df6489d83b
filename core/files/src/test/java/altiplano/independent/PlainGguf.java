package altiplano.independent;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullUnmarked;

/// A second reader of GGUF, written from ggml's description of the format alone: it uses nothing
/// but `java.*`, and checks what ggml's own reader asserts.
///
/// @param values each with the number of its type in the file, an array's with that of its elements
/// @param tensors in file order
@NullUnmarked // what is missing fails the test
record PlainGguf(Map<String, Value> values, Map<String, Entry> tensors) {
  static final int UINT32 = 4;
  static final int INT32 = 5;
  static final int FLOAT32 = 6;
  static final int BOOL = 7;
  static final int STRING = 8;
  static final int ARRAY = 9;

  /// @param elements the type of an array's elements, -1 for no array
  record Value(int type, int elements, Object value) {}

  /// @param sizes innermost first, as in the file
  /// @param offset in the data section
  record Entry(List<Long> sizes, int type, long offset, ByteBuffer data) {}

  /// ggml's types: values in a block, bytes of a block.
  private static final Map<Integer, int[]> BLOCKS =
      Map.ofEntries(
          Map.entry(0, new int[] {1, 4}),
          Map.entry(1, new int[] {1, 2}),
          Map.entry(2, new int[] {32, 18}),
          Map.entry(3, new int[] {32, 20}),
          Map.entry(6, new int[] {32, 22}),
          Map.entry(7, new int[] {32, 24}),
          Map.entry(8, new int[] {32, 34}),
          Map.entry(10, new int[] {256, 84}),
          Map.entry(11, new int[] {256, 110}),
          Map.entry(12, new int[] {256, 144}),
          Map.entry(13, new int[] {256, 176}),
          Map.entry(14, new int[] {256, 210}),
          Map.entry(30, new int[] {1, 2}));

  static PlainGguf read(Path file) throws IOException {
    var in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    require(in.getInt() == 0x46554747, "magic");
    require(in.getInt() == 3, "version");
    long tensorCount = in.getLong();
    long valueCount = in.getLong();
    var values = new LinkedHashMap<String, Value>();
    for (long i = 0; i < valueCount; i++) {
      var key = text(in);
      require(values.put(key, value(in)) == null, "one value a key");
    }
    var described = new LinkedHashMap<String, Entry>();
    for (long i = 0; i < tensorCount; i++) {
      var name = text(in);
      require(name.length() < 64, "ggml holds names of 63 bytes");
      var sizes = new ArrayList<Long>();
      for (int left = in.getInt(); left > 0; left--) sizes.add(in.getLong());
      var entry = new Entry(sizes, in.getInt(), in.getLong(), ByteBuffer.allocate(0));
      require(described.put(name, entry) == null, "one tensor a name");
    }
    int alignment =
        values.containsKey("general.alignment")
            ? ((Number) values.get("general.alignment").value()).intValue()
            : 32;
    int start = Math.ceilDiv(in.position(), alignment) * alignment;
    var tensors = new LinkedHashMap<String, Entry>();
    long expected = 0;
    for (var named : described.entrySet()) {
      var entry = named.getValue();
      // ggml's reader wants each tensor where the one before ends, padded.
      require(entry.offset() == expected, "offset of " + named.getKey());
      int[] block = BLOCKS.get(entry.type());
      long elements = entry.sizes().stream().reduce(1L, (a, b) -> a * b);
      require(entry.sizes().getFirst() % block[0] == 0, "whole blocks in " + named.getKey());
      int bytes = Math.toIntExact(elements / block[0] * block[1]);
      var data = in.slice(start + (int) entry.offset(), bytes).order(ByteOrder.LITTLE_ENDIAN);
      tensors.put(named.getKey(), new Entry(entry.sizes(), entry.type(), entry.offset(), data));
      expected += (long) Math.ceilDiv(bytes, alignment) * alignment;
    }
    require(start + expected == in.capacity(), "padding after the last tensor");
    return new PlainGguf(values, tensors);
  }

  private static Value value(ByteBuffer in) {
    int type = in.getInt();
    if (type != ARRAY) return new Value(type, -1, scalar(in, type));
    int elements = in.getInt();
    var list = new ArrayList<Object>();
    for (long left = in.getLong(); left > 0; left--) list.add(scalar(in, elements));
    return new Value(type, elements, list);
  }

  private static Object scalar(ByteBuffer in, int type) {
    return switch (type) {
      case 0, 1 -> (long) in.get();
      case 2, 3 -> (long) in.getShort();
      case UINT32 -> Integer.toUnsignedLong(in.getInt());
      case INT32 -> (long) in.getInt();
      case FLOAT32 -> in.getFloat();
      case BOOL -> in.get() == 1;
      case STRING -> text(in);
      case 10, 11 -> in.getLong();
      case 12 -> in.getDouble();
      default -> throw new AssertionError("type " + type);
    };
  }

  private static String text(ByteBuffer in) {
    var bytes = new byte[Math.toIntExact(in.getLong())];
    in.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  static void require(boolean holds, String what) {
    if (!holds) throw new AssertionError(what);
  }
}
