package altiplano.shards;

import altiplano.files.Json;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/// What a shard set holds and where it came from; `manifest.json` in its folder.
///
/// @param seed of shuffling, splitting and mixing
/// @param sequenceLength tokens in each sequence
/// @param licence `any`, or `shippable` when sources that forbid shipping weights were left out
/// @param sources in the order in which the shards number them
/// @param shards in the order in which they are read
public record Manifest(
    long seed,
    int sequenceLength,
    Vocabulary vocabulary,
    String licence,
    List<Source> sources,
    List<Shard> shards) {
  /// The version of the schema that this class reads and writes.
  public static final int SCHEMA = 1;

  private static final String FILE = "manifest.json";

  public Manifest {
    sources = List.copyOf(sources);
    shards = List.copyOf(shards);
    if (sequenceLength < 1) {
      throw new IllegalArgumentException("sequence length must be at least 1: " + sequenceLength);
    }
  }

  /// The vocabulary of the token ids.
  ///
  /// @param file its file in the same folder
  /// @param size number of ids, special tokens included
  /// @param sha256 of the file
  public record Vocabulary(String file, int size, String sha256) {}

  /// Where documents came from.
  ///
  /// @param licence in words, as the source states it
  /// @param shippable whether weights trained on it may be given out
  /// @param included false if it was left out for its licence; the counts are then 0
  /// @param documents in the shards, repetitions counted
  /// @param tokens in the shards, begin and end of text included
  public record Source(
      String name,
      String licence,
      boolean shippable,
      boolean included,
      long documents,
      long tokens) {}

  /// One file.
  ///
  /// @param tokens covered by documents; the rest of the sequences is filling
  public record Shard(
      String file,
      String split,
      long sequences,
      long documents,
      long tokens,
      long bytes,
      String sha256) {}

  /// Returns the names of the splits.
  public Set<String> splits() {
    var names = new TreeSet<String>();
    shards.forEach(shard -> names.add(shard.split()));
    return names;
  }

  /// Reads the manifest of a shard set.
  ///
  /// @throws ShardFormatException if it is not a manifest of this schema
  public static Manifest read(Path folder) throws IOException {
    Path file = folder.resolve(FILE);
    if (!Files.isRegularFile(file)) {
      throw new ShardFormatException(file, "not there: this folder holds no shard set");
    }
    Json json;
    try {
      json = Json.parse(Files.readAllBytes(file));
    } catch (Json.JsonException broken) {
      throw new ShardFormatException(file, String.valueOf(broken.getMessage()), broken);
    }
    return new Reader(file).manifest(json);
  }

  /// Writes `manifest.json` into a folder; the file appears when it is whole.
  public void write(Path folder) throws IOException {
    Path temporary = Temporary.beside(folder.resolve(FILE));
    try {
      try (var out =
          FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        var bytes =
            StandardCharsets.UTF_8.encode(toJson().writeIndented() + System.lineSeparator());
        while (bytes.hasRemaining()) out.write(bytes);
        out.force(true);
      }
      Files.move(
          temporary,
          folder.resolve(FILE),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  /// Returns the manifest as JSON.
  public Json toJson() {
    return Json.object()
        .put("schema", SCHEMA)
        .put("seed", seed)
        .put("sequence_length", sequenceLength)
        .put(
            "vocabulary",
            Json.object()
                .put("file", vocabulary.file)
                .put("size", vocabulary.size)
                .put("sha256", vocabulary.sha256)
                .end())
        .put("licence", licence)
        .put("sources", array(sources, Manifest::toJson))
        .put("shards", array(shards, Manifest::toJson))
        .end();
  }

  private static Json toJson(Source source) {
    return Json.object()
        .put("name", source.name)
        .put("licence", source.licence)
        .put("shippable", source.shippable)
        .put("included", source.included)
        .put("documents", source.documents)
        .put("tokens", source.tokens)
        .end();
  }

  private static Json toJson(Shard shard) {
    return Json.object()
        .put("file", shard.file)
        .put("split", shard.split)
        .put("sequences", shard.sequences)
        .put("documents", shard.documents)
        .put("tokens", shard.tokens)
        .put("bytes", shard.bytes)
        .put("sha256", shard.sha256)
        .end();
  }

  private static <T> Json array(List<T> values, Function<T, Json> toJson) {
    return new Json.ArrayValue(values.stream().map(toJson).toList());
  }

  /// Takes a manifest from JSON and names the file in every complaint.
  private record Reader(Path file) {
    Manifest manifest(Json json) {
      long schema = number(json, "schema");
      if (schema != SCHEMA) {
        throw new ShardFormatException(
            file, "schema %d of the manifest, readable is %d".formatted(schema, SCHEMA));
      }
      Json vocabulary = member(json, "vocabulary");
      try {
        return new Manifest(
            number(json, "seed"),
            Math.toIntExact(number(json, "sequence_length")),
            new Vocabulary(
                text(vocabulary, "file"),
                Math.toIntExact(number(vocabulary, "size")),
                text(vocabulary, "sha256")),
            text(json, "licence"),
            list(json, "sources", this::source),
            list(json, "shards", this::shard));
      } catch (ArithmeticException | IllegalArgumentException wrong) {
        throw new ShardFormatException(file, String.valueOf(wrong.getMessage()), wrong);
      }
    }

    private Source source(Json json) {
      return new Source(
          text(json, "name"),
          text(json, "licence"),
          bool(json, "shippable"),
          bool(json, "included"),
          number(json, "documents"),
          number(json, "tokens"));
    }

    private Shard shard(Json json) {
      String name = text(json, "file");
      if (!Path.of(name).equals(Path.of(name).getFileName())) {
        throw new ShardFormatException(file, "'%s' is no plain file name".formatted(name));
      }
      return new Shard(
          name,
          text(json, "split"),
          number(json, "sequences"),
          number(json, "documents"),
          number(json, "tokens"),
          number(json, "bytes"),
          text(json, "sha256"));
    }

    private <T> List<T> list(Json json, String key, Function<Json, T> read) {
      if (!(member(json, key) instanceof Json.ArrayValue(var elements)))
        throw wrong(key, "an array");
      var values = new ArrayList<T>();
      for (Json element : elements) values.add(read.apply(element));
      return values;
    }

    private long number(Json json, String key) {
      if (!(member(json, key) instanceof Json.NumberValue(var value))) throw wrong(key, "a number");
      return value.longValueExact();
    }

    private String text(Json json, String key) {
      if (!(member(json, key) instanceof Json.TextValue(var value))) throw wrong(key, "a text");
      return value;
    }

    private boolean bool(Json json, String key) {
      if (!(member(json, key) instanceof Json.BoolValue(var value)))
        throw wrong(key, "true or false");
      return value;
    }

    private Json member(Json json, String key) {
      if (!(json instanceof Json.ObjectValue object)) throw wrong(key, "inside an object");
      return object.get(key).orElseThrow(() -> wrong(key, "there"));
    }

    private ShardFormatException wrong(String key, String expected) {
      return new ShardFormatException(file, "'%s' is not %s".formatted(key, expected));
    }
  }
}
