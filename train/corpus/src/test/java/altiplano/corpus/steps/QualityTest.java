package altiplano.corpus.steps;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class QualityTest {
  static List<String> good() {
    return Texts.good();
  }

  @ParameterizedTest
  @MethodSource("good")
  void code_verse_statutes_short_news_and_dialogue_pass_all_rules(String text) {
    var rules =
        List.of(GopherRepetition.start(), GopherQuality.start(1), C4.start(), FineWeb.start());
    for (RowStep rule : rules) {
      assertThat(rule.apply(Texts.document(text))).isInstanceOf(Outcome.Kept.class);
    }
  }

  @Test
  void repeated_lines_are_removed_by_gopher_s_rules() {
    String chinese = "欢迎光临本店，全场商品八折优惠。\n".repeat(8) + Texts.PROSE;
    String english = "Buy two and get one for free in our new shop today.\n".repeat(8);
    assertThat(Texts.isRemoved(GopherRepetition.start(), chinese)).isTrue();
    assertThat(Texts.isRemoved(GopherRepetition.start(), english)).isTrue();
  }

  @Test
  void one_phrase_over_and_over_is_removed_by_gopher_s_rules() {
    assertThat(Texts.isRemoved(GopherRepetition.start(), "买买买".repeat(30))).isTrue();
    assertThat(Texts.isRemoved(GopherRepetition.start(), "cheap shoes ".repeat(40))).isTrue();
  }

  @Test
  void symbols_instead_of_words_are_removed_by_gopher_s_rules() {
    assertThat(Texts.isRemoved(GopherQuality.start(1), "★☆★ 12 ▲▼◆ 34 ※ 56 ●○ 78 〓 90 ■□ 买"))
        .isTrue();
    assertThat(Texts.isRemoved(GopherQuality.start(1), "#a #b #c #d #e #f #g #h #i #j")).isTrue();
  }

  @Test
  void too_few_words_are_removed_by_gopher_s_rules() {
    assertThat(Texts.isRemoved(GopherQuality.start(5), "你好吗")).isTrue();
    assertThat(Texts.isRemoved(GopherQuality.start(5), "今天天气很好。")).isFalse();
  }

  @Test
  void a_list_of_names_without_sentences_is_removed_by_gopher_s_rules() {
    String names =
        IntStream.range(0, 150)
            .mapToObj(i -> "Kwxtrq" + (char) ('a' + i % 26) + (char) ('a' + i / 26))
            .collect(Collectors.joining(" "));
    var english = Texts.document(names).withLanguage("en");
    assertThat(GopherQuality.start(1).apply(english)).isInstanceOf(Outcome.Removed.class);
  }

  @Test
  void filler_and_spam_are_removed_by_c4_s_rules() {
    assertThat(
            Texts.isRemoved(C4.start(), "Lorem ipsum dolor sit amet, consectetur adipiscing elit."))
        .isTrue();
    assertThat(Texts.isRemoved(C4.start(), "代开发票，加微信，澳门赌场注册送彩金，六合彩百家乐应有尽有。")).isTrue();
  }

  @Test
  void an_article_about_spam_stays() {
    String article = Texts.PROSE.repeat(3) + "警方提醒市民不要相信代开发票的广告。";
    assertThat(Texts.isRemoved(C4.start(), article)).isFalse();
  }

  @Test
  void a_menu_is_removed_by_fineweb_s_rules() {
    assertThat(Texts.isRemoved(FineWeb.start(), "首页\n新闻\n体育\n财经\n娱乐\n科技\n汽车\n房产")).isTrue();
    assertThat(Texts.isRemoved(FineWeb.start(), "Home\nNews\nSports\nWeather\nTravel\nContact"))
        .isTrue();
  }

  @Test
  void lists_of_bullets_and_of_broken_lines_are_removed_by_gopher_s_rules() {
    for (String item : List.of("• 蓝色陶瓷花瓶大号现货", "* blue ceramic vase large")) {
      String bullets =
          IntStream.range(0, 14)
              .mapToObj(i -> item + (char) ('a' + i))
              .collect(Collectors.joining("\n"));
      assertThat(Texts.isRemoved(GopherQuality.start(1), bullets)).as(item).isTrue();
    }
    String chinese = "今天给大家介绍的是一种新的方法……\n有兴趣的朋友请看下面的详细内容……\n更多的精彩内容都在下一页里面……\n";
    String english =
        "The best ways to save money on your next trip...\nTen things that you did not know about tea...\n";
    assertThat(Texts.isRemoved(GopherQuality.start(1), chinese.repeat(2))).isTrue();
    assertThat(Texts.isRemoved(GopherQuality.start(1), english.repeat(3))).isTrue();
  }

  @Test
  void long_prose_without_the_end_of_any_sentence_is_removed_by_c4_s_rules() {
    String chinese = "手机壳 保护套 数据线 充电器 耳机 支架 贴膜 音箱 键盘 鼠标 ".repeat(9);
    String english =
        "phone case cable charger headset stand film speaker keyboard mouse ".repeat(25);
    assertThat(Texts.isRemoved(C4.start(), chinese)).isTrue();
    assertThat(Texts.isRemoved(C4.start(), english)).isTrue();
    assertThat(Texts.isRemoved(C4.start(), chinese + "。")).isFalse();
  }

  @Test
  void a_page_that_repeats_its_lines_is_removed_by_fineweb_s_rules() {
    String chinese =
        Texts.PROSE
            + "\n查看更多商品的评价和价格。\n"
            + Texts.SHORT_NEWS
            + "\n查看更多商品的评价和价格。\n今天就到这里。\n查看更多商品的评价和价格。";
    assertThat(Texts.isRemoved(FineWeb.start(), chinese)).isTrue();
    String line =
        "Compare the prices of all the shops in your town today, and have the cheapest of them sent to your door.\n";
    String english =
        line
            + "A small lamp for a desk or a table, made of brass, with a cord of two metres and a switch on the foot of it.\n"
            + line
            + "It needs a bulb that is not in the box.\n"
            + line;
    assertThat(Texts.isRemoved(FineWeb.start(), english)).isTrue();
  }

  @Test
  void unreadable_text_is_removed() {
    assertThat(Texts.isRemoved(EmptyText.start(), "锟斤拷锟斤拷烫烫烫 数据")).isTrue();
    assertThat(Texts.isRemoved(EmptyText.start(), "——…… ！！")).isTrue();
    assertThat(Texts.isRemoved(EmptyText.start(), Texts.PROSE)).isFalse();
  }

  @Test
  void other_languages_go_only_where_some_are_asked_for() {
    String french = "Le gouvernement a annoncé une réforme des retraites pour l'année prochaine.";
    assertThat(Texts.isRemoved(Language.start(Set.of("zh", "en")), french)).isTrue();
    assertThat(Texts.isRemoved(Language.start(Set.of()), french)).isFalse();
  }

  @Test
  void a_model_finds_shuffled_text_less_likely_than_sound_text() {
    var model = new NgramModel();
    String text = (Texts.PROSE + "长江流域的降水主要集中在夏季，中下游地区常有洪水。").repeat(4);
    for (int i = 0; i < 20; i++) model.learn(text);
    String shuffled = new StringBuilder(text).reverse().toString();
    assertThat(model.bitsPerUnit(shuffled)).isGreaterThan(2 * model.bitsPerUnit(text));
  }
}
