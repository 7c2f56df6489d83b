package altiplano.files;

import altiplano.tensor.Tensor;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/// A GGUF file, version 2 or 3, or all parts of a split one.
final class GgufFile implements ModelFile {
  static final String DOWNLOAD_AGAIN = "Download the file again or convert the model anew.";

  private static final Pattern PART = Pattern.compile("(.*)-(\\d{5})-of-(\\d{5})\\.gguf");
  private static final String ARCHITECTURE = "general.architecture";
  static final String SPLIT_NUMBER = "split.no";
  static final String SPLIT_COUNT = "split.count";
  static final String SPLIT_TENSORS = "split.tensors.count";

  private final List<MappedFile> parts;
  private final Metadata metadata;
  private final Map<String, Tensor> tensors;
  private final Arena arena;

  private GgufFile(
      List<MappedFile> parts, Metadata metadata, Map<String, Tensor> tensors, Arena arena) {
    this.parts = parts;
    this.metadata = metadata;
    this.tensors = tensors;
    this.arena = arena;
  }

  /// Opens a file; the name of any part of a split file opens all of them.
  @SuppressWarnings("MustBeClosedChecker") // closed by close()
  static GgufFile open(Path path) {
    var arena = Arena.ofShared();
    try {
      return read(path, arena);
    } catch (Throwable failed) {
      arena.close();
      throw failed;
    }
  }

  private static GgufFile read(Path path, Arena arena) {
    return read(partsOf(path).stream().map(part -> MappedFile.map(part, arena)).toList(), arena);
  }

  /// Reads the parts of a model that are mapped already.
  static GgufFile read(List<MappedFile> parts, Arena arena) {
    var headers = parts.stream().map(part -> part.reading(() -> GgufHeader.read(part))).toList();
    var first = headers.getFirst().metadata();
    checkArchitecture(parts.getFirst().path(), first);
    var tensors = new LinkedHashMap<String, Tensor>();
    for (int i = 0; i < parts.size(); i++) {
      checkPart(parts.get(i).path(), headers.get(i).metadata(), i, parts.size());
      for (var named : headers.get(i).tensors().entrySet()) {
        var before = tensors.putIfAbsent(named.getKey(), named.getValue());
        // Small tensors such as rope_freqs.weight may stand in several parts, if they are equal.
        if (before != null && !equal(before, named.getValue())) {
          throw new ModelFormatException(
              parts.get(i).path(),
              "tensor " + named.getKey(),
              "another part holds a different tensor of this name",
              DOWNLOAD_AGAIN);
        }
      }
    }
    int found = headers.stream().mapToInt(header -> header.tensors().size()).sum();
    long expected = first.integer(SPLIT_TENSORS).orElse(found);
    if (found != expected) {
      throw new ModelFormatException(
          parts.getFirst().path(),
          "key " + SPLIT_TENSORS,
          "the parts hold %d tensors, not %d".formatted(found, expected),
          DOWNLOAD_AGAIN);
    }
    var metadata = new LinkedHashMap<>(first.values());
    metadata.keySet().removeAll(List.of(SPLIT_NUMBER, SPLIT_COUNT, SPLIT_TENSORS));
    return new GgufFile(parts, new Metadata(metadata), Collections.unmodifiableMap(tensors), arena);
  }

  private static List<Path> partsOf(Path path) {
    Matcher name = PART.matcher(String.valueOf(path.getFileName()));
    if (!name.matches()) return List.of(path);
    int count = Integer.parseInt(name.group(3));
    if (count == 0) return List.of(path);
    return IntStream.rangeClosed(1, count)
        .mapToObj(part ->
            path.resolveSibling("%s-%05d-of-%05d.gguf".formatted(name.group(1), part, count)))
        .toList();
  }

  private static void checkArchitecture(Path path, Metadata metadata) {
    if (metadata.text(ARCHITECTURE).isPresent()) return;
    throw new ModelFormatException(
        path,
        "key " + ARCHITECTURE,
        metadata.values().containsKey(ARCHITECTURE)
            ? "the architecture is %s, not a text".formatted(metadata.values().get(ARCHITECTURE))
            : "the file does not name its architecture",
        DOWNLOAD_AGAIN);
  }

  private static void checkPart(Path path, Metadata metadata, int part, int parts) {
    long count = metadata.integer(SPLIT_COUNT).orElse(parts);
    long number = metadata.integer(SPLIT_NUMBER).orElse(part);
    // A count of 0 or 1 is a file that was never split.
    if (number == part && (count == parts || (parts == 1 && count <= 1))) return;
    throw new ModelFormatException(
        path,
        "key " + SPLIT_COUNT,
        "the file says it is part %d of %d; by its name it is part %d of %d"
            .formatted(number + 1, count, part + 1, parts),
        "Keep all parts in one folder under names such as model-00001-of-%05d.gguf."
            .formatted(count));
  }

  private static boolean equal(Tensor a, Tensor b) {
    return a.type() == b.type() && a.shape().equals(b.shape()) && a.data().mismatch(b.data()) == -1;
  }

  @Override
  public Path path() {
    return parts.getFirst().path();
  }

  @Override
  public String format() {
    return "gguf";
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
    parts.forEach(MappedFile::checkUnchanged);
  }

  @Override
  public void close() {
    if (arena.scope().isAlive()) arena.close();
  }
}
