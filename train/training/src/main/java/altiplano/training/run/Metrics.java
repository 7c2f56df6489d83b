package altiplano.training.run;

import altiplano.files.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/// `metrics.jsonl`: one JSON object a step, each written before the next step starts.
public final class Metrics implements AutoCloseable {
  private final FileChannel out;

  private Metrics(FileChannel out) {
    this.out = out;
  }

  /// Opens the file behind the lines up to `step`; later ones, and one that was cut off, go.
  public static Metrics open(Path file, int step) throws IOException {
    long end = 0;
    if (Files.exists(file)) {
      byte[] bytes = Files.readAllBytes(file);
      int start = 0;
      for (int i = 0; i < bytes.length; i++) {
        if (bytes[i] != '\n') continue;
        var line = new String(bytes, start, i - start, StandardCharsets.UTF_8);
        if (step(line) > step) break;
        end = i + 1L;
        start = i + 1;
      }
    }
    var out = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    out.truncate(end).position(end);
    return new Metrics(out);
  }

  /// Appends the line of a step.
  public void add(Json.ObjectValue line) {
    var bytes = StandardCharsets.UTF_8.encode(line.write() + "\n");
    try {
      while (bytes.hasRemaining()) out.write(bytes);
    } catch (IOException failed) {
      throw new UncheckedIOException(
          "metrics.jsonl cannot be written: " + failed.getMessage(), failed);
    }
  }

  /// Reads all whole lines.
  public static List<Json.ObjectValue> read(Path file) throws IOException {
    var lines = new ArrayList<Json.ObjectValue>();
    for (String line : Files.readAllLines(file)) {
      if (line.endsWith("}") && Json.parse(line) instanceof Json.ObjectValue object) {
        lines.add(object);
      }
    }
    return lines;
  }

  private static long step(String line) {
    return Json.parse(line) instanceof Json.ObjectValue object
            && object.get("step").orElse(null) instanceof Json.NumberValue(var step)
        ? step.longValue()
        : Long.MAX_VALUE;
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
