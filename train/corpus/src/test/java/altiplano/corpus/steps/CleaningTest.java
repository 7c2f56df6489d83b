package altiplano.corpus.steps;

import static org.assertj.core.api.Assertions.assertThat;

import altiplano.corpus.Document;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class CleaningTest {
  static List<String> good() {
    return Texts.good();
  }

  @ParameterizedTest
  @MethodSource("good")
  void sound_text_is_left_as_it_is(String text) {
    String cleaned = text.stripTrailing();
    var steps =
        List.of(
            RepairEncoding.start(),
            HtmlText.start(),
            Normalise.start(),
            Boilerplate.start(),
            WhiteSpace.start(),
            Punctuation.start(),
            PersonalData.start());
    for (RowStep step : steps) cleaned = Texts.through(step, cleaned);
    assertThat(cleaned).isEqualTo(text.stripTrailing());
  }

  @Test
  void utf_8_that_was_read_as_windows_1252_is_repaired() {
    assertThat(RepairEncoding.repair("donâ€™t")).isEqualTo("don’t");
    String broken =
        new String("naïve café".getBytes(StandardCharsets.UTF_8), Charset.forName("windows-1252"));
    assertThat(RepairEncoding.repair(broken)).isEqualTo("naïve café");
    assertThat(RepairEncoding.repair("ä½\u00a0å¥½ï¼Œä¸–ç•Œ")).isEqualTo("你好，世界");
  }

  @Test
  void utf_8_that_was_read_as_gbk_is_repaired() {
    String sound = "我们今天去公园里面玩";
    String broken = new String(sound.getBytes(StandardCharsets.UTF_8), Charset.forName("GBK"));
    assertThat(RepairEncoding.repair(broken)).isEqualTo(sound);
  }

  @ParameterizedTest
  @CsvSource({"ＡＢＣ１２３,ABC123", "ﬁne,fine", "x²,x²", "①,①", "你好，世界！,你好，世界！"})
  void full_width_letters_become_ascii_and_nothing_else_does(String before, String after) {
    assertThat(Normalise.normalise(before)).isEqualTo(after);
  }

  @Test
  void invisible_characters_go_and_emoji_sequences_stay() {
    assertThat(Normalise.normalise("\uFEFF零\u200B宽\u0007度\u00AD")).isEqualTo("零宽度");
    String family = "👨‍👩‍👧‍👦 👍🏽 🏳️‍🌈 🏴󠁧󠁢󠁥󠁮󠁧󠁿 1️⃣ ❤️";
    assertThat(Normalise.normalise(family)).isEqualTo(family);
    assertThat(Normalise.normalise("a\u0301\r\nb\rc")).isEqualTo("á\nb\nc");
  }

  @Test
  void spaces_are_tidied_outside_code() {
    assertThat(WhiteSpace.tidy("\u3000\u3000话说\u3000宝玉  来了 \n\n\n\n第二段\t完"))
        .isEqualTo("话说 宝玉 来了\n\n第二段 完");
    assertThat(WhiteSpace.tidy("他走了。\u3000\u3000众人大笑。")).isEqualTo("他走了。\n众人大笑。");
    assertThat(WhiteSpace.tidy(Texts.CODE.stripTrailing())).isEqualTo(Texts.CODE.stripTrailing());
  }

  @ParameterizedTest
  @CsvSource({"太好了！！！！！！,太好了！！！", "唉。。。。。,唉……", "嗯……,嗯……", "what?????,what???", "-----,-----"})
  void runs_of_punctuation_are_shortened(String before, String after) {
    assertThat(Punctuation.shorten(before)).isEqualTo(after);
  }

  @Test
  void lines_of_sites_go_and_paragraphs_stay() {
    String page =
        """
        正文第一段讲的是泡茶。
        版权所有 未经许可不得转载
        上一篇：春天
        点击查看更多
        All rights reserved.
        [#]: subject: (x)
        正文第二段提到版权所有者的权利。\
        """;
    assertThat(Boilerplate.remove(page)).isEqualTo("正文第一段讲的是泡茶。\n正文第二段提到版权所有者的权利。");
    assertThat(Boilerplate.remove("---\ntitle: A\ndate: 2020-01-01\n---\n正文。<!-- INFO END -->"))
        .isEqualTo("正文。");
  }

  @Test
  void a_page_becomes_its_main_content() {
    String page =
        """
        <html><head><title>T</title><script>var a=1;</script></head><body>
        <nav><a href="/">首页</a><a href="/a">关于</a></nav>
        <div class="sidebar"><ul><li><a href="#">热门</a></li><li><a href="#">推荐</a></li></ul></div>
        <article><h1>泡茶</h1><p>先烧水，&amp;再放茶叶。</p><pre>  if (x) {\n    y();\n  }</pre><p>第二段<b>重点</b>。</p></article>
        <footer>版权所有</footer></body></html>
        """;
    var html = Document.read("p.html", 1, Document.Format.HTML, page);
    assertThat(HtmlText.start().apply(html))
        .isInstanceOfSatisfying(
            Outcome.Kept.class,
            kept ->
                assertThat(kept.document().text())
                    .isEqualTo("泡茶\n\n先烧水，&再放茶叶。\n\n  if (x) {\n    y();\n  }\n\n第二段重点。"));
  }

  @ParameterizedTest
  @CsvSource({"頭髮很長，發展很快,头发很长，发展很快", "乾隆皇帝,乾隆皇帝", "皮膚乾燥，把杯子擦乾,皮肤干燥，把杯子擦干", "乾坤,乾坤", "皇后在後面,皇后在后面"})
  void traditional_chinese_is_simplified_by_phrase(String before, String after) {
    assertThat(Simplify.simplify(before)).isEqualTo(after);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "今天天气很好，我们去公园玩。|zh",
        "今天天氣很好，我們去公園玩。|zh",
        "The weather is nice today and we go to the park.|en",
        "今日はとても天気がいいですね。|ja",
        "오늘은 날씨가 아주 좋습니다.|ko",
        "Сегодня очень хорошая погода, и мы идём в парк.|ru",
        "Heute ist das Wetter sehr schön und wir gehen in den Park.|de",
        "El gobierno anunció ayer una reforma de las pensiones para el próximo año.|es",
        "Il fait très beau aujourd'hui et nous allons au parc avec les enfants.|fr",
        "الطقس جميل جدا اليوم ونحن نذهب إلى الحديقة|ar"
      })
  void languages_are_told_apart(String text, String language) {
    assertThat(Language.identify(text)).isEqualTo(language);
  }
}
