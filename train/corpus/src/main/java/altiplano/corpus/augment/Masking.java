package altiplano.corpus.augment;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;

/// Hides places of a document, as data for a model that learns to fill them.
///
/// Begin and end of text are never hidden. The same tokens and random numbers give the same places.
///
/// @param share of the tokens that is hidden, 0 to 1
/// @param mask id that stands for a hidden token
/// @param vocabulary ids from 0 that a random token is drawn from
public record Masking(double share, int mask, int vocabulary) {
  /// The label of a place that nothing is asked about; what PyTorch's cross entropy ignores.
  public static final int IGNORED = -100;

  /// Of the hidden places so many show the mask, half of the rest a random token, and the others
  /// what is there (Devlin et al. 2019, section 3.1).
  private static final double SHOWN_AS_MASK = 0.8;

  /// Spans end with this probability after each token, and after ten tokens: 3.8 on the average
  /// (Joshi et al. 2020, "SpanBERT", section 3.1).
  private static final double SPAN_ENDS = 0.2;

  private static final int LONGEST_SPAN = 10;

  public Masking {
    if (!(share > 0 && share < 1)) {
      throw new IllegalArgumentException("share " + share + ": more than 0, less than 1");
    }
  }

  /// How places are chosen and shown.
  public enum Style {
    /// Single places (BERT).
    TOKEN,
    /// Spans; all places of one are shown in the same way (SpanBERT).
    SPAN,
    /// Spans, each as one sentinel; the target has the sentinels with what they stand for (T5,
    /// Raffel et al. 2020, section 3.1.4).
    INFILL
  }

  /// A document with hidden places.
  ///
  /// @param input `[length]` ids
  /// @param labels `[length]` the true id at hidden places, else [#IGNORED]; for
  ///   [INFILL][Style#INFILL] the target sequence, of another length
  public record Masked(int[] input, int[] labels) {}

  /// Hides single places or spans.
  ///
  /// @param tokens `[length]` a document, begin and end of text among them
  /// @param fixed ids that are never hidden
  public Masked hide(int[] tokens, Style style, List<Integer> fixed, SplittableRandom random) {
    if (style == Style.INFILL) throw new IllegalArgumentException("infill needs sentinels");
    int[] input = tokens.clone();
    var labels = new int[tokens.length];
    Arrays.fill(labels, IGNORED);
    for (Span span : spans(tokens, style, fixed, random)) {
      double kind = random.nextDouble();
      for (int i = span.from; i < span.to; i++) {
        labels[i] = tokens[i];
        if (kind < SHOWN_AS_MASK) input[i] = mask;
        else if (kind < (1 + SHOWN_AS_MASK) / 2) input[i] = random.nextInt(vocabulary);
      }
    }
    return new Masked(input, labels);
  }

  /// Puts a sentinel in the place of each span.
  ///
  /// @param sentinels ids, in the order of their use; there are at most so many spans
  /// @param end id at the end of the target
  public Masked infill(
      int[] tokens,
      List<Integer> sentinels,
      int end,
      List<Integer> fixed,
      SplittableRandom random) {
    List<Span> all = joined(spans(tokens, Style.SPAN, fixed, random));
    List<Span> spans = all.subList(0, Math.min(all.size(), sentinels.size()));
    var input = new ArrayList<Integer>();
    var target = new ArrayList<Integer>();
    int at = 0;
    for (int i = 0; i < spans.size(); i++) {
      Span span = spans.get(i);
      for (; at < span.from; at++) input.add(tokens[at]);
      input.add(sentinels.get(i));
      target.add(sentinels.get(i));
      for (; at < span.to; at++) target.add(tokens[at]);
    }
    for (; at < tokens.length; at++) input.add(tokens[at]);
    target.add(end);
    return new Masked(ints(input), ints(target));
  }

  private record Span(int from, int to) {}

  /// Returns spans by rising start that do not overlap and hide about the wanted share.
  private List<Span> spans(
      int[] tokens, Style style, List<Integer> fixed, SplittableRandom random) {
    var free = new BitSet(tokens.length);
    for (int i = 0; i < tokens.length; i++) free.set(i, !fixed.contains(tokens[i]));
    int places = free.cardinality();
    if (places == 0) return List.of();
    // A document of a few tokens has one hidden place, and one that is left.
    int wanted = (int) Math.max(1, Math.round(share * places));
    wanted = Math.min(wanted, Math.max(1, places - 1));
    var spans = new ArrayList<Span>();
    for (int hidden = 0, misses = 0; hidden < wanted && misses < 100; ) {
      int length = 1;
      if (style != Style.TOKEN) {
        while (length < LONGEST_SPAN && random.nextDouble() >= SPAN_ENDS) length++;
      }
      length = Math.min(length, wanted - hidden);
      int from = random.nextInt(tokens.length);
      if (from + length > tokens.length || free.nextClearBit(from) < from + length) {
        misses++;
        continue;
      }
      free.clear(from, from + length);
      spans.add(new Span(from, from + length));
      hidden += length;
      misses = 0;
    }
    spans.sort((a, b) -> Integer.compare(a.from, b.from));
    return spans;
  }

  /// Joins spans that touch: one sentinel stands for both.
  private static List<Span> joined(List<Span> spans) {
    var joined = new ArrayList<Span>();
    for (Span span : spans) {
      if (!joined.isEmpty() && joined.getLast().to == span.from) {
        joined.set(joined.size() - 1, new Span(joined.getLast().from, span.to));
      } else {
        joined.add(span);
      }
    }
    return joined;
  }

  private static int[] ints(List<Integer> list) {
    return list.stream().mapToInt(Integer::intValue).toArray();
  }
}
