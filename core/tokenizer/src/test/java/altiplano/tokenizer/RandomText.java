package altiplano.tokenizer;

import java.util.Random;

/// Text that seldom occurs: characters of every kind, in words, runs and alone.
final class RandomText {
  private static final String[] SAMPLES = {
    "hello",
    " world",
    "'s",
    "'LL",
    "'ſ",
    "don't",
    "世界",
    "你好吗",
    "é",
    "e\u0301",
    "ß",
    "İ",
    "१२३४",
    "１２",
    "½",
    "1234567",
    "\r\n",
    "\n\n",
    " ",
    "  ",
    "\t",
    "\u00A0",
    "\u3000",
    "\u2028",
    "\u200B",
    "!?",
    "...",
    "<|eot_id|>",
    "😀",
    "👨‍👩‍👧",
    "𝟎𝟏",
    "𠀀",
    "\u0000",
    "\uFFFD",
    "\u001C",
    "Ⅻ",
    "ー",
    "ﬁ"
  };

  private RandomText() {}

  static String of(long seed, int parts) {
    var random = new Random(seed);
    var text = new StringBuilder();
    for (int i = 0; i < parts; i++) {
      switch (random.nextInt(4)) {
        case 0 ->
            text.append(SAMPLES[random.nextInt(SAMPLES.length)].repeat(1 + random.nextInt(3)));
        case 1 -> text.appendCodePoint(character(random, 0x80));
        case 2 -> text.appendCodePoint(character(random, 0x3000));
        default -> text.appendCodePoint(character(random, 0x20000));
      }
    }
    return text.toString();
  }

  private static int character(Random random, int limit) {
    int codePoint = random.nextInt(limit);
    return Character.isSurrogate((char) codePoint) && codePoint < 0x10000 ? 'x' : codePoint;
  }
}
