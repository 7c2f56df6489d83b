package altiplano.files;

import altiplano.tensor.ElementType;
import altiplano.tensor.Shape;
import altiplano.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongConsumer;

/// A model folder as Llama 3.1's repository on the Hugging Face hub is laid out: `config.json`,
/// safetensors (one file or shards with an index), tokenizer and generation settings.
///
/// Query and key rows are copied into GGUF's order; all other tensors lie in the memory map.
public final class HuggingFaceFolder implements ModelFile {
  static final String SINGLE = "model.safetensors";
  static final String INDEX = "model.safetensors.index.json";
  static final String ROPE_FREQS = "rope_freqs.weight";

  /// What to do with `consolidated.*.pth`.
  static final String METAS_OWN =
      "Download the model in Hugging Face's format (config.json and model.safetensors), such as by"
          + " 'altiplano pull meta-llama/Llama-3.1-8B', or as GGUF; or convert it by transformers'"
          + " convert_llama_weights_to_hf.py.";

  private static final String REMEDY = "Download the folder again.";
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Path folder;
  private final List<SafetensorsFile> shards;
  private final Metadata metadata;
  private final Map<String, Tensor> tensors;
  private final Arena arena;

  /// Returns the name that a tensor of such a folder has in GGUF and here, such as
  /// `blk.0.attn_q.weight`; others keep theirs.
  public static String ggufName(String name) {
    return HuggingFaceNames.toGguf(name);
  }

  /// Returns the name that a tensor has in such a folder.
  ///
  /// @param name GGUF's
  public static String folderName(String name) {
    return HuggingFaceNames.fromGguf(name);
  }

  private HuggingFaceFolder(
      Path folder,
      List<SafetensorsFile> shards,
      Metadata metadata,
      Map<String, Tensor> tensors,
      Arena arena) {
    this.folder = folder;
    this.shards = shards;
    this.metadata = metadata;
    this.tensors = tensors;
    this.arena = arena;
  }

  @SuppressWarnings("MustBeClosedChecker") // closed by close()
  static HuggingFaceFolder open(Path folder) {
    var arena = Arena.ofShared();
    try {
      return read(folder, arena);
    } catch (Throwable failed) {
      arena.close();
      throw failed;
    }
  }

  /// Writes a model folder that is there whole or not at all: `config.json`,
  /// `generation_config.json`, `model.safetensors` (shards with an index beyond 5 GB), and the
  /// tokenizer's files where `metadata` hold a vocabulary.
  ///
  /// Metadata that have no place in these files stand in `config.json` under `"altiplano"`, so that
  /// [ModelFile#open] presents all of them again.
  ///
  /// @param tensors under GGUF's names, query and key rows in GGUF's order; float32, float16 or
  ///   bfloat16
  /// @throws UncheckedIOException if that fails; a folder that was there before is left
  public static void write(Path folder, Metadata metadata, List<OutgoingTensor> tensors) {
    write(folder, metadata, tensors, HuggingFaceWriter.BYTES_PER_SHARD, _ -> {});
  }

  /// As above.
  ///
  /// @param bytesPerShard the most bytes of tensors in a file; a tensor is never cut
  /// @param progress is told the bytes of tensors written so far
  public static void write(
      Path folder,
      Metadata metadata,
      List<OutgoingTensor> tensors,
      long bytesPerShard,
      LongConsumer progress) {
    try (var staging = Staging.beside(folder)) {
      new HuggingFaceWriter(metadata, tensors).write(staging.makeFolder(), bytesPerShard, progress);
      staging.publishFolder();
    } catch (IOException failed) {
      throw new UncheckedIOException(folder + ": cannot be written: " + failed, failed);
    }
  }

  private static HuggingFaceFolder read(Path folder, Arena arena) {
    checkKind(folder);
    var metadata = readMetadata(folder);
    var shards = shards(folder, arena);
    var tensors = new LinkedHashMap<String, Tensor>();
    RotaryScaling.from(metadata)
        .ifPresent(scaling -> tensors.put(ROPE_FREQS, ropeFreqs(scaling, metadata, arena)));
    for (var shard : shards) {
      for (var named : shard.tensors().entrySet()) {
        var name = HuggingFaceNames.toGguf(named.getKey());
        var tensor = named.getValue();
        if (RotaryRows.reorders(name)) {
          tensor = rotaryRows(shard.path(), metadata, name, tensor).interleave(tensor, arena);
        }
        if (tensors.putIfAbsent(name, tensor) != null) {
          throw new ModelFormatException(
              shard.path(), "tensor " + named.getKey(), "another shard holds it too", REMEDY);
        }
      }
    }
    return new HuggingFaceFolder(
        folder, shards, metadata, Collections.unmodifiableMap(tensors), arena);
  }

