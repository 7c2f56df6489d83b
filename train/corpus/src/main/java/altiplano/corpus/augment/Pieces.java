package altiplano.corpus.augment;

import altiplano.corpus.Script;
import com.ibm.icu.text.BreakIterator;
import com.ibm.icu.util.ULocale;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Cuts a text into words, or Chinese characters, and what stands between them.
///
/// Joined again the pieces are the text. Numbers, punctuation, spaces, emoji and addresses are no
/// words: they stay. Chinese words are those of ICU's dictionary (Unicode licence). Not
/// thread-safe: the dictionary's iterator has a state.
public final class Pieces {
  /// Addresses, file names and the like: letters and digits with marks between and no space.
  private static final Pattern ADDRESS =
      Pattern.compile("[A-Za-z0-9]+(?:[./@_:#?&=%~-]*[./@_][./@_:#?&=%~-]*[A-Za-z0-9]+)+/?");

  private final Unit unit;
  private final BreakIterator chinese = BreakIterator.getWordInstance(ULocale.CHINESE);

  public Pieces(Unit unit) {
    this.unit = unit;
  }

  /// A part of a text.
  ///
  /// @param word whether it is a unit, and not what stands between units
  public record Piece(String text, boolean word) {
    /// Returns the form under which words are counted and looked up.
    public String key() {
      return text.toLowerCase(Locale.ROOT);
    }

    boolean isChinese() {
      return word && Script.isHan(text.codePointAt(0));
    }
  }

  /// Returns the pieces of a text in order.
  public List<Piece> of(String text) {
    var pieces = new ArrayList<Piece>();
    int from = 0;
    Matcher addresses = ADDRESS.matcher(text);
    while (addresses.find()) {
      add(text.substring(from, addresses.start()), pieces);
      pieces.add(new Piece(addresses.group(), false));
      from = addresses.end();
    }
    add(text.substring(from), pieces);
    return pieces;
  }

  private void add(String text, List<Piece> pieces) {
    int from = 0;
    while (from < text.length()) {
      Kind kind = Kind.at(text, from);
      int to = from;
      while (to < text.length() && Kind.at(text, to) == kind) {
        to += Character.charCount(text.codePointAt(to));
      }
      String run = text.substring(from, to);
      switch (kind) {
        case HAN -> han(run, pieces::add);
        case WORD -> pieces.add(new Piece(run, true));
        case OTHER -> pieces.add(new Piece(run, false));
      }
      from = to;
    }
  }

  /// Returns the keys of the words of a text in order.
  public List<String> words(String text) {
    return of(text).stream().filter(Piece::word).map(Piece::key).toList();
  }

  private void han(String run, Consumer<Piece> out) {
    if (unit == Unit.CHARACTER) {
      run.codePoints().forEach(c -> out.accept(new Piece(Character.toString(c), true)));
      return;
    }
    chinese.setText(run);
    int from = chinese.first();
    for (int to = chinese.next(); to != BreakIterator.DONE; from = to, to = chinese.next()) {
      out.accept(new Piece(run.substring(from, to), true));
    }
  }

  private enum Kind {
    HAN,
    WORD,
    OTHER;

    static Kind at(String text, int index) {
      int c = text.codePointAt(index);
      if (Script.isHan(c)) return HAN;
      // One with a digit in it is a name or a measure: only whole words of letters are words.
      if (Character.isLetter(c) || Character.getType(c) == Character.NON_SPACING_MARK) return WORD;
      boolean apostrophe = c == '\'' || c == '\u2019';
      return apostrophe && isLetter(text, index - 1) && isLetter(text, index + 1) ? WORD : OTHER;
    }

    private static boolean isLetter(String text, int index) {
      return index >= 0 && index < text.length() && Character.isLetter(text.charAt(index));
    }
  }
}
