package altiplano.generation.constraint;

import java.util.Arrays;

/// Tokens by their bytes. Immutable.
///
/// Nodes are numbered in depth-first order, node 0 is the root, so that a walk is a loop over
/// arrays and leaving out a subtree is a jump.
final class Trie {
  static final int ROOT = 0;

  private final int[] ids;
  private final byte[] labels;
  private final int[] depths;
  private final int[] ends;
  private final int[] firstIds;
  private final int depth;

  /// @param bytes of each token
  /// @param ids the tokens to take, none of them empty, in the order of their bytes
  Trie(byte[][] bytes, int[] ids) {
    this.ids = ids;
    int nodes = 1;
    int longest = 0;
    for (int i = 0; i < ids.length; i++) {
      nodes += bytes[ids[i]].length - shared(bytes, i);
      longest = Math.max(longest, bytes[ids[i]].length);
    }
    depth = longest;
    labels = new byte[nodes];
    depths = new int[nodes];
    ends = new int[nodes];
    firstIds = new int[nodes + 1];
    int[] path = new int[longest + 1];
    int at = 0;
    int count = 1;
    for (int i = 0; i < ids.length; i++) {
      byte[] token = bytes[ids[i]];
      for (int shared = shared(bytes, i); at > shared; at--) ends[path[at]] = count;
      while (at < token.length) {
        labels[count] = token[at++];
        depths[count] = at;
        firstIds[count] = i;
        path[at] = count++;
      }
    }
    for (; at >= 0; at--) ends[path[at]] = count;
    firstIds[nodes] = ids.length;
  }

  /// Returns how many bytes the `i`-th token shares with the one before it.
  private int shared(byte[][] bytes, int i) {
    if (i == 0) return 0;
    int different = Arrays.mismatch(bytes[ids[i - 1]], bytes[ids[i]]);
    return different < 0 ? bytes[ids[i]].length : different;
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

  /// Returns the number of bytes of the longest token.
  int depth() {
    return depth;
  }

  /// Returns the first node after the subtree of a node.
  int end(int node) {
    return ends[node];
  }

  boolean isLeaf(int node) {
    return ends[node] == node + 1;
  }

  /// Adds the tokens that end at a node.
  void addIds(int node, TokenSet tokens) {
    for (int i = firstIds[node]; i < firstIds[node + 1]; i++) tokens.add(ids[i]);
  }
}
