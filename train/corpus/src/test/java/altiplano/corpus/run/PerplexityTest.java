package altiplano.corpus.run;

import static org.assertj.core.api.Assertions.assertThat;

import altiplano.corpus.Document;
import altiplano.corpus.run.Columns.Place;
import altiplano.corpus.steps.Outcome;
import altiplano.corpus.steps.RowPipeline.Named;
import altiplano.corpus.steps.RowStep;
import altiplano.corpus.steps.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

class PerplexityTest {
  @Test
  void the_least_likely_prose_of_each_language_goes() {
    var rows = new ArrayList<Row>();
    var random = new Random(11);
    for (int i = 0; i < 1_000; i++) {
      rows.add(row(rows.size(), "zh", chinese(random)));
      rows.add(row(rows.size(), "en", english(random)));
    }
    for (int i = 0; i < 5; i++) {
      rows.add(row(rows.size(), "zh", noise(random, 0x4E00, 0x9000, 60, "")));
      rows.add(row(rows.size(), "en", noise(random, 'a', 'z', 160, " ")));
    }
    Named step =
        Perplexity.gather(
            SharedSpark.SESSION.createDataset(rows, Encoders.row(Columns.SCHEMA)),
            new Step.Perplexity(0.005));
    RowStep judge = step.maker().start();
    int sound = 0;
    for (int i = 0; i < 2_000; i++) if (stays(judge, rows.get(i))) sound++;
    assertThat(sound).isGreaterThan(1_985);
    List<Row> noise = rows.subList(2_000, rows.size());
    assertThat(noise).filteredOn(row -> stays(judge, row)).hasSizeLessThan(3);
  }

  private static boolean stays(RowStep step, Row row) {
    return step.apply(Columns.documentOf(row)) instanceof Outcome.Kept;
  }

  private static Row row(int number, String language, String text) {
    var document =
        Document.read("a.jsonl", number + 1L, Document.Format.PLAIN, text).withLanguage(language);
    return Columns.document(new Place(number, 0, number), document, 0);
  }

  private static String chinese(Random random) {
    String[] who = {"我们", "老师", "邻居", "医生", "孩子们"};
    String[] what = {"昨天去了公园看花", "在家里做了一顿晚饭", "坐火车回到了老家", "在图书馆看了一天书"};
    String[] then = {"天气很好，大家都很高兴", "路上遇到了一位老朋友", "晚上很早就睡了", "回来的时候下起了小雨"};
    return sentence(random, who, what, "，", then, "。");
  }

  private static String english(Random random) {
    String[] who = {"We ", "The teacher ", "Our neighbours ", "The doctor "};
    String[] what = {
      "went to the park to see the flowers", "cooked dinner at home", "took the train to the sea"
    };
    String[] then = {
      "and the weather was fine", "and met an old friend on the way", "and went to bed early"
    };
    return sentence(random, who, what, " ", then, ". ");
  }

  private static String sentence(
      Random random, String[] who, String[] what, String between, String[] then, String end) {
    var text = new StringBuilder();
    // The model learns from texts of two hundred units or more.
    for (int i = 0; i < 20; i++) {
      text.append(who[random.nextInt(who.length)])
          .append(what[random.nextInt(what.length)])
          .append(between)
          .append(then[random.nextInt(then.length)])
          .append(end);
    }
    return text.toString().strip();
  }

  private static String noise(Random random, int first, int last, int length, String space) {
    var text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.appendCodePoint(first + random.nextInt(last - first));
      if (i % 5 == 4) text.append(space);
    }
    return text.append(space.isEmpty() ? "。" : ".").toString();
  }
}
