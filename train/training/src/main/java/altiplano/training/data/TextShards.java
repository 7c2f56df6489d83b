package altiplano.training.data;

import altiplano.files.Json;
import altiplano.shards.Manifest;
import altiplano.shards.Sequence;
import altiplano.shards.ShardWriter;
import altiplano.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/// Texts as packed shards, without the corpus pipeline: for a recipe that starts from plain files.
///
/// Texts are taken as they are; cleaning and duplicates are the pipeline's work.
public final class TextShards implements AutoCloseable {
  private static final String TRAINING = "train";
  private static final String VALIDATION = "validation";

  private final Tokenizer tokenizer;
  private final int length;
  private final Split training;
  private final Split validation;

  private TextShards(Path folder, Tokenizer tokenizer, int length) throws IOException {
    this.tokenizer = tokenizer;
    this.length = length;
    this.training = new Split(folder, TRAINING, tokenizer.size(), length);
    this.validation = new Split(folder, VALIDATION, tokenizer.size(), length);
  }

  /// Writes the shard set of some files. One that is there whole is left as it is.
  ///
  /// @param length tokens of each sequence
  /// @param heldOut share of texts for validation
  /// @throws DataException if there is no text
  public static void write(
      Path folder, List<Path> files, Tokenizer tokenizer, int length, double heldOut, long seed)
      throws IOException {
    if (Files.exists(folder.resolve("manifest.json"))) return;
    Files.createDirectories(folder);
    try (var shards = new TextShards(folder, tokenizer, length)) {
      var random = new SplittableRandom(seed);
      for (Path file : files) {
        DataFiles.read(
            file,
            row -> {
              if (row.json().get("text").orElse(null) instanceof Json.TextValue(String text)) {
                boolean validates = random.nextDouble() < heldOut;
                shards.add(text, validates ? shards.validation : shards.training);
              }
            });
      }
      if (shards.training.documents == 0) {
        throw new DataException(files.getFirst() + ": no row has a text: \"text\" is looked for");
      }
      shards.finish(folder, seed);
    }
  }

  private void add(String text, Split split) {
    var begin = tokenizer.specialId("<|begin_of_text|>");
    var end = tokenizer.specialId("<|end_of_text|>");
    int[] body = tokenizer.encode(text);
    int[] tokens =
        IntStream.concat(IntStream.concat(begin.stream(), Arrays.stream(body)), end.stream())
            .toArray();
    try {
      split.add(tokens);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private void finish(Path folder, long seed) throws IOException {
    var entries = new ArrayList<Manifest.Shard>();
    entries.add(training.finish());
    if (validation.documents > 0) entries.add(validation.finish());
    var source =
        new Manifest.Source(
            "texts",
            "not stated",
            false,
            true,
            training.documents + validation.documents,
            training.total + validation.total);
    new Manifest(
            seed,
            length,
            new Manifest.Vocabulary("tokenizer.json", tokenizer.size(), ""),
            "any",
            List.of(source),
            entries)
        .write(folder);
  }

  @Override
  public void close() throws IOException {
    training.writer.close();
    validation.writer.close();
  }

  /// One shard that is filled from left to right; a text that does not fit is cut.
  private static final class Split {
    private final String name;
    private final int length;
    private final ShardWriter writer;
    private int[] tokens;
    private List<Sequence.Piece> pieces = new ArrayList<>();
    private int used;
    private int documents;
    private long total;

    Split(Path folder, String name, int vocabulary, int length) throws IOException {
      this.name = name;
      this.length = length;
      this.writer = new ShardWriter(folder.resolve(name + ".shard"), vocabulary, length);
      this.tokens = new int[length];
    }

    void add(int[] text) throws IOException {
      int part = 0;
      for (int at = 0; at < text.length; ) {
        int size = Math.min(length - used, text.length - at);
        System.arraycopy(text, at, tokens, used, size);
        pieces.add(new Sequence.Piece(used, size, documents, part++, 0));
        used += size;
        at += size;
        if (used == length) flush();
      }
      documents++;
      total += text.length;
    }

    private void flush() throws IOException {
      writer.add(new Sequence(tokens, pieces));
      tokens = new int[length];
      pieces = new ArrayList<>();
      used = 0;
    }

    Manifest.Shard finish() throws IOException {
      if (used > 0) flush();
      return writer.finish(name);
    }
  }
}
