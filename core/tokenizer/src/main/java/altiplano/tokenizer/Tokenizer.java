package altiplano.tokenizer;

import altiplano.files.Metadata;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/// Text to token ids and back. Immutable and thread-safe.
public interface Tokenizer {
  /// Opens the vocabulary of a GGUF file, a Hugging Face folder, a `tokenizer.json` or a tiktoken
  /// `tokenizer.model`.
  static Tokenizer open(Path path) {
    throw new AssertionError("to be written");
  }

  /// Makes the tokenizer that a model file describes under `tokenizer.ggml.*`.
  ///
  /// @param source named in errors
  static Tokenizer from(Metadata metadata, Path source) {
    throw new AssertionError("to be written");
  }

  /// Returns the number of ids, special tokens included.
  int size();

  /// Encodes text; what looks like a special token stays text. No begin-of-text is added.
  int[] encode(String text);

  /// Encodes text in which special tokens are recognised. Never for text from users.
  int[] encodeWithSpecialTokens(String text);

  /// Returns the bytes that a token stands for, which may be a part of a character; none for a
  /// special token.
  byte[] bytes(int id);

  /// Returns the text of ids; special tokens are left out, bytes that form no character become
  /// U+FFFD.
  String decode(int... ids);

  /// Returns a decoder for a stream of ids that never shows half a character.
  TokenStream stream();

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
  /// present.
  Set<Integer> endIds();

  /// Returns the names of all special tokens in order of their ids.
  List<String> specialTokens();

  /// Turns a stream of ids into text. Not thread-safe.
  interface TokenStream {
    /// Adds a token and returns the text that is now complete; empty while a character is
    /// unfinished.
    String add(int id);

    /// Returns what is left, unfinished characters as U+FFFD.
    String finish();
  }
}
