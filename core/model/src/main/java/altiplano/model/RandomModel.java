package altiplano.model;

import altiplano.files.Metadata;
import altiplano.files.ModelFile;
import altiplano.tensor.ElementType;
import altiplano.tensor.Shape;
import altiplano.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/// A model of random weights in memory, for measuring and for tests: no download, no file.
///
/// Weights are seeded, and scaled so that hidden states keep their size. A large tensor repeats a
/// tile of random rows: speed does not depend on the values, and a model of 8B is made in seconds.
public final class RandomModel implements ModelFile {
  private static final int TILE_ELEMENTS = 1 << 20;

  private final Arena arena = Arena.ofShared();
  private final Metadata metadata;
  private final Map<String, Tensor> tensors;

  private RandomModel(LlamaConfig config, List<Head> heads, ElementType type, long seed) {
    metadata = Head.addTo(config.toMetadata(), heads);
    var random = new SplittableRandom(seed);
    var all = new LinkedHashMap<String, Tensor>();
    config.tensors().forEach((name, shape) -> all.put(name, tensor(name, shape, type, random)));
    for (var head : heads) {
      int outputs = head.kind() == Head.Kind.EMBEDDING ? config.width() : head.labels().size();
      var name = "head." + head.name();
      var weight = Shape.of(outputs, config.width());
      all.put(name + ".weight", tensor(name, weight, ElementType.F32, random));
      all.put(name + ".bias", tensor(name, Shape.of(outputs), ElementType.F32, random));
    }
    tensors = Collections.unmodifiableMap(all);
  }

  /// Makes a model.
  ///
  /// @param type of the matrices; those whose rows do not fill its blocks are float32
  public static RandomModel of(LlamaConfig config, ElementType type, long seed) {
    return of(config, List.of(), type, seed);
  }

  /// Makes a model with heads.
  ///
  /// @see #of(LlamaConfig, ElementType, long)
  public static RandomModel of(LlamaConfig config, List<Head> heads, ElementType type, long seed) {
    return new RandomModel(config, heads, type, seed);
  }

  private Tensor tensor(String name, Shape shape, ElementType type, SplittableRandom random) {
    boolean vector = shape.dimensions().size() == 1;
    boolean whole = shape.columns() % type.blockLength() == 0;
    var stored = vector || !whole ? ElementType.F32 : type;
    double mean = name.endsWith("norm.weight") ? 1 : 0;
    double deviation =
        vector || name.equals("token_embd.weight") ? 0.2 : 1 / Math.sqrt((double) shape.columns());
    return new Tensor(stored, shape, memory(shape, stored, random, mean, deviation));
  }

  private MemorySegment memory(
      Shape shape, ElementType type, SplittableRandom random, double mean, double deviation) {
    long rowBytes = type.bytes(shape.columns());
    var memory = arena.allocate(Math.multiplyExact(rowBytes, shape.rows()), 64);
    var row = new float[Math.toIntExact(shape.columns())];
    long tileRows = Math.clamp(TILE_ELEMENTS / shape.columns(), 1, shape.rows());
    for (long r = 0; r < tileRows; r++) {
      for (int i = 0; i < row.length; i++) {
        row[i] = (float) (mean + deviation * random.nextGaussian());
      }
      type.encode(row, 0, row.length, memory, r * rowBytes);
    }
    for (long done = tileRows * rowBytes; done < memory.byteSize(); done *= 2) {
      long more = Math.min(done, memory.byteSize() - done);
      MemorySegment.copy(memory, 0, memory, done, more);
    }
    return memory;
  }

  @Override
  public Path path() {
    return Path.of("random");
  }

  @Override
  public String format() {
    return "random";
  }

  @Override
  public Metadata metadata() {
    return metadata;
  }

  @Override
  public Map<String, Tensor> tensors() {
    return tensors;
  }

  /// Does nothing: memory does not change behind the model's back.
  @Override
  public void checkUnchanged() {}

  /// A second call does nothing: a model closes its file, and whoever made the file does too.
  @Override
  public void close() {
    if (arena.scope().isAlive()) arena.close();
  }
}
