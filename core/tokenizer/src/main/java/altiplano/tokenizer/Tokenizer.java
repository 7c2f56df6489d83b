package altiplano.tokenizer;

import altiplano.files.HuggingFaceTokenizer;
import altiplano.files.Metadata;
import altiplano.files.ModelFile;
import altiplano.files.ModelFormatException;
import altiplano.files.TiktokenVocabulary;
import altiplano.tensor.Stability.Stable;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/// Text to token ids and back. Immutable and thread-safe.
///
/// ```java
/// var tokenizer = Tokenizer.open(Path.of("tokenizer.model"));
/// int[] ids = tokenizer.encode("Hello world"); // 9906 1917 with Llama 3's vocabulary
/// String text = tokenizer.decode(ids);
/// ```
///
/// Methods that take an id throw [VocabularyException] where there is no such id.
@Stable
public interface Tokenizer {
  /// Opens the vocabulary of a GGUF file, a Hugging Face folder, a `tokenizer.json` or a tiktoken
  /// `tokenizer.model`.
  ///
  /// @throws ModelFormatException if it is broken or of a kind that is not read
  static Tokenizer open(Path path) {
    if (Files.isDirectory(path)) {
      Path json = path.resolve("tokenizer.json");
      return open(Files.exists(json) ? json : path.resolve("tokenizer.model"));
    }
    if (path.toString().endsWith(".json")) return from(HuggingFaceTokenizer.read(path), path);
    if (!startsLikeGguf(path)) return from(TiktokenVocabulary.read(path), path);
    try (ModelFile file = ModelFile.open(path)) {
      return from(file.metadata(), path);
    }
  }

  private static boolean startsLikeGguf(Path path) {
    try (var in = Files.newInputStream(path)) {
      return Arrays.equals(in.readNBytes(4), new byte[] {'G', 'G', 'U', 'F'});
    } catch (IOException failed) {
      throw new UncheckedIOException(path + ": cannot be read: " + failed, failed);
    }
  }

  /// Makes the tokenizer that a model file describes under `tokenizer.ggml.*`.
  ///
  /// @param source named in errors
  /// @throws ModelFormatException if the description is broken or of a kind that is not read
  static Tokenizer from(Metadata metadata, Path source) {
    return new VocabularyTokenizer(metadata, source);
  }

  /// Returns the number of ids, special tokens included.
  int size();

  /// Encodes text; what looks like a special token stays text. No begin-of-text is added.
  ///
  /// Half a surrogate pair is encoded as U+FFFD.
  ///
  /// @throws VocabularyException if the vocabulary lacks a byte of the text
  int[] encode(String text);

  /// Encodes text in which special tokens are recognised. Never for text from users.
  ///
  /// @throws VocabularyException if the vocabulary lacks a byte of the text
  int[] encodeWithSpecialTokens(String text);

  /// Returns the bytes that a token stands for, which may be a part of a character; none for a
  /// special token.
  byte[] bytes(int id);

  /// Returns the bytes of a whole text; special tokens are left out. What [#encode] made comes back
  /// byte for byte.
  ///
  /// A SentencePiece vocabulary begins a text with a space of its own, which is taken off again.
  default byte[] decodeToBytes(int... ids) {
    var bytes = new ByteArrayOutputStream();
    for (int id : ids) bytes.writeBytes(bytes(id));
    return bytes.toByteArray();
  }

  /// Returns the text of ids as [#decodeToBytes] does; bytes that form no character become U+FFFD.
  default String decode(int... ids) {
    return Utf8Decoder.decode(decodeToBytes(ids));
  }

  /// Returns a decoder for a stream of ids that never shows half a character.
  ///
  /// The stream goes on a text that is already there: a space at its start is kept.
  default TokenStream stream() {
    return new DecodingStream(this);
  }

  /// Returns whether the id is a special (control) token.
  boolean isSpecial(int id);

  /// Returns the id of a special token by its name, such as `<|eot_id|>`.
  OptionalInt specialId(String name);

  /// Returns the name of a special token, or the text of an ordinary one.
  String name(int id);

  OptionalInt beginOfText();

  /// Returns whether the model expects begin-of-text before a raw prompt.
  boolean addsBeginOfText();

  /// Returns all ids that end a generation: Llama 3.1's end of text, of message and of turn where
  /// present, and what the model's files name besides.
  Set<Integer> endIds();

  /// Returns the names of all special tokens in order of their ids.
  List<String> specialTokens();

  /// Turns a stream of ids into text. Not thread-safe.
  interface TokenStream {
    /// Adds a token and returns the text that is now complete; empty while a character is
    /// unfinished. A special token adds nothing.
    String add(int id);

    /// Returns what is left: U+FFFD for an unfinished character, or nothing.
    String finish();
  }
}
