package altiplano.shards;

import java.util.List;

/// One packed sequence: the tokens of several documents, or of a part of one, side by side.
///
/// Positions that no piece covers are filling and carry no loss.
///
/// @param tokens `[sequenceLength]` token ids
/// @param pieces where the documents lie, by rising start, never overlapping
public record Sequence(int[] tokens, List<Piece> pieces) {
  public Sequence {
    pieces = List.copyOf(pieces);
    int end = 0;
    for (Piece piece : pieces) {
      if (piece.start() < end || piece.length() > tokens.length - piece.start()) {
        throw new IllegalArgumentException(
            "%s must start at %d or later and end by %d".formatted(piece, end, tokens.length));
      }
      end = piece.start() + piece.length();
    }
  }

  /// A document in a sequence, or a part of it: attention stays inside.
  ///
  /// @param start position of the first token in the sequence
  /// @param length tokens, begin and end of text among them
  /// @param document number of the document in its shard, from 0
  /// @param part number of this part of the document, from 0; the parts of one document may lie in
  ///   different sequences of the shard
  /// @param source number of the document's source in the manifest
  public record Piece(int start, int length, int document, int part, int source) {
    public Piece {
      if (start < 0 || length < 1 || document < 0 || part < 0 || source < 0) {
        throw new IllegalArgumentException(
            "a piece needs a length of 1 or more and no negative numbers: start %d, length %d, document %d, part %d, source %d"
                .formatted(start, length, document, part, source));
      }
    }
  }
}
