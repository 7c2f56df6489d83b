package altiplano.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import altiplano.testing.Shared;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ElementTypeTest {
  private static final Pattern BLOCK =
      Pattern.compile(
          "\"type\":\\s*\"(\\w+)\".*?\"bytes\":\\s*\"(\\w+)\",\\s*\"floats_le\":\\s*\"(\\w+)\"");

  @Test
  void every_type_decodes_its_fixture_blocks_bit_for_bit() throws IOException {
    var text = Files.readString(Shared.path("fixtures/dequantized.json"));
    var seen = EnumSet.noneOf(ElementType.class);
    var blocks = BLOCK.matcher(text);
    while (blocks.find()) {
      var type = ElementType.valueOf(blocks.group(1));
      var bytes = MemorySegment.ofArray(HexFormat.of().parseHex(blocks.group(2)));
      var expected = HexFormat.of().parseHex(blocks.group(3));
      var values = new float[expected.length / Float.BYTES];
      type.decode(bytes, 0, values, 0, values.length);
      assertThat(littleEndian(values)).as("%s", type).isEqualTo(expected);
      seen.add(type);
    }
    var quantised = EnumSet.allOf(ElementType.class);
    quantised.remove(ElementType.F32);
    assertThat(seen).containsAll(quantised);
  }

  @Test
  void a_row_decodes_at_any_offset_without_touching_its_neighbours() {
    var bytes = new byte[3 + 2 * ElementType.Q4_0.blockBytes()];
    bytes[3 + 18 + 1] = 0x3c; // the second block's scale is one, its codes are zero
    var values = new float[34];
    ElementType.Q4_0.decode(MemorySegment.ofArray(bytes), 3 + 18, values, 1, 32);
    assertThat(values).startsWith(0, -8, -8).endsWith(-8, 0);
  }

  @Test
  void values_that_do_not_fill_blocks_are_refused() {
    assertThatThrownBy(() -> ElementType.Q8_0.bytes(33))
        .hasMessage("Q8_0 stores values in blocks of 32: 33 values do not fill whole blocks");
  }

  private static byte[] littleEndian(float[] values) {
    var buffer = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    buffer.asFloatBuffer().put(values);
    return buffer.array();
  }
}
