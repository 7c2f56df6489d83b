package altiplano.files;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static java.nio.charset.StandardCharsets.UTF_8;

import altiplano.tensor.ElementType;
import altiplano.tensor.Shape;
import altiplano.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// One safetensors file: a length, a JSON header, the numbers.
///
/// Names are those in the file. A model is a folder of such files ([HuggingFaceFolder]).
final class SafetensorsFile implements ModelFile {
  /// Bytes of the longest header that is read; that of a model of 405B parameters has 0.2 MB.
  static final int LONGEST_HEADER = 8 << 20;

  /// JSON values of the largest header that is read: enough for 40,000 tensors.
  private static final int MOST_VALUES = 500_000;

  static final String METADATA = "__metadata__";
  private static final ValueLayout.OfLong LENGTH =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(LITTLE_ENDIAN);

  private final MappedFile file;
  private final Metadata metadata;
  private final Map<String, Tensor> tensors;
  private final Arena arena;

  private SafetensorsFile(
      MappedFile file, Metadata metadata, Map<String, Tensor> tensors, Arena arena) {
    this.file = file;
    this.metadata = metadata;
    this.tensors = tensors;
    this.arena = arena;
  }

  @SuppressWarnings("MustBeClosedChecker") // closed by close()
  static SafetensorsFile open(Path path) {
    var arena = Arena.ofShared();
    try {
      return map(path, arena);
    } catch (Throwable failed) {
      arena.close();
      throw failed;
    }
  }

  /// Maps a file into an arena that the caller closes.
  static SafetensorsFile map(Path path, Arena arena) {
    var file = MappedFile.map(path, arena);
    return file.reading(() -> read(file, arena));
  }

  /// Returns the bytes before the numbers: length and JSON, padded with spaces so that the numbers
  /// are aligned.
  static MemorySegment header(Json json) {
    var text = json.write().getBytes(UTF_8);
    var bytes = new byte[Math.ceilDiv(Long.BYTES + text.length, Long.BYTES) * Long.BYTES];
    Arrays.fill(bytes, (byte) ' ');
    System.arraycopy(text, 0, bytes, Long.BYTES, text.length);
    var header = MemorySegment.ofArray(bytes);
    header.set(LENGTH, 0, bytes.length - Long.BYTES);
    return header;
  }

  /// Reads a file that is mapped already.
  ///
  /// @param arena takes what has to be copied
  static SafetensorsFile read(MappedFile file, Arena arena) {
    if (file.size() < Long.BYTES) {
      throw broken(file, 0, "%d bytes cannot hold the length of the header".formatted(file.size()));
    }
    long length = file.bytes().get(LENGTH, 0);
    if (length < 2 || length > Math.min(file.size() - Long.BYTES, LONGEST_HEADER)) {
      throw broken(
          file,
          0,
          "the header claims %s bytes; the file has %,d, and at most %,d are read"
              .formatted(Long.toUnsignedString(length), file.size(), LONGEST_HEADER));
    }
    var header = new byte[(int) length];
    file.bytes().asSlice(Long.BYTES, length).asByteBuffer().get(header);
    var root = new LocatedJson(file.path(), () -> "", parse(file, header));
    long dataStart = Long.BYTES + length;
    var places = places(root);
    checkCover(file, places, file.size() - dataStart);
    var tensors = new LinkedHashMap<String, Tensor>();
    for (var place : places) {
      var data = file.bytes().asSlice(dataStart + place.begin(), place.end() - place.begin());
      // The engines read numbers at their own alignment, which this format does not promise.
      int alignment = place.type().blockBytes();
      if (data.address() % alignment != 0) {
        data = arena.allocate(data.byteSize(), alignment).copyFrom(data);
      }
      tensors.put(place.name(), new Tensor(place.type(), place.shape(), data));
    }
    return new SafetensorsFile(file, metadata(root), Collections.unmodifiableMap(tensors), arena);
  }

  private static Json parse(MappedFile file, byte[] header) {
    try {
      return Json.parse(header, MOST_VALUES);
    } catch (Json.JsonException broken) {
      throw broken(file, Long.BYTES, "the header is " + broken.getMessage());
    }
  }

  private static Metadata metadata(LocatedJson root) {
    var values = new LinkedHashMap<String, Object>();
    root.get(METADATA)
        .ifPresent(entries -> {
          for (var key : entries.object().members().keySet()) {
            values.put(key, entries.require(key).text());
          }
        });
    return new Metadata(values);
  }

  /// Where a tensor lies, in bytes of the data.
  private record Place(String name, ElementType type, Shape shape, long begin, long end) {}

  /// Returns all tensors in the order of their data.
  private static List<Place> places(LocatedJson root) {
    var places = new ArrayList<Place>();
    for (var name : root.object().members().keySet()) {
      if (!name.equals(METADATA)) places.add(place(name, root.require(name)));
    }
    places.sort(Comparator.comparingLong(Place::begin).thenComparingLong(Place::end));
    return places;
  }

  private static Place place(String name, LocatedJson entry) {
    var type = type(entry.require("dtype"));
    var sizes = entry.require("shape").elements().stream().map(LocatedJson::integer).toList();
    var offsets = entry.require("data_offsets").elements();
    if (offsets.size() != 2) throw entry.problem("\"data_offsets\" are not two");
    long begin = offsets.getFirst().integer();
    long end = offsets.getLast().integer();
    if (begin < 0 || end < begin) {
      throw entry.problem("the data run from byte %,d to %,d".formatted(begin, end));
    }
    Shape shape;
    long bytes;
    try {
      shape = new Shape(sizes);
      bytes = type.bytes(shape.elements());
    } catch (IllegalArgumentException | ArithmeticException impossible) {
      throw entry.problem(String.valueOf(impossible.getMessage()));
    }
    if (bytes != end - begin) {
      throw entry.problem(
          "%s %s takes %,d bytes, the offsets give %,d".formatted(type, shape, bytes, end - begin));
    }
    return new Place(name, type, shape, begin, end);
  }

  private static ElementType type(LocatedJson dtype) {
    return switch (dtype.text()) {
      case "F32" -> ElementType.F32;
      case "F16" -> ElementType.F16;
      case "BF16" -> ElementType.BF16;
      default ->
          throw dtype.problem(
              "numbers of type %s; F32, F16 and BF16 are read".formatted(dtype.text()),
              "Get the model in one of these types.");
    };
  }

  /// Checks that the tensors cover all data, once each.
  private static void checkCover(MappedFile file, List<Place> places, long dataBytes) {
    long covered = 0;
    for (var place : places) {
      if (place.begin() != covered) {
        throw new ModelFormatException(
            file.path(),
            "tensor " + place.name(),
            place.begin() < covered
                ? "it starts at byte %,d of the data, inside the tensor that ends at %,d"
                    .formatted(place.begin(), covered)
                : "bytes %,d to %,d of the data belong to no tensor"
                    .formatted(covered, place.begin()),
            GgufFile.DOWNLOAD_AGAIN);
      }
      covered = place.end();
    }
    if (covered != dataBytes) {
      throw broken(
          file,
          file.size(),
          "the tensors take %,d bytes, the file holds %,d after its header"
              .formatted(covered, dataBytes));
    }
  }

  private static ModelFormatException broken(MappedFile file, long at, String problem) {
    return new ModelFormatException(file.path(), "byte " + at, problem, GgufFile.DOWNLOAD_AGAIN);
  }

  @Override
  public Path path() {
    return file.path();
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
    file.checkUnchanged();
  }

  @Override
  public void close() {
    if (arena.scope().isAlive()) arena.close();
  }
}
