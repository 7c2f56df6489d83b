package altiplano.mini.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BaselinesTest {
  @Test
  void wordCountsLearnWhatWordsTell() {
    var texts = new ArrayList<String>();
    var labels = new ArrayList<String>();
    for (String room : List.of("房间", "早餐", "服务", "位置", "电脑", "书")) {
      texts.addAll(List.of(room + "很好", room + "非常好", room + "很差", room + "非常差"));
      labels.addAll(List.of("positive", "positive", "negative", "negative"));
    }
    var classifier = new WordCounts(texts).learn(texts, labels);
    assertThat(classifier.label("外观很好")).isEqualTo("positive");
    assertThat(classifier.label("外观很差")).isEqualTo("negative");
  }

  @Test
  void expressionsFindThePlainCase() {
    String text = "患者，男性，45岁，主诉头痛，持续两天。既往有高血压病史。";
    assertThat(MedicalExpressions.find(text).stream().map(found -> value(text, found)))
        .contains("sex=男性", "age=45岁", "chief_complaint=头痛", "duration=两天", "history=高血压");
  }

  @Test
  void overlapAnswersFromThePartThatSharesMost() {
    assertThat(WordOverlap.answer("东吴大学同学会成立于哪一年？", "香港有许多大学。东吴大学同学会成立于1952年。它很小。"))
        .isEqualTo("1952");
  }

  private static String value(String text, String found) {
    String[] parts = found.split(":", 3);
    return parts[0] + "=" + text.substring(Integer.parseInt(parts[1]), Integer.parseInt(parts[2]));
  }
}
