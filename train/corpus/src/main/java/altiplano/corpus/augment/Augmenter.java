package altiplano.corpus.augment;

import altiplano.corpus.augment.Pieces.Piece;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;

/// Makes changed copies of a text. Not thread-safe.
///
/// The same text, change and state of the random numbers give the same copy. In each copy about
/// `rate` of the words are changed, at least one (Wei and Zou 2019, section 2.1); numbers,
/// punctuation and the words that [LabelWords] holds stay.
public final class Augmenter {
  /// Words change places with one of so many that follow: a sentence stays readable.
  private static final int REACH = 3;

  private final Pieces pieces;
  private final Neighbours neighbours;
  private final LabelWords labels;
  private final double rate;

  /// @param rate share of the words that is changed, 0 to 1
  public Augmenter(Unit unit, Neighbours neighbours, LabelWords labels, double rate) {
    if (!(rate > 0 && rate <= 1)) throw new IllegalArgumentException("rate " + rate);
    this.pieces = new Pieces(unit);
    this.neighbours = neighbours;
    this.labels = labels;
    this.rate = rate;
  }

  /// Returns a changed copy; nothing if the text has no word that may be changed so.
  public Optional<String> copy(String text, Change change, SplittableRandom random) {
    List<Piece> parts = pieces.of(text);
    long words = parts.stream().filter(Piece::word).count();
    int wanted = (int) Math.max(1, Math.round(rate * words));
    var changed =
        switch (change) {
          case REPLACE -> replace(parts, wanted, random);
          case DELETE -> delete(parts, wanted, random);
          case INSERT -> insert(parts, wanted, random);
          case SWAP -> swap(parts, wanted, random);
        };
    return changed.map(Augmenter::join).filter(copy -> !copy.equals(text));
  }

  private Optional<List<Piece>> replace(List<Piece> parts, int wanted, SplittableRandom random) {
    List<Integer> places = shuffled(parts, random, piece -> !candidates(piece).isEmpty());
    if (places.isEmpty()) return Optional.empty();
    var changed = new ArrayList<>(parts);
    for (int place : first(places, wanted)) {
      Piece old = parts.get(place);
      changed.set(place, new Piece(inCaseOf(old.text(), pick(candidates(old), random)), true));
    }
    return Optional.of(changed);
  }

  private Optional<List<Piece>> delete(List<Piece> parts, int wanted, SplittableRandom random) {
    List<Integer> places = shuffled(parts, random, piece -> true);
    long words = parts.stream().filter(Piece::word).count();
    // Something has to be left: half of the words at least.
    int most = (int) Math.min(wanted, words / 2);
    if (places.isEmpty() || most == 0) return Optional.empty();
    var changed = new ArrayList<>(parts);
    for (int place : first(places, most)) {
      changed.set(place, new Piece("", true));
      // The space behind a word goes with it.
      if (place + 1 < parts.size() && changed.get(place + 1).text().startsWith(" ")) {
        Piece gap = changed.get(place + 1);
        changed.set(place + 1, new Piece(gap.text().substring(1), gap.word()));
      }
    }
    return Optional.of(changed);
  }

  private Optional<List<Piece>> insert(List<Piece> parts, int wanted, SplittableRandom random) {
    List<Integer> sources = shuffled(parts, random, piece -> !candidates(piece).isEmpty());
    if (sources.isEmpty()) return Optional.empty();
    var words = new ArrayList<Integer>();
    for (int i = 0; i < parts.size(); i++) if (parts.get(i).word()) words.add(i);
    var before = new ArrayList<List<Piece>>();
    for (int i = 0; i < parts.size(); i++) before.add(new ArrayList<>());
    for (int source : first(sources, wanted)) {
      String word = pick(candidates(parts.get(source)), random);
      int place = words.get(random.nextInt(words.size()));
      boolean spaced = !parts.get(place).isChinese();
      before.get(place).add(new Piece(spaced ? word + " " : word, true));
    }
    var changed = new ArrayList<Piece>();
    for (int i = 0; i < parts.size(); i++) {
      changed.addAll(before.get(i));
      changed.add(parts.get(i));
    }
    return Optional.of(changed);
  }

  private Optional<List<Piece>> swap(List<Piece> parts, int wanted, SplittableRandom random) {
    var changed = new ArrayList<>(parts);
    List<Integer> movable = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) if (mayChange(parts.get(i))) movable.add(i);
    if (movable.size() < 2) return Optional.empty();
    for (int done = 0; done < wanted; done++) {
      int first = random.nextInt(movable.size() - 1);
      int reach = Math.min(REACH, movable.size() - 1 - first);
      int second = first + 1 + random.nextInt(reach);
      Collections.swap(changed, movable.get(first), movable.get(second));
    }
    return Optional.of(changed);
  }

  private interface Test {
    boolean holds(Piece piece);
  }

  private List<Integer> shuffled(List<Piece> parts, SplittableRandom random, Test test) {
    var places = new ArrayList<Integer>();
    for (int i = 0; i < parts.size(); i++) {
      if (mayChange(parts.get(i)) && test.holds(parts.get(i))) places.add(i);
    }
    for (int i = places.size() - 1; i > 0; i--) Collections.swap(places, i, random.nextInt(i + 1));
    return places;
  }

  private boolean mayChange(Piece piece) {
    return piece.word() && labels.mayChange(piece.key());
  }

  private List<String> candidates(Piece piece) {
    return neighbours.of(piece.key()).stream().filter(labels::mayChange).toList();
  }

  private static <T> List<T> first(List<T> list, int count) {
    return list.subList(0, Math.min(list.size(), count));
  }

  private static String pick(List<String> candidates, SplittableRandom random) {
    return candidates.get(random.nextInt(candidates.size()));
  }

  private static String inCaseOf(String old, String word) {
    if (!Character.isUpperCase(old.charAt(0))) return word;
    boolean all = old.length() > 1 && old.equals(old.toUpperCase(Locale.ROOT));
    return all
        ? word.toUpperCase(Locale.ROOT)
        : word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1);
  }

  private static String join(List<Piece> parts) {
    var text = new StringBuilder();
    for (Piece part : parts) text.append(part.text());
    return text.toString().strip();
  }
}
