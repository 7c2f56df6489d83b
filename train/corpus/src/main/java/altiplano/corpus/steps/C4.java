package altiplano.corpus.steps;

import altiplano.corpus.steps.Outcome.Kept;
import altiplano.corpus.steps.Outcome.Removed;
import altiplano.corpus.steps.Shape.Kind;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// C4's rules for documents (Raffel et al. 2020, section 2.2), for Chinese and English.
///
/// - A page with "lorem ipsum" goes if a tenth of it is in such paragraphs: published, any page
///   with the words, which would remove articles that quote it in an example.
/// - A page with a curly bracket stays: that rule throws all code away.
/// - Published: every line without end punctuation goes, and a page of less than three sentences.
///   Here: prose of 200 units or more without the end of any sentence goes. Short news, verse and
///   statutes stay.
/// - The list of bad words is, here, the vocabulary of Chinese spam: a text goes that uses three or
///   more different ones of it, or one in twenty characters.
/// - The rules on single lines (JavaScript, cookies, policies) are in the step `boilerplate`.
final class C4 {
  private static final Pattern SENTENCE_END =
      Pattern.compile("[。．！？!?…]|\\.(\\s|$|[\"”’)])|[；;](\\s|$)");
  private static final List<String> SPAM =
      List.of(
          "博彩", "六合彩", "时时彩", "澳门赌场", "赌球", "真人娱乐", "代开发票", "开发票", "办证", "加微信", "加薇信", "加V信", "私服",
          "外挂", "裸聊", "一夜情", "成人视频", "激情视频", "约炮", "援交", "性服务", "包夜", "刷单", "日赚", "月入过万", "躺赚",
          "贷款秒批", "无抵押贷款", "黑户贷款", "信用卡套现", "减肥药", "壮阳", "伟哥", "办理假证", "枪支", "迷药", "棋牌游戏", "注册送",
          "返水", "首存", "网赚", "老虎机", "百家乐");

  private C4() {}

  static RowStep start() {
    return document ->
        broken(document.text()).<Outcome>map(Removed::new).orElseGet(() -> new Kept(document));
  }

  private static Optional<String> broken(String text) {
    int filler = 0;
    for (String line : Shape.of(text).lines()) {
      if (line.toLowerCase(Locale.ROOT).contains("lorem ipsum")) filler += line.length();
    }
    if (filler * 10L > text.length()) return Optional.of("lorem ipsum");
    List<String> spam = SPAM.stream().filter(text::contains).toList();
    int characters = spam.stream().mapToInt(word -> word.length() * count(text, word)).sum();
    if ((spam.size() >= 3 && characters * 200L > text.length())
        || characters * 20L > text.length()) {
      return Optional.of(
          "words of spam: " + String.join(", ", spam.subList(0, Math.min(5, spam.size()))));
    }
    if (!SENTENCE_END.matcher(text).find()
        && Units.of(text).count() >= 200
        && Shape.of(text).kind() == Kind.PROSE) {
      return Optional.of("no sentence ends");
    }
    return Optional.empty();
  }

  private static int count(String text, String word) {
    int count = 0;
    for (int at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length())) count++;
    return count;
  }
}
