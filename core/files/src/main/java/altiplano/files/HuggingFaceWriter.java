package altiplano.files;

import static java.nio.charset.StandardCharsets.UTF_8;

import altiplano.tensor.ElementType;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongConsumer;

/// Fills a model folder.
final class HuggingFaceWriter {
  static final long BYTES_PER_SHARD = 5_000_000_000L;

  /// Metadata of GGUF files that tensors and format themselves say in a folder.
  private static final Set<String> OF_GGUF =
      Set.of(
          "general.architecture",
          "general.alignment",
          "general.file_type",
          "general.quantization_version");

  private final Metadata metadata;
  private final List<OutgoingTensor> tensors;

  HuggingFaceWriter(Metadata metadata, List<OutgoingTensor> tensors) {
    this.metadata = metadata;
    // config.json has the parameters from which rope_freqs.weight is made.
    this.tensors =
        tensors.stream()
            .filter(tensor -> !tensor.name().equals(HuggingFaceFolder.ROPE_FREQS))
            .toList();
    for (var tensor : this.tensors) {
      if (tensor.type().quantised()) {
        throw new IllegalArgumentException(
            "tensor %s is %s; a Hugging Face folder holds F32, F16 and BF16"
                .formatted(tensor.name(), tensor.type()));
      }
    }
  }

  void write(Path folder, long bytesPerShard, LongConsumer progress) throws IOException {
    var ours = new LinkedHashMap<>(metadata.values());
    ours.keySet().removeAll(OF_GGUF);
    writeConfig(folder, new Metadata(ours));
    AtomicFile.write(
        folder.resolve(HuggingFaceConfig.GENERATION),
        HuggingFaceConfig.generation(metadata).writeIndented().getBytes(UTF_8));
    if (metadata.text(VocabularyKeys.MODEL).filter("gpt2"::equals).isPresent()) {
      HuggingFaceTokenizer.write(metadata, folder);
    }
    // Only what a reader would miss or see differently stays under our own name.
    var seen = HuggingFaceFolder.readForeign(folder);
    ours.entrySet().removeIf(entry -> entry.getValue().equals(seen.get(entry.getKey())));
    writeConfig(folder, new Metadata(ours));

    var shards = GgufWriter.split(tensors, bytesPerShard);
    var files = new TreeMap<String, Json>();
    long written = 0;
    for (int i = 0; i < shards.size(); i++) {
      var name =
          shards.size() == 1
              ? HuggingFaceFolder.SINGLE
              : "model-%05d-of-%05d.safetensors".formatted(i + 1, shards.size());
      long before = written;
      writeShard(folder.resolve(name), shards.get(i), bytes -> progress.accept(before + bytes));
      for (var tensor : shards.get(i)) {
        files.put(HuggingFaceNames.fromGguf(tensor.name()), Json.of(name));
        written += tensor.bytes();
      }
    }
    if (shards.size() > 1) writeIndex(folder, written, files);
  }

  private void writeConfig(Path folder, Metadata ours) {
    var config =
        HuggingFaceConfig.config(metadata, dtype(), has("attn_q.bias"), has("ffn_up.bias"), ours);
    AtomicFile.write(
        folder.resolve(HuggingFaceConfig.CONFIG), config.writeIndented().getBytes(UTF_8));
  }

  private boolean has(String part) {
    return tensors.stream().anyMatch(tensor -> tensor.name().equals("blk.0." + part));
  }

  /// Returns the type of most numbers, in torch's words.
  private String dtype() {
    var elements = new EnumMap<ElementType, Long>(ElementType.class);
    for (var tensor : tensors) {
      elements.merge(tensor.type(), tensor.shape().elements(), Long::sum);
    }
    var most =
        elements.entrySet().stream()
            .max(Map.Entry.comparingByValue())
            .map(Map.Entry::getKey)
            .orElse(ElementType.F32);
    return switch (most) {
      case F16 -> "float16";
      case BF16 -> "bfloat16";
      default -> "float32";
    };
  }

  private static void writeIndex(Path folder, long bytes, Map<String, Json> files) {
    var index =
        Json.object()
            .put("metadata", Json.object().put("total_size", bytes).end())
            .put("weight_map", new Json.ObjectValue(files))
            .end();
    AtomicFile.write(
        folder.resolve(HuggingFaceFolder.INDEX), index.writeIndented().getBytes(UTF_8));
  }

  /// Writes one safetensors file: wider numbers first, then by name, as the format's own library.
  private void writeShard(Path file, List<OutgoingTensor> shard, LongConsumer progress)
      throws IOException {
    var sorted =
        shard.stream()
            .sorted(
                Comparator.comparingInt((OutgoingTensor tensor) -> order(tensor.type()))
                    .thenComparing(tensor -> HuggingFaceNames.fromGguf(tensor.name())))
            .toList();
    var header = Json.object();
    header.put(SafetensorsFile.METADATA, Json.object().put("format", "pt").end());
    long offset = 0;
    for (var tensor : sorted) {
      header.put(
          HuggingFaceNames.fromGguf(tensor.name()),
          Json.object()
              .put("dtype", tensor.type().name())
              .put("shape", numbers(tensor.shape().dimensions()))
              .put("data_offsets", numbers(List.of(offset, offset + tensor.bytes())))
              .end());
      offset += tensor.bytes();
    }
    try (var channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      OutgoingTensor.write(SafetensorsFile.header(header.end()), channel);
      var out = new CountingChannel(channel, progress);
      for (var tensor : sorted) out.write(inHuggingFaceOrder(tensor));
      channel.force(true);
    }
  }

  private static int order(ElementType type) {
    return switch (type) {
      case F32 -> 0;
      case BF16 -> 1;
      default -> 2;
    };
  }

  private static Json numbers(List<Long> numbers) {
    return new Json.ArrayValue(numbers.stream().map(Json::of).toList());
  }

  private OutgoingTensor inHuggingFaceOrder(OutgoingTensor tensor) {
    if (!RotaryRows.reorders(tensor.name())) return tensor;
    var rows =
        RotaryRows.of(metadata, tensor.shape())
            .orElseThrow(() ->
                new IllegalArgumentException(
                    "tensor %s %s is not made of heads of size %s"
                        .formatted(
                            tensor.name(),
                            tensor.shape(),
                            metadata.integer(HuggingFaceConfig.HEAD_SIZE))));
    long rowBytes = tensor.bytes() / tensor.shape().dimensions().getFirst();
    return new OutgoingTensor(
        tensor.name(),
        tensor.type(),
        tensor.shape(),
        out -> tensor.body().writeTo(rows.splitting(out, rowBytes)));
  }
}
