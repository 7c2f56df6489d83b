package altiplano.tasks;

import java.math.BigDecimal;
import java.util.Map;
import java.util.Optional;

/// Numbers as Chinese texts write them: `6000`, `1.5万`, `六千`, `十二`, `陆仟元伍角整`.
final class ChineseNumber {
  private static final String DIGITS = "零一二三四五六七八九";
  private static final Map<Character, Character> PLAIN =
      Map.ofEntries(
          Map.entry('〇', '零'),
          Map.entry('两', '二'),
          Map.entry('壹', '一'),
          Map.entry('贰', '二'),
          Map.entry('叁', '三'),
          Map.entry('肆', '四'),
          Map.entry('伍', '五'),
          Map.entry('陆', '六'),
          Map.entry('柒', '七'),
          Map.entry('捌', '八'),
          Map.entry('玖', '九'),
          Map.entry('拾', '十'),
          Map.entry('佰', '百'),
          Map.entry('仟', '千'),
          Map.entry('萬', '万'),
          Map.entry('圆', '元'));
  private static final Map<Character, BigDecimal> UNITS =
      Map.of(
          '十', BigDecimal.TEN,
          '百', new BigDecimal(100),
          '千', new BigDecimal(1000),
          '万', new BigDecimal(10_000),
          '亿', new BigDecimal(100_000_000));

  private ChineseNumber() {}

  /// Returns the value of a number, empty if it is none.
  static Optional<BigDecimal> parse(String text) {
    String figures = text.replace(",", "").replace("\uff0c", "").strip();
    if (figures.matches("[0-9]+(\\.[0-9]+)?[万亿]?")) return Optional.of(figures(figures));
    return words(figures);
  }

  private static BigDecimal figures(String text) {
    char last = text.charAt(text.length() - 1);
    BigDecimal unit = UNITS.get(last);
    return unit == null
        ? new BigDecimal(text)
        : new BigDecimal(text.substring(0, text.length() - 1)).multiply(unit);
  }

  /// Reads sections of ten thousand: within one, a digit counts for the unit after it.
  private static Optional<BigDecimal> words(String text) {
    var total = BigDecimal.ZERO;
    var section = BigDecimal.ZERO;
    var digit = BigDecimal.ZERO;
    boolean any = false;
    for (int i = 0; i < text.length(); i++) {
      char written = text.charAt(i);
      char c = PLAIN.getOrDefault(written, written);
      int value = DIGITS.indexOf(c);
      any |= value >= 0 || c == '十';
      if (value >= 0) {
        digit = BigDecimal.valueOf(value);
      } else if (c == '万') {
        total = total.add(section.add(digit).multiply(UNITS.getOrDefault(c, BigDecimal.ONE)));
        section = BigDecimal.ZERO;
        digit = BigDecimal.ZERO;
      } else if (c == '亿') {
        total = total.add(section).add(digit).multiply(UNITS.getOrDefault(c, BigDecimal.ONE));
        section = BigDecimal.ZERO;
        digit = BigDecimal.ZERO;
      } else if (UNITS.containsKey(c)) {
        // 十二 is 一十二.
        var count = c == '十' && digit.signum() == 0 ? BigDecimal.ONE : digit;
        section = section.add(count.multiply(UNITS.getOrDefault(c, BigDecimal.ONE)));
        digit = BigDecimal.ZERO;
      } else if (c == '元') {
        total = total.add(section).add(digit);
        section = BigDecimal.ZERO;
        digit = BigDecimal.ZERO;
      } else if (c == '角' || c == '分') {
        total = total.add(digit.movePointLeft(c == '角' ? 1 : 2));
        digit = BigDecimal.ZERO;
      } else if (c != '整' && c != '正') {
        return Optional.empty();
      }
    }
    return any ? Optional.of(total.add(section).add(digit)) : Optional.empty();
  }
}
