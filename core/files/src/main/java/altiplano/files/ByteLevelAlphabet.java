package altiplano.files;

import java.util.Arrays;
import java.util.Optional;

/// The alphabet in which byte-level vocabularies are written down: one visible character a byte.
///
/// Bytes that print in Latin-1 (`!`..`~`, U+00A1..U+00AC, U+00AE..U+00FF) stand for themselves, the
/// other 68 are U+0100 upwards in order, so that a space is `Ġ` and a line break is `Ċ`. Radford et
/// al. 2019, "Language Models are Unsupervised Multitask Learners", released code (`encoder.py`).
public final class ByteLevelAlphabet {
  private static final int BYTES = 256;
  private static final byte[] RANKED = new byte[BYTES];
  private static final char[] LETTERS = new char[BYTES];
  private static final short[] BYTE_OF = new short[BYTES + 68];

  static {
    int rank = 0;
    for (int b = 0; b < BYTES; b++) {
      if (!printable(b)) continue;
      LETTERS[b] = (char) b;
      RANKED[rank++] = (byte) b;
    }
    char next = BYTES;
    for (int b = 0; b < BYTES; b++) {
      if (printable(b)) continue;
      LETTERS[b] = next++;
      RANKED[rank++] = (byte) b;
    }
    Arrays.fill(BYTE_OF, (short) -1);
    for (short b = 0; b < BYTES; b++) BYTE_OF[LETTERS[b]] = b;
  }

  private ByteLevelAlphabet() {}

  private static boolean printable(int b) {
    return ('!' <= b && b <= '~') || (0xA1 <= b && b <= 0xAC) || 0xAE <= b;
  }

  /// Returns all 256 bytes in the order of their letters, which is the order of Llama 3's first 256
  /// ranks.
  public static byte[] bytesInOrder() {
    return RANKED.clone();
  }

  /// Writes bytes, one character each.
  public static String write(byte[] bytes) {
    var letters = new char[bytes.length];
    for (int i = 0; i < bytes.length; i++) letters[i] = LETTERS[Byte.toUnsignedInt(bytes[i])];
    return new String(letters);
  }

  /// Reads bytes back, empty where a character is not of this alphabet.
  public static Optional<byte[]> read(String letters) {
    var bytes = new byte[letters.length()];
    for (int i = 0; i < bytes.length; i++) {
      char letter = letters.charAt(i);
      if (letter >= BYTE_OF.length || BYTE_OF[letter] < 0) return Optional.empty();
      bytes[i] = (byte) BYTE_OF[letter];
    }
    return Optional.of(bytes);
  }
}
