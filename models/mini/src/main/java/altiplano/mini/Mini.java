package altiplano.mini;

import altiplano.tasks.BundledModel;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/// The bundled model `mini`. What it is, was trained on, can do and cannot: models/mini/README.md.
///
/// `mini.properties` beside the model says its size and hash; models/mini/make writes both.
public final class Mini implements BundledModel {
  private final Properties about = new Properties();

  /// Found by [java.util.ServiceLoader].
  public Mini() {
    try (InputStream in = open("mini.properties")) {
      about.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String name() {
    return "mini";
  }

  @Override
  public InputStream content() throws IOException {
    return open("mini.gguf");
  }

  @Override
  public long bytes() {
    return Long.parseLong(about.getProperty("bytes"));
  }

  @Override
  public String sha256() {
    return about.getProperty("sha256");
  }

  private static InputStream open(String resource) throws IOException {
    InputStream in = Mini.class.getResourceAsStream(resource);
    if (in == null) {
      throw new FileNotFoundException(
          "altiplano/mini/%s: not in the jar. Run models/mini/make, or take a released jar."
              .formatted(resource));
    }
    return in;
  }
}
