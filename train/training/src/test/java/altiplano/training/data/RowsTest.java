package altiplano.training.data;

import static org.assertj.core.api.Assertions.assertThat;

import altiplano.testing.Shared;
import altiplano.training.data.DataFiles.Row;
import altiplano.training.data.Rows.Reading;
import altiplano.training.data.Rows.Span;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The readers of task rows, on small rows and on the sets beside the project as they are.
class RowsTest {
  @TempDir private Path work = Path.of("");
  private final List<String> reports = new ArrayList<>();

  @Test
  void an_answer_is_found_where_the_row_says_or_a_few_characters_away() throws IOException {
    var rows =
        read(
            Rows::reading,
            """
            {"passage":"one two three","question":"q","answers":[{"text":"two","start":4}]}
            {"passage":"one two three","question":"q","answers":[{"text":"two","start":3}]}
            {"passage":"\uD83D\uDE00\uD83D\uDE00 two","question":"q","answers":[{"text":"two","start":3}]}
            """);
    assertThat(rows.training()).extracting(RowsTest::answer).containsOnly("two");
    assertThat(rows.training().getFirst().answer()).contains(new Span(6, 9, "answer"));
    assertThat(reports).isEmpty();
  }

  @Test
  void a_passage_without_an_answer_is_no_bad_row() throws IOException {
    var rows =
        read(
            Rows::reading,
            """
            {"passage":"p","question":"q","answers":[]}
            {"passage":"p","question":"q","answers":[{"text":"","start":-1}]}
            """);
    assertThat(rows.training()).hasSize(2).allMatch(row -> row.answer().isEmpty());
  }

  @Test
  void an_answer_that_is_not_there_is_a_bad_row_that_is_reported() throws IOException {
    var rows =
        read(
            Rows::reading,
            """
            {"passage":"one two","question":"q","answers":[{"text":"six","start":4}]}
            {"passage":"one two","question":"q","answers":[{"text":"one","start":400}]}
            {"passage":"one two","question":"q","answers":[{"text":"one","start":0}]}
            """);
    assertThat(rows.training()).hasSize(1);
    assertThat(reports)
        .containsExactly(
            "rows.jsonl: 2 bad rows left out, the first at line 1: the answer 'six' does not stand"
                + " at 4 of the passage");
  }

  @Test
  void pairs_of_equal_meaning_are_read_and_others_left_out() throws IOException {
    var rows =
        read(
            Rows::pair,
            """
            {"a":"x","b":"y","label":1}
            {"a":"x","b":"y","label":0}
            {"a":"x","b":"y","score":0.8}
            {"a":"x","b":"y","score":0.3}
            {"a":"x","b":"","label":1}
            """);
    assertThat(rows.training()).hasSize(2);
    assertThat(reports)
        .containsExactly("rows.jsonl: 1 bad rows left out, the first at line 5: 'b' is no text");
  }

  @Test
  void the_reading_set_is_read_as_it_is() throws IOException {
    Path file = Shared.path("data/reading-zh.jsonl.xz");
    var rows = TaskRows.read(List.of(file), Rows::reading, 0, 1, reports::add);
    assertThat(rows.training()).hasSize(8051).allMatch(row -> row.answer().isPresent());
    assertThat(reports)
        .containsExactly(
            "reading-zh.jsonl.xz: 2 bad rows left out, the first at line 748: 'question' is no text");
  }

  @Test
  void the_pair_set_is_read_as_it_is() throws IOException {
    Path file = Shared.path("data/pairs-zh-open.jsonl.xz");
    var rows = TaskRows.read(List.of(file), Rows::pair, 0, 1, reports::add);
    assertThat(rows.training()).hasSize(1320);
    assertThat(reports).isEmpty();
  }

  @Test
  void questions_put_to_other_passages_have_no_answer_there() throws IOException {
    var text = new StringBuilder();
    for (int i = 0; i < 100; i++) {
      text.append(
          "{\"passage\":\"the %1$d is a\",\"question\":\"q%1$d\",\"answers\":[{\"text\":\"%1$d\",\"start\":4}]}\n"
              .formatted(1000 + i));
    }
    var rows = read(Rows::reading, text.toString()).training();
    var all = UnanswerableQuestions.added(rows, 0.2, 1);
    assertThat(all.subList(0, 100)).isEqualTo(rows);
    assertThat(all).hasSize(125);
    assertThat(all.subList(100, 125))
        .allMatch(row -> row.answer().isEmpty())
        .noneMatch(row -> row.passage().contains(row.question().substring(1)));
    assertThat(UnanswerableQuestions.added(rows, 0, 1)).isEqualTo(rows);
  }

  private static String answer(Reading reading) {
    var span = reading.answer().orElseThrow();
    return reading.text().substring(span.start(), span.end());
  }

  private <T> TaskRows<T> read(Function<Row, Optional<T>> reader, String rows) throws IOException {
    Path file = Files.writeString(work.resolve("rows.jsonl"), rows);
    return TaskRows.read(List.of(file), reader, 0, 1, reports::add);
  }
}
