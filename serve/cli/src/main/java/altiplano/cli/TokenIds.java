package altiplano.cli;

import java.util.Arrays;
import java.util.stream.Stream;

/// Token ids as people and scripts write them: `1 403 407`, with commas, or as a JSON list.
final class TokenIds {
  private TokenIds() {}

  /// @param source named in errors
  static int[] parse(String source, String text) {
    return Stream.of(text.replaceAll("[\\[\\],]", " ").strip().split("\\s+"))
        .filter(word -> !word.isEmpty())
        .mapToInt(word -> id(source, word))
        .toArray();
  }

  private static int id(String source, String word) {
    try {
      return Integer.parseInt(word);
    } catch (NumberFormatException wrong) {
      throw new CommandException(
          "%s: '%s' is no token id. Give numbers, such as \"1 403 407\".".formatted(source, word),
          wrong);
    }
  }

  static String join(int[] ids) {
    return String.join(" ", Arrays.stream(ids).mapToObj(Integer::toString).toList());
  }
}