  /// Returns what configuration and vocabulary say, under GGUF's keys.
  private static Metadata readMetadata(Path folder) {
    var values = readForeign(folder);
    values.putAll(HuggingFaceConfig.readOurs(folder).values());
    return new Metadata(values);
  }

  /// As above, without what stands under `"altiplano"`.
  static Map<String, Object> readForeign(Path folder) {
    var values = new LinkedHashMap<>(HuggingFaceConfig.read(folder).values());
    if (Files.exists(folder.resolve(HuggingFaceTokenizer.TOKENIZER))) {
      values.putAll(HuggingFaceTokenizer.read(folder).values());
    } else if (Files.exists(folder.resolve("tokenizer.model"))) {
      values.putAll(TiktokenVocabulary.read(folder.resolve("tokenizer.model")).values());
    }
    return values;
  }

  /// Says what to do with folders that hold a model in another way.
  private static void checkKind(Path folder) {
    if (Files.exists(folder.resolve(HuggingFaceConfig.CONFIG))
        && (Files.exists(folder.resolve(SINGLE)) || Files.exists(folder.resolve(INDEX)))) {
      return;
    }
    var names = names(folder);
    if (names.stream().anyMatch(name -> name.matches("consolidated\\..*\\.pth"))) {
      throw new ModelFormatException(
          folder,
          "consolidated.*.pth",
          "the weights are in Meta's own format, which is not read",
          METAS_OWN);
    }
    if (names.stream().anyMatch(name -> name.matches("pytorch_model.*\\.bin"))) {
      throw new ModelFormatException(
          folder,
          "pytorch_model.bin",
          "the weights are pickled Python objects, which are not read",
          "Download the repository's safetensors files.");
    }
    throw new ModelFormatException(
        folder,
        "folder",
        "no model: %s and %s (or %s) are not both there"
            .formatted(HuggingFaceConfig.CONFIG, SINGLE, INDEX),
        "Give a GGUF file or a complete Hugging Face model folder.");
  }

  private static Set<String> names(Path folder) {
    try (var files = Files.list(folder)) {
      var names = new LinkedHashSet<String>();
      files.forEach(file -> names.add(String.valueOf(file.getFileName())));
      return names;
    } catch (IOException failed) {
      throw new ModelFormatException(
          folder, "folder", "cannot be read: " + failed.getMessage(), "Check the path.", failed);
    }
  }

  private static List<SafetensorsFile> shards(Path folder, Arena arena) {
    if (Files.exists(folder.resolve(SINGLE))) {
      return List.of(SafetensorsFile.map(folder.resolve(SINGLE), arena));
    }
    var index = LocatedJson.read(folder.resolve(INDEX)).require("weight_map");
    var shards = new LinkedHashMap<String, SafetensorsFile>();
    for (var tensor : index.object().members().keySet()) {
      var entry = index.require(tensor);
      var name = entry.text();
      if (!name.matches("[\\w-]+(\\.[\\w-]+)*")) {
        throw entry.problem("\"%s\" is no plain file name".formatted(name));
      }
      var shard =
          shards.computeIfAbsent(name, file -> SafetensorsFile.map(folder.resolve(file), arena));
      if (!shard.tensors().containsKey(tensor)) {
        throw entry.problem("%s does not hold the tensor %s".formatted(name, tensor));
      }
    }
    return new ArrayList<>(shards.values());
  }

  private static Tensor ropeFreqs(RotaryScaling scaling, Metadata metadata, Arena arena) {
    var divisors =
        scaling.divisors(
            metadata.number(HuggingFaceConfig.FREQUENCY_BASE).orElseThrow(),
            Math.toIntExact(metadata.integer(HuggingFaceConfig.HEAD_SIZE).orElseThrow()));
    var data = arena.allocate((long) divisors.length * Float.BYTES, 64);
    MemorySegment.copy(divisors, 0, data, FLOAT, 0, divisors.length);
    return new Tensor(ElementType.F32, Shape.of(divisors.length), data);
  }

  private static RotaryRows rotaryRows(Path file, Metadata metadata, String name, Tensor tensor) {
    return RotaryRows.of(metadata, tensor.shape())
        .orElseThrow(() ->
            new ModelFormatException(
                file,
                "tensor " + name,
                "its rows, %s, are not made of heads of the configured size"
                    .formatted(tensor.shape()),
                "Check head_dim in config.json."));
  }

  @Override
  public Path path() {
    return folder;
  }

  @Override
  public String format() {
    return "safetensors";
  }

  @Override
  public Metadata metadata() {
    return metadata;
  }

  @Override
  public Map<String, Tensor> tensors() {
    return tensors;
  }

  @Override
  public void checkUnchanged() {
    shards.forEach(SafetensorsFile::checkUnchanged);
  }

  @Override
  public void close() {
    if (arena.scope().isAlive()) arena.close();
  }
}
