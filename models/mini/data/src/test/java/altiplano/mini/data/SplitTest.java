package altiplano.mini.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class SplitTest {
  @Test
  void nearDuplicatesStandOnOneSide() {
    var random = new Random(1);
    var texts = new ArrayList<String>();
    for (int i = 0; i < 400; i++) {
      String text = sentence(random, 60);
      texts.add(text);
      texts.add(text.substring(0, 50) + "完");
      texts.add("，" + text.replace("，", " "));
    }
    var split = split(texts);
    for (int i = 0; i < texts.size(); i += 3) {
      assertThat(part(split, texts.get(i + 1))).isEqualTo(part(split, texts.get(i)));
      assertThat(part(split, texts.get(i + 2))).isEqualTo(part(split, texts.get(i)));
    }
    assertThat(split.test()).hasSizeBetween(20, 120);
    assertThat(split.dev()).hasSizeBetween(20, 120);
  }

  @Test
  void partsDoNotDependOnTheOrder() {
    var random = new Random(2);
    var texts = new ArrayList<String>();
    for (int i = 0; i < 300; i++) texts.add(sentence(random, 8 + i % 40));
    var split = split(texts);
    var mixed = new ArrayList<>(texts);
    Collections.shuffle(mixed, random);
    var again = split(mixed);
    assertThat(new HashSet<>(again.test())).isEqualTo(new HashSet<>(split.test()));
    assertThat(new HashSet<>(again.dev())).isEqualTo(new HashSet<>(split.dev()));
  }

  @Test
  void aPhraseOfManyTextsDoesNotJoinThem() {
    var random = new Random(3);
    var texts = new ArrayList<String>();
    for (int i = 0; i < 400; i++) texts.add("总的来说还是非常不错的" + sentence(random, 12));
    var split = split(texts);
    assertThat(split.test()).isNotEmpty();
    assertThat(split.dev()).isNotEmpty();
    assertThat(split.train()).hasSizeGreaterThan(300);
  }

  @Test
  void emptyAndVeryShortTextsHaveAPlace() {
    var split = split(List.of("", "好", "。。。"));
    assertThat(split.train().size() + split.dev().size() + split.test().size()).isEqualTo(3);
  }

  private static Split<String> split(List<String> texts) {
    return Split.of(texts, UnaryOperator.identity());
  }

  private static int part(Split<String> split, String text) {
    return split.train().contains(text) ? 0 : split.dev().contains(text) ? 1 : 2;
  }

  private static String sentence(Random random, int length) {
    var text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.append(i % 11 == 10 ? '，' : (char) ('\u4E00' + random.nextInt(3000)));
    }
    return text.toString();
  }
}
