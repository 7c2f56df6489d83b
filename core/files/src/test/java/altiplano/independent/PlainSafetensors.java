package altiplano.independent;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullUnmarked;

/// A second reader of safetensors, which checks what the format's own library does.
///
/// @param metadata texts by name
@NullUnmarked // what is missing fails the test
record PlainSafetensors(Map<String, Entry> tensors, Map<String, Object> metadata) {
  record Entry(String type, List<Long> sizes, ByteBuffer data) {}

  @SuppressWarnings("unchecked")
  static PlainSafetensors read(Path file) throws IOException {
    var in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    int length = Math.toIntExact(in.getLong());
    PlainGguf.require(length % 8 == 0, "numbers aligned to 8 bytes");
    var header = new String(in.array(), 8, length, StandardCharsets.UTF_8);
    PlainGguf.require(header.startsWith("{"), "the header starts with a brace");
    var entries = PlainJson.object(header);
    var metadata = (Map<String, Object>) entries.remove("__metadata__");
    var tensors = new LinkedHashMap<String, Entry>();
    int covered = 0;
    for (var named : entries.entrySet()) {
      var entry = (Map<String, Object>) named.getValue();
      var sizes = ((List<Double>) entry.get("shape")).stream().map(Double::longValue).toList();
      var offsets = (List<Double>) entry.get("data_offsets");
      int begin = offsets.getFirst().intValue();
      int end = offsets.getLast().intValue();
      PlainGguf.require(begin == covered, "no hole before " + named.getKey());
      var type = (String) entry.get("dtype");
      long bytes = sizes.stream().reduce(1L, (a, b) -> a * b) * (type.equals("F32") ? 4 : 2);
      PlainGguf.require(end - begin == bytes, "the size of " + named.getKey());
      tensors.put(
          named.getKey(),
          new Entry(
              type,
              sizes,
              in.slice(8 + length + begin, end - begin).order(ByteOrder.LITTLE_ENDIAN)));
      covered = end;
    }
    PlainGguf.require(8 + length + covered == in.capacity(), "nothing after the last tensor");
    return new PlainSafetensors(tensors, metadata);
  }
}
