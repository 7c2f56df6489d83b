package altiplano.corpus.run;

import static org.assertj.core.api.Assertions.assertThat;

import altiplano.corpus.augment.Change;
import altiplano.corpus.augment.Unit;
import altiplano.files.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AugmentRunTest {
  @TempDir Path folder;

  @Test
  void labelled_rows_become_more_labelled_rows_in_both_languages() throws IOException {
    Path rows = reviews();
    List<String> inputs = List.of(rows.toString());
    AugmentRun.Result result = run(inputs, "out", 1);

    List<Json.ObjectValue> written = lines(folder.resolve("out/augmented.jsonl"));
    assertThat(result.rows()).isEqualTo(160);
    assertThat(result.rejected()).isEqualTo(1);
    long copies = result.copies().values().stream().mapToLong(Long::longValue).sum();
    assertThat(written).hasSize((int) (result.rows() + copies));
    assertThat(copies).isGreaterThan(300);
    assertThat(result.copies().values()).allMatch(count -> count > 20);
    assertThat(result.neighbours()).isGreaterThan(4);
    Json label = Json.of("");
    Json number = Json.of(0);
    for (Json.ObjectValue row : written) {
      if (row.get("augmentation").isEmpty()) {
        label = row.get("label").orElseThrow();
        number = row.get("id").orElseThrow();
        continue;
      }
      assertThat(row.get("label")).contains(label);
      assertThat(row.get("id")).contains(number);
      String text = text(row, "text");
      boolean good = label.equals(Json.of("positive"));
      assertThat(text).containsAnyOf(good ? "满意" : "失望", good ? "happy" : "sorry");
      assertThat(text).doesNotContain(good ? "失望" : "满意", good ? "sorry" : "happy");
    }
    assertThat(Files.readAllLines(folder.resolve("out/rejects.jsonl"))).hasSize(1);
  }

  @Test
  void the_seed_decides_and_not_the_partitions() throws IOException {
    List<String> inputs = List.of(reviews().toString());
    run(inputs, "one", 1);
    SharedSpark.withPartitions(3, () -> run(inputs, "two", 1));
    run(inputs, "three", 2);
    String one = Files.readString(folder.resolve("one/augmented.jsonl"));
    assertThat(Files.readString(folder.resolve("two/augmented.jsonl"))).isEqualTo(one);
    assertThat(Files.readString(folder.resolve("three/augmented.jsonl"))).isNotEqualTo(one);
  }

  private AugmentRun.Result run(List<String> inputs, String output, long seed) throws IOException {
    var options =
        new AugmentRun.Options(
            "text", "label", 3, 0.2, List.of(Change.values()), Unit.WORD, seed, "", List.of());
    return AugmentRun.run(
        SharedSpark.SESSION, inputs, folder.resolve(output), options, message -> {});
  }

  /// Hotels, rooms and so on stand in the same places whatever the label.
  private Path reviews() throws IOException {
    List<String> places = List.of("酒店", "餐厅", "商店", "咖啡馆");
    List<String> things = List.of("房间", "服务", "环境", "价格");
    List<String> english = List.of("hotel", "restaurant", "shop", "cafe");
    List<String> people = List.of("waiter", "manager", "owner", "cook");
    var rows = new ArrayList<String>();
    for (int i = 0; i < 80; i++) {
      boolean good = i % 2 == 0;
      String label = good ? "positive" : "negative";
      int a = i / 2 % 4;
      int b = i / 8 % 4;
      rows.add(
          "{\"id\":%d,\"text\":\"昨天我们去了这家%s，大家都觉得%s让人%s，回家之后告诉了朋友。\",\"label\":\"%s\"}"
              .formatted(i, places.get(a), things.get(b), good ? "满意" : "失望", label));
      rows.add(
          "{\"id\":%d,\"text\":\"Yesterday we went to the %s and the %s there made us %s all day.\",\"label\":\"%s\"}"
              .formatted(100 + i, english.get(a), people.get(b), good ? "happy" : "sorry", label));
    }
    rows.add("no json");
    return Files.write(folder.resolve("reviews.jsonl"), rows);
  }

  private static List<Json.ObjectValue> lines(Path file) throws IOException {
    return Files.readAllLines(file).stream()
        .map(line -> (Json.ObjectValue) Json.parse(line))
        .toList();
  }

  private static String text(Json.ObjectValue row, String key) {
    return row.get(key).orElseThrow() instanceof Json.TextValue(var text) ? text : "";
  }
}
