package altiplano.corpus.duplicates;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import altiplano.corpus.Document;
import altiplano.corpus.steps.Outcome;
import altiplano.corpus.steps.Step;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestPassagesTest {
  private static final String CHINESE = "故宫博物院建立于一九二五年十月十日，位于北京故宫紫禁城内，是一座综合性的博物馆。";
  private static final String ENGLISH =
      "The museum was founded on the tenth of October and stands inside the old palace in the capital.";
  private static final String BEFORE = "我们上个星期去了一趟北方，住了三个晚上，吃了不少好东西。";
  private static final String AFTER =
      "We came back by the night train and slept until noon on the next day.";

  @TempDir Path folder;

  @BeforeEach
  void writeTestSet() throws IOException {
    Files.writeString(
        folder.resolve("set.jsonl"),
        """
        {"source":"a/dev","passage":"%s","answers":[{"text":"一九二五年十月十日"}]}
        {"source":"b/train","passage":"%s","answers":[]}
        """
            .formatted(CHINESE, ENGLISH));
  }

  @Test
  void a_paragraph_of_a_test_set_goes_and_the_rest_stays() {
    TestPassages passages = read("", List.of("passage"));
    String text =
        String.join(
            "\n", BEFORE.repeat(3), "他说：" + CHINESE, AFTER.repeat(3), "He read: " + ENGLISH);
    assertThat(left(passages, text)).isEqualTo(BEFORE.repeat(3) + "\n" + AFTER.repeat(3));
  }

  @Test
  void a_document_that_would_lose_more_than_half_goes() {
    TestPassages passages = read("", List.of("passage"));
    assertThat(passages.remove(document(CHINESE + "\n短的一段。"))).isInstanceOf(Outcome.Removed.class);
    assertThat(passages.remove(document(ENGLISH + "\nA line.")))
        .isInstanceOf(Outcome.Removed.class);
  }

  @Test
  void a_shared_phrase_is_no_contamination() {
    TestPassages passages = read("", List.of("passage"));
    for (String text :
        List.of(
            "故宫博物院位于北京，每年有许多游客。",
            "The museum was founded long ago, in a small town.",
            BEFORE,
            AFTER)) {
      assertThat(left(passages, text)).isEqualTo(text);
    }
  }

  @Test
  void a_short_answer_goes_only_as_a_whole_sentence() {
    TestPassages passages = read("", List.of("answers"));
    String text = BEFORE.repeat(3) + "\n一九二五年十月十日。\n" + "他生于一九二五年十月十日的晚上，家里很穷。";
    assertThat(left(passages, text)).doesNotContain("\n一九二五年十月十日。").contains("他生于");
  }

  @Test
  void only_rows_of_the_source_that_was_named_count() {
    TestPassages passages = read("b/", List.of("passage"));
    assertThat(left(passages, BEFORE + "\n" + CHINESE)).contains(CHINESE);
    assertThat(left(passages, AFTER.repeat(4) + "\n" + ENGLISH)).doesNotContain(ENGLISH);
  }

  @Test
  void a_field_that_no_row_has_and_a_file_that_is_not_there_are_refused() {
    assertThatThrownBy(() -> read("", List.of("pasage")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            folder.resolve("set.jsonl")
                + ": no row has a text in the fields [pasage]. Correct 'fields' or 'where' of the"
                + " step contamination.");
    assertThatThrownBy(() -> read("c/", List.of("passage"))).hasMessageContaining("no row of 'c/'");
    var missing =
        new Step.Contamination(
            List.of(new Step.TestSet(List.of(folder + "/none.jsonl"), List.of("a"), "")), 13, 26);
    assertThatThrownBy(() -> TestPassages.read(missing)).isInstanceOf(UncheckedIOException.class);
  }

  private TestPassages read(String where, List<String> fields) {
    var set = new Step.TestSet(List.of(folder.resolve("set.jsonl").toString()), fields, where);
    return TestPassages.read(new Step.Contamination(List.of(set), 13, 26));
  }

  private static Document document(String text) {
    return Document.read("a.txt", 1, Document.Format.PLAIN, text);
  }

  private static String left(TestPassages passages, String text) {
    return switch (passages.remove(document(text))) {
      case Outcome.Kept(Document kept) -> kept.text();
      case Outcome.Removed(String why) -> throw new AssertionError(why);
    };
  }
}
