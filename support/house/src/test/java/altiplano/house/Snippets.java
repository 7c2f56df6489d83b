package altiplano.house;

import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The code blocks of a Markdown page.
final class Snippets {
  private static final Pattern BLOCK =
      Pattern.compile("^```(\\w+)\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);

  private Snippets() {}

  static Stream<String> of(String page) {
    return BLOCK.matcher(page).results().map(block -> block.group(2));
  }

  static Stream<String> of(String page, String language) {
    return BLOCK
        .matcher(page)
        .results()
        .filter(block -> block.group(1).equals(language))
        .map(block -> block.group(2));
  }
}
