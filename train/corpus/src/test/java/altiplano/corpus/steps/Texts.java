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

  /// A ci: lines of unequal length after a tune.
  static final String CI = "如梦令\n常记溪亭日暮，沉醉不知归路。\n兴尽晚回舟，误入藕花深处。\n争渡，争渡，惊起一滩鸥鹭。";

  static final String LONG_CI =
      "声声慢\n寻寻觅觅，冷冷清清，凄凄惨惨戚戚。乍暖还寒时候，最难将息。三杯两盏淡酒，怎敌他、晚来风急！雁过也，正伤心，却是旧时相识。\n"
          + "满地黄花堆积，憔悴损，如今有谁堪摘？守着窗儿，独自怎生得黑！梧桐更兼细雨，到黄昏、点点滴滴。这次第，怎一个愁字了得！";
  static final String SHORT_VERSE =
      """
      I'm Nobody! Who are you?
      Are you – Nobody – too?
      Then there's a pair of us!
      Don't tell! they'd advertise – you know!
      """;
  static final String CHINESE_CODE =
      """
      // 读取文件中的每一行，并统计词频
      public static Map<String, Integer> count(Path file) throws IOException {
          Map<String, Integer> counts = new TreeMap<>();
          for (String line : Files.readAllLines(file)) {
              for (String word : line.split(" ")) {
                  counts.merge(word, 1, Integer::sum);
              }
          }
          return counts;
      }
      """;
  static final String MARKED_CODE =
      """
      用下面的命令安装，然后启动服务：

      ```bash
      sudo apt install nginx
      sudo systemctl enable nginx
      sudo systemctl start nginx
      ```

      如果端口被占用，请先修改配置文件里的端口号，再重新启动。
      """;
  static final String STATUTE_ITEMS =
      """
      第十条 有下列情形之一的，应当予以处罚：
      （一）未按照规定办理登记的；
      （二）未按照规定设置账簿的；
      （三）未按照规定报送资料的；
      （四）法律、法规规定的其他情形。
      """;
  static final String SECTIONS =
      """
      Section 1. Short title. This Act may be cited as the Harbour Act.
      Section 2. Definitions. In this Act, "vessel" means any ship or boat.
      Section 3. Fees. The Minister may by order set the fees payable under this Act.
      """;
  static final String FLASH = "快讯：沪指午后拉升，涨幅扩大至1.2%，创业板指涨近2%，两市成交额突破8000亿元。";
  static final String INTERVIEW =
      """
      记者：您是什么时候开始写作的？
      作家：大学毕业以后。
      记者：第一本书写了多久？
      作家：三年，改了七遍。
      记者：现在还改吗？
      作家：还改。
      """;
  static final String NOVEL_DIALOGUE =
      "“你来了？”\n“来了。”\n“坐吧。”\n“不坐了，说两句就走。”\n她没有抬头，只把灯拨亮了一些。\n“那你说。”";
  static final String DRAMA =
      """
      "Who's there?"
      "It's me."
      "At this hour?"
      "I couldn't sleep," he said, and put his hat on the table.
      "Nobody can."
      """;

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
        CI,
        LONG_CI,
        SHORT_VERSE,
        CHINESE_CODE,
        MARKED_CODE,
        STATUTE_ITEMS,
        SECTIONS,
        FLASH,
        INTERVIEW,
        NOVEL_DIALOGUE,
        DRAMA,
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
