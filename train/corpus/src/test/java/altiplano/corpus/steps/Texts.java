package altiplano.corpus.steps;

import altiplano.corpus.Document;
import altiplano.corpus.Document.Format;
import java.util.List;

/// Documents for the tests of steps.
final class Texts {
  static final String CODE =
      """
      def merge(left, right):
          result = []
          while left and right:
              if left[0] <= right[0]:
                  result.append(left.pop(0))
              else:
                  result.append(right.pop(0))
          result.extend(left or right)
          return result
      """;
  static final String CLASSICAL_VERSE = "静夜思\n床前明月光，\n疑是地上霜。\n举头望明月，\n低头思故乡。";
  static final String MODERN_VERSE =
      "轻轻的我走了\n正如我轻轻的来\n我轻轻的招手\n作别西天的云彩\n那河畔的金柳\n是夕阳中的新娘\n波光里的艳影\n在我的心头荡漾";
  static final String ENGLISH_VERSE =
      """
      Shall I compare thee to a summer's day?
      Thou art more lovely and more temperate:
      Rough winds do shake the darling buds of May,
      And summer's lease hath all too short a date;
      """;
  static final String STATUTE =
      """
      第一条 为了保护民事主体的合法权益，制定本法。
      第二条 民法调整平等主体的自然人、法人和非法人组织之间的人身关系和财产关系。
      第三条 民事主体的人身权利、财产权利以及其他合法权益受法律保护。
      第四条 民事主体在民事活动中的法律地位一律平等。
      第五条 民事主体从事民事活动，应当遵循自愿原则。
      """;
  static final String CLAUSES =
      """
      Article 1 The parties enter into this agreement of their own will.
      Article 2 The seller delivers the goods within ten days of payment.
      Article 3 The buyer examines the goods on delivery and gives notice of faults.
      Article 4 Disputes are settled by the court at the seller's seat.
      """;
  static final String SHORT_NEWS = "本报讯 今日凌晨，北京市气象台发布大风蓝色预警，预计阵风可达七级。";
  static final String SHORT_ENGLISH_NEWS =
      "LONDON - The central bank kept interest rates at 4 per cent on Thursday.";
  static final String DIALOGUE = "甲：你好！\n乙：你好。\n甲：吃了吗？\n乙：吃了。\n甲：再见！\n乙：再见！";
  static final String ENGLISH_DIALOGUE =
      """
      Anna: Are you coming?
      Ben: No.
      Anna: Why not?
      Ben: I am tired.
      Anna: All right.
      Ben: Bye.\
      """;
  static final String PROSE = "长江是亚洲第一长河，发源于青藏高原的唐古拉山脉，自西向东流经十一个省级行政区，最后注入东海。它的流域面积约占全国陆地面积的五分之一。";

  private Texts() {}

  /// Returns texts that every quality filter must let pass.
  static List<String> good() {
    return List.of(
        CODE,
        CLASSICAL_VERSE,
        MODERN_VERSE,
        ENGLISH_VERSE,
        STATUTE,
        CLAUSES,
        SHORT_NEWS,
        SHORT_ENGLISH_NEWS,
        DIALOGUE,
        ENGLISH_DIALOGUE,
        PROSE);
  }

  static Document document(String text) {
    return Document.read("a.txt", 1, Format.PLAIN, text).withLanguage(Language.identify(text));
  }

  /// Returns the text that a step makes of a text which it keeps.
  static String through(RowStep step, String text) {
    return switch (step.apply(document(text))) {
      case Outcome.Kept(Document kept) -> kept.text();
      case Outcome.Removed(String why) -> throw new AssertionError("removed: " + why);
    };
  }

  static boolean isRemoved(RowStep step, String text) {
    return step.apply(document(text)) instanceof Outcome.Removed;
  }
}
