package altiplano.tokenizer;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// Finds special tokens in a text, the longest at each place, in linear time.
final class SpecialTokenTrie {
  private final Node root = new Node();

  private static final class Node {
    private final Map<Character, Node> children = new HashMap<>();
    private Optional<Integer> id = Optional.empty();
  }

  /// Where a special token stands.
  record Match(int start, int end, int id) {}

  SpecialTokenTrie(Map<String, Integer> ids) {
    ids.forEach((name, id) -> {
      Node node = root;
      for (int i = 0; i < name.length(); i++) {
        node = node.children.computeIfAbsent(name.charAt(i), _ -> new Node());
      }
      node.id = Optional.of(id);
    });
    root.id = Optional.empty();
  }

  /// Returns the first special token that starts at `from` or after it.
  Optional<Match> next(String text, int from) {
    if (root.children.isEmpty()) return Optional.empty();
    for (int start = from; start < text.length(); start++) {
      Node node = root;
      Optional<Match> longest = Optional.empty();
      for (int at = start; at < text.length(); at++) {
        Node child = node.children.get(text.charAt(at));
        if (child == null) break;
        node = child;
        if (node.id.isPresent()) longest = Optional.of(new Match(start, at + 1, node.id.get()));
      }
      if (longest.isPresent()) return longest;
    }
    return Optional.empty();
  }
}
