package altiplano.tokenizer;

import altiplano.files.ByteLevelAlphabet;
import altiplano.files.Metadata;
import altiplano.files.ModelFormatException;
import altiplano.files.PieceSplit;
import altiplano.files.TokenType;
import altiplano.files.VocabularyKeys;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Byte-level BPE: text is cut into pieces; a piece that is a token is one, any other starts as
/// single bytes and is merged.
final class ByteLevelEncoder implements Encoder {
  private final PieceScanner scanner;
  private final TokenTable tokens;
  private final MergeTable merges;
  private final boolean wholePiecesFirst;
  private final int[] byteIds = new int[256];

  ByteLevelEncoder(Vocabulary vocabulary, Metadata metadata, Path source) {
    PieceSplit split = split(vocabulary, metadata, source);
    scanner = PieceScanner.of(split);
    wholePiecesFirst =
        metadata.bool(VocabularyKeys.IGNORE_MERGES).orElse(split == PieceSplit.LLAMA3);
    tokens = new TokenTable(ordinary(vocabulary));
    Arrays.setAll(byteIds, b -> tokens.find(new byte[] {(byte) b}, 0, 1));
    merges = merges(tokens, metadata, source);
  }

  @Override
  public void encode(String text, boolean opens, IdList ids) {
    byte[] utf8 = Utf8.bytes(text);
    var merger = new PairMerger(merges);
    var piece = new int[64];
    for (int from = 0, to; from < utf8.length; from = to) {
      to = scanner.end(utf8, from, utf8.length);
      int whole =
          wholePiecesFirst || to - from == 1 ? tokens.find(utf8, from, to) : TokenTable.NONE;
      if (whole != TokenTable.NONE) {
        ids.add(whole);
      } else {
        if (to - from > piece.length) piece = new int[to - from];
        for (int i = from; i < to; i++) piece[i - from] = idOf(utf8[i]);
        ids.addAll(piece, merger.merge(piece, to - from));
      }
    }
  }

  private int idOf(byte single) {
    int id = byteIds[Byte.toUnsignedInt(single)];
    if (id != TokenTable.NONE) return id;
    throw new VocabularyException(
        "the vocabulary has no token for the byte 0x%02X, so not every text can be encoded"
            .formatted(single));
  }

  private static byte[][] ordinary(Vocabulary vocabulary) {
    var ordinary = new byte[vocabulary.size()][];
    for (int id = 0; id < ordinary.length; id++) {
      boolean normal = vocabulary.types()[id] == TokenType.NORMAL;
      ordinary[id] = normal ? vocabulary.bytes()[id] : new byte[0];
    }
    return ordinary;
  }

  private static PieceSplit split(Vocabulary vocabulary, Metadata metadata, Path source) {
    Optional<String> name = metadata.text(VocabularyKeys.PRE);
    // The first files of Llama 3 were made before there was a name for its pattern.
    if (name.isEmpty() && vocabulary.special().containsKey("<|begin_of_text|>")) {
      return PieceSplit.LLAMA3;
    }
    return name.flatMap(PieceSplit::ofGgufName)
        .orElseThrow(() ->
            new ModelFormatException(
                source,
                VocabularyKeys.PRE,
                "the split pattern " + name.map(n -> "\"" + n + "\"").orElse("without a name"),
                "Patterns read here: llama-bpe, gpt-2. Take a model of the Llama 3 family."));
  }

  private static MergeTable merges(TokenTable tokens, Metadata metadata, Path source) {
    List<String> pairs = metadata.texts(VocabularyKeys.MERGES).orElse(List.of());
    var builder = new MergeTable.Builder(pairs.size());
    for (int i = 0; i < pairs.size(); i++) {
      if (!add(pairs.get(i), tokens, builder)) {
        throw new ModelFormatException(
            source,
            VocabularyKeys.MERGES + "[" + i + "]",
            "\"" + pairs.get(i) + "\" is not two tokens that make a third",
            "Download it again.");
      }
    }
    return builder.build();
  }

  /// Adds a pair written "left right"; returns false if it or what it makes is no token.
  private static boolean add(String pair, TokenTable tokens, MergeTable.Builder merges) {
    int cut = pair.indexOf(' ');
    if (cut < 0) return false;
    byte[] joined =
        ByteLevelAlphabet.read(pair.substring(0, cut) + pair.substring(cut + 1))
            .orElse(new byte[0]);
    if (cut > joined.length) return false;
    int left = tokens.find(joined, 0, cut);
    int right = tokens.find(joined, cut, joined.length);
    int result = tokens.find(joined, 0, joined.length);
    if (left == TokenTable.NONE || right == TokenTable.NONE || result == TokenTable.NONE) {
      return false;
    }
    merges.add(left, right, result);
    return true;
  }
}
