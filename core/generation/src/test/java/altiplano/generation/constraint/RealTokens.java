package altiplano.generation.constraint;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import altiplano.tokenizer.Tokenizer;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// The ordinary tokens of a trained vocabulary by their bytes.
final class RealTokens {
  private static final int LONGEST = 24;

  private final Tokenizer tokenizer;
  private final Map<String, Integer> ids = new HashMap<>();

  RealTokens(Tokenizer tokenizer) {
    this.tokenizer = tokenizer;
    for (int id = 0; id < tokenizer.size(); id++) {
      byte[] bytes = tokenizer.isSpecial(id) ? new byte[0] : tokenizer.bytes(id);
      if (bytes.length > 0) ids.putIfAbsent(new String(bytes, ISO_8859_1), id);
    }
  }

  Tokenizer tokenizer() {
    return tokenizer;
  }

  /// Cuts a text into random tokens, between and within characters.
  List<Integer> cut(String text, Random random) {
    byte[] bytes = text.getBytes(UTF_8);
    var cut = new ArrayList<Integer>();
    for (int at = 0; at < bytes.length; ) {
      int length = 1 + random.nextInt(Math.min(LONGEST, bytes.length - at));
      Integer id = ids.get(new String(Arrays.copyOfRange(bytes, at, at + length), ISO_8859_1));
      if (id == null) continue;
      cut.add(id);
      at += length;
    }
    return cut;
  }

  /// Returns the text of ids.
  String decode(List<Integer> text) {
    var bytes = new ByteArrayOutputStream();
    for (int id : text) bytes.writeBytes(tokenizer.bytes(id));
    return bytes.toString(UTF_8);
  }
}
