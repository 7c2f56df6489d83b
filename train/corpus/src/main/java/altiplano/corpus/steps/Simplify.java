package altiplano.corpus.steps;

import com.github.houbb.opencc4j.util.ZhConverterUtil;
import java.util.BitSet;
import java.util.regex.Pattern;

/// Traditional to simplified Chinese by phrase: 頭髮 becomes 头发, 發展 发展, 乾隆 stays.
///
/// The dictionaries are those of OpenCC through opencc4j. They leave 乾 as it is outside its
/// phrases; where it means "dry" it is mapped here.
final class Simplify {
  private static final Pattern DRY =
      Pattern.compile(
          "乾(?=[燥淨净杯枯旱脆洗果糧粮癟瘪涸冰貨货柴草咳酪裂热熱电電料])|(?<=[餅饼風风晒曬曝擦烘吹晾葡萄肉豆笋筍牛魚鱼果能口擰拧])乾(?!隆|坤|清)");

  /// The characters that the dictionaries change, or that may stand in a phrase they change.
  private static final BitSet TRADITIONAL = new BitSet();

  static {
    for (char c = '\u3400'; c <= '\u9FFF'; c++) {
      String one = String.valueOf(c);
      if (c == '乾' || !ZhConverterUtil.toSimple(one).equals(one)) TRADITIONAL.set(c);
    }
  }

  private Simplify() {}

  static RowStep start() {
    return RowStep.onText(Simplify::simplify);
  }

  static String simplify(String text) {
    if (!hasTraditional(text)) return text;
    var out = new StringBuilder(text.length());
    for (String line : TextLines.of(text).lines()) {
      out.append(hasTraditional(line) ? convert(line) : line).append('\n');
    }
    out.setLength(out.length() - 1);
    return out.toString();
  }

  private static String convert(String line) {
    return DRY.matcher(ZhConverterUtil.toSimple(line)).replaceAll("干");
  }

  private static boolean hasTraditional(String text) {
    for (int i = 0; i < text.length(); i++) if (TRADITIONAL.get(text.charAt(i))) return true;
    return false;
  }
}
