package altiplano.files;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;

/// Jazzer's target for GGUF: any bytes make a model, all of which can be read, or a
/// [ModelFormatException].
public final class GgufFuzzer {
  private static final Path FILE = Path.of("fuzz.gguf");

  private GgufFuzzer() {}

  /// Called by Jazzer.
  public static void fuzzerTestOneInput(byte[] input) {
    var mapped = new MappedFile(FILE, MemorySegment.ofArray(input), FileTime.fromMillis(0));
    try (var arena = Arena.ofConfined()) {
      GgufFile.read(List.of(mapped), arena).tensors().values().forEach(tensor -> tensor.toFloats());
    } catch (ModelFormatException refused) {
      FuzzSeeds.checkMessage(refused, FILE);
    }
  }
}
