package altiplano.corpus.pack;

import altiplano.shards.Sequence;
import altiplano.shards.Sequence.Piece;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;

/// Packs documents into sequences of one length, cutting as few as possible.
///
/// Best-fit decreasing (Ding et al. 2024, "Fewer Truncations Improve Language Modeling"): documents
/// longer than a sequence are cut into whole sequences and a rest; then, from the longest to the
/// shortest, each piece goes to the fullest sequence that still has room. A piece costs constant
/// time: the sequences are kept by the room that is left.
public final class Packer {
  private final int length;

  /// @param length tokens a sequence
  public Packer(int length) {
    this.length = length;
  }

  /// A document on its way into a shard.
  ///
  /// @param tokens ids, begin and end of text among them
  /// @param source number of its source in the manifest
  public record Tokens(int[] tokens, int source) {}

  private record Part(int document, int part, int from, int length) {}

  /// A sequence that is being filled.
  private static final class Bin {
    private final List<Part> parts = new ArrayList<>();
    private int room;

    Bin(int room) {
      this.room = room;
    }
  }

  /// Packs documents; the order of the sequences is that in which they were opened.
  public List<Sequence> pack(List<Tokens> documents) {
    var parts = new ArrayList<Part>();
    for (int i = 0; i < documents.size(); i++) {
      int size = documents.get(i).tokens().length;
      for (int part = 0, from = 0; from < size; part++, from += length) {
        parts.add(new Part(i, part, from, Math.min(length, size - from)));
      }
    }
    // The sort is stable: equal lengths stay in the shuffled order.
    parts.sort(Comparator.comparingInt(Part::length).reversed());
    var bins = new ArrayList<Bin>();
    var byRoom = new ArrayList<Deque<Bin>>();
    for (int room = 0; room <= length; room++) byRoom.add(new ArrayDeque<>());
    var occupied = new BitSet(length + 1);
    for (Part part : parts) {
      int room = occupied.nextSetBit(part.length);
      Bin bin;
      if (room < 0) {
        bin = new Bin(length);
        bins.add(bin);
      } else {
        bin = byRoom.get(room).removeFirst();
        if (byRoom.get(room).isEmpty()) occupied.clear(room);
      }
      bin.parts.add(part);
      bin.room -= part.length;
      if (bin.room == 0) continue;
      byRoom.get(bin.room).addLast(bin);
      occupied.set(bin.room);
    }
    return bins.stream().map(bin -> sequence(bin, documents)).toList();
  }

  private Sequence sequence(Bin bin, List<Tokens> documents) {
    var tokens = new int[length];
    var pieces = new ArrayList<Piece>(bin.parts.size());
    int at = 0;
    for (Part part : bin.parts) {
      Tokens document = documents.get(part.document);
      System.arraycopy(document.tokens(), part.from, tokens, at, part.length);
      pieces.add(new Piece(at, part.length, part.document, part.part, document.source()));
      at += part.length;
    }
    return new Sequence(tokens, pieces);
  }
}
