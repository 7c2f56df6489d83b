package altiplano.generation.constraint;

import altiplano.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;

/// The tokens of a tokenizer as a trie over their bytes. Immutable and thread-safe.
///
/// Nodes are numbered in depth-first order, node 0 is the root, so that a walk is a loop over
/// arrays and leaving out a subtree is a jump. Special tokens and tokens without bytes are not in
/// the trie.
public final class Vocabulary {
  private static final Map<Tokenizer, Vocabulary> KNOWN =
      Collections.synchronizedMap(new WeakHashMap<>());

  private final byte[][] bytes;
  private final int[] endIds;
  private final int[] ids;
  private final byte[] labels;
  private final int[] depths;
  private final int[] ends;
  private final int[] firstIds;

  private Vocabulary(Tokenizer tokenizer) {
    endIds = tokenizer.endIds().stream().mapToInt(Integer::intValue).sorted().toArray();
    bytes = new byte[tokenizer.size()][];
    for (int id = 0; id < bytes.length; id++) {
      bytes[id] = tokenizer.isSpecial(id) ? new byte[0] : tokenizer.bytes(id);
    }
    Integer[] sorted = new Integer[bytes.length];
    Arrays.setAll(sorted, id -> id);
    Arrays.sort(sorted, (a, b) -> Arrays.compareUnsigned(bytes[a], bytes[b]));
    ids = Arrays.stream(sorted).mapToInt(id -> id).filter(id -> bytes[id].length > 0).toArray();

    int nodes = 1;
    int longest = 0;
    for (int i = 0; i < ids.length; i++) {
      nodes += bytes[ids[i]].length - shared(i);
      longest = Math.max(longest, bytes[ids[i]].length);
    }
    labels = new byte[nodes];
    depths = new int[nodes];
    ends = new int[nodes];
    firstIds = new int[nodes + 1];
    int[] path = new int[longest + 1];
    int depth = 0;
    int count = 1;
    for (int i = 0; i < ids.length; i++) {
      byte[] token = bytes[ids[i]];
      for (int shared = shared(i); depth > shared; depth--) ends[path[depth]] = count;
      while (depth < token.length) {
        labels[count] = token[depth++];
        depths[count] = depth;
        firstIds[count] = i;
        path[depth] = count++;
      }
    }
    for (; depth >= 0; depth--) ends[path[depth]] = count;
    firstIds[nodes] = ids.length;
  }

  /// Returns how many bytes the `i`-th token in order shares with the one before it.
  private int shared(int i) {
    if (i == 0) return 0;
    int different = Arrays.mismatch(bytes[ids[i - 1]], bytes[ids[i]]);
    return different < 0 ? bytes[ids[i]].length : different;
  }

  /// Returns the vocabulary of a tokenizer, made once.
  public static Vocabulary of(Tokenizer tokenizer) {
    return KNOWN.computeIfAbsent(tokenizer, Vocabulary::new);
  }

  /// Returns the number of ids, special tokens included.
  int size() {
    return bytes.length;
  }

  boolean isEnd(int id) {
    return Arrays.binarySearch(endIds, id) >= 0;
  }

  int[] endIds() {
    return endIds;
  }

  /// Returns the bytes of a token; none for a special token.
  byte[] bytes(int id) {
    return bytes[id];
  }

  int nodes() {
    return labels.length;
  }

  /// Returns the byte on the way to a node from its parent.
  byte label(int node) {
    return labels[node];
  }

  /// Returns the number of bytes on the way to a node from the root.
  int depth(int node) {
    return depths[node];
  }

  /// Returns the first node after the subtree of a node.
  int end(int node) {
    return ends[node];
  }

  boolean isLeaf(int node) {
    return ends[node] == node + 1;
  }

  int depth() {
    return Arrays.stream(depths).max().orElse(0);
  }

  /// Adds the tokens that end at a node.
  void addIds(int node, TokenSet tokens) {
    for (int i = firstIds[node]; i < firstIds[node + 1]; i++) tokens.add(ids[i]);
  }
}
