package altiplano.search;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/// A text with a name.
///
/// @param name by which hits cite it
public record Document(String name, String text) {

  /// Reads the `.txt` and `.md` files below a folder, by name; they are UTF-8.
  ///
  /// @param skipped is told the file and the reason where one cannot be read
  /// @return documents named by their path below the folder, with `/` between its parts
  public static List<Document> in(Path folder, Consumer<String> skipped) {
    var documents = new ArrayList<Document>();
    try (var paths = Files.walk(folder)) {
      for (Path file : paths.filter(Document::isText).sorted().toList()) {
        String name = folder.relativize(file).toString().replace('\\', '/');
        try {
          documents.add(new Document(name, decode(Files.readAllBytes(file))));
        } catch (CharacterCodingException notUtf8) {
          skipped.accept(file + ": not UTF-8. Convert it.");
        } catch (IOException unreadable) {
          skipped.accept(file + ": cannot be read (" + unreadable.getMessage() + ").");
        }
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    return documents;
  }

  private static boolean isText(Path path) {
    String name = path.toString().toLowerCase(Locale.ROOT);
    return (name.endsWith(".txt") || name.endsWith(".md")) && Files.isRegularFile(path);
  }

  private static String decode(byte[] bytes) throws CharacterCodingException {
    String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    return text.startsWith("\uFEFF") ? text.substring(1) : text;
  }
}
