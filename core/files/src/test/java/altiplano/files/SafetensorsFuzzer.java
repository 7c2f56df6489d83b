package altiplano.files;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;

/// Jazzer's target for safetensors: any bytes make a file, all of whose tensors can be read, or a
/// [ModelFormatException].
public final class SafetensorsFuzzer {
  private static final Path FILE = Path.of("fuzz.safetensors");

  private SafetensorsFuzzer() {}

  /// Called by Jazzer.
  public static void fuzzerTestOneInput(byte[] input) {
    var mapped = new MappedFile(FILE, MemorySegment.ofArray(input), FileTime.fromMillis(0));
    try (var arena = Arena.ofConfined()) {
      SafetensorsFile.read(mapped, arena).tensors().values().forEach(tensor -> tensor.toFloats());
    } catch (ModelFormatException refused) {
      FuzzSeeds.checkMessage(refused, FILE);
    }
  }
}
