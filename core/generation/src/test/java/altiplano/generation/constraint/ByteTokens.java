package altiplano.generation.constraint;

import static java.nio.charset.StandardCharsets.UTF_8;

import altiplano.tokenizer.Tokenizer;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;

/// A vocabulary of every single byte and of random pieces of texts, cut without regard to
/// characters: harder on a constraint than a trained one.
///
/// Id 0 ends a text, id 1 is another special token; some pieces have two ids.
final class ByteTokens implements Tokenizer {
  static final int END = 0;
  static final int SPECIAL = 1;
  private static final int FIRST = 2;

  private final List<byte[]> tokens = new ArrayList<>();
  private final Map<String, List<Integer>> ids = new HashMap<>();
  private int longest = 1;

  ByteTokens(List<String> samples, int pieces, Random random) {
    tokens.add(new byte[0]);
    tokens.add(new byte[0]);
    for (int value = 0; value < 256; value++) add(new byte[] {(byte) value});
    for (int i = 0; i < pieces; i++) {
      byte[] sample = samples.get(random.nextInt(samples.size())).getBytes(UTF_8);
      if (sample.length == 0) continue;
      int from = random.nextInt(sample.length);
      int to = from + 1 + random.nextInt(Math.min(8, sample.length - from));
      add(Arrays.copyOfRange(sample, from, to));
    }
  }

  private void add(byte[] token) {
    ids.computeIfAbsent(Arrays.toString(token), _ -> new ArrayList<>()).add(tokens.size());
    tokens.add(token);
    longest = Math.max(longest, token.length);
  }

  /// Cuts a text into random tokens.
  int[] cut(String text, Random random) {
    byte[] bytes = text.getBytes(UTF_8);
    var cut = new ArrayList<Integer>();
    for (int at = 0; at < bytes.length; ) {
      int length = 1 + random.nextInt(Math.min(longest, bytes.length - at));
      var found = ids.get(Arrays.toString(Arrays.copyOfRange(bytes, at, at + length)));
      if (found == null) continue;
      cut.add(found.get(random.nextInt(found.size())));
      at += length;
    }
    return cut.stream().mapToInt(Integer::intValue).toArray();
  }

  @Override
  public int size() {
    return tokens.size();
  }

  @Override
  public byte[] bytes(int id) {
    return tokens.get(id).clone();
  }

  @Override
  public boolean isSpecial(int id) {
    return id < FIRST;
  }

  @Override
  public Set<Integer> endIds() {
    return Set.of(END);
  }

  @Override
  public int[] encode(String text) {
    return cut(text, new Random(0));
  }

  @Override
  public int[] encodeWithSpecialTokens(String text) {
    return encode(text);
  }

  @Override
  public String decode(int... text) {
    var bytes = new ByteArrayOutputStream();
    for (int id : text) bytes.writeBytes(tokens.get(id));
    return bytes.toString(UTF_8);
  }

  @Override
  public TokenStream stream() {
    throw new UnsupportedOperationException();
  }

  @Override
  public OptionalInt specialId(String name) {
    return OptionalInt.empty();
  }

  @Override
  public String name(int id) {
    return "token " + id;
  }

  @Override
  public OptionalInt beginOfText() {
    return OptionalInt.empty();
  }

  @Override
  public boolean addsBeginOfText() {
    return false;
  }

  @Override
  public List<String> specialTokens() {
    return List.of("end", "special");
  }
}
