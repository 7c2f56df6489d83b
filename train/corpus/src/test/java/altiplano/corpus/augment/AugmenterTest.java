package altiplano.corpus.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class AugmenterTest {
  private static final String CHINESE = "这家酒店的房间很干净，早餐也不错，价格是300元。";
  private static final String ENGLISH = "The room was clean and quiet, but it isn't cheap at $300.";
  private static final Neighbours NEIGHBOURS =
      new Neighbours(
          Map.of(
              "酒店", List.of("宾馆", "旅馆"),
              "房间", List.of("客房"),
              "早餐", List.of("早饭"),
              "价格", List.of("价钱"),
              "room", List.of("suite"),
              "quiet", List.of("calm", "silent"),
              "clean", List.of("tidy"),
              "the", List.of("this")));

  @ParameterizedTest
  @ValueSource(
      strings = {
        CHINESE,
        ENGLISH,
        "MP3播放器 www.a.com/b，don’t 👨‍👩‍👧 \uD842\uDFB7野家\n\n　第二段",
        "",
        " ",
        "。"
      })
  void the_pieces_of_a_text_are_the_text(String text) {
    for (Unit unit : Unit.values()) {
      var joined = new StringBuilder();
      new Pieces(unit).of(text).forEach(piece -> joined.append(piece.text()));
      assertThat(joined).hasToString(text);
    }
  }

  @Test
  void chinese_is_cut_into_words_or_characters_and_english_into_words() {
    assertThat(new Pieces(Unit.WORD).words("我们喜欢北京大学 It isn't MP3"))
        .containsExactly("我们", "喜欢", "北京", "大学", "it", "isn't", "mp");
    assertThat(new Pieces(Unit.WORD).words("访问www.a-b.com/c吧，or write to x_y@z.org now."))
        .containsExactly("访问", "吧", "or", "write", "to", "now");
    assertThat(new Pieces(Unit.CHARACTER).words("喜欢 tea")).containsExactly("喜", "欢", "tea");
  }

  @ParameterizedTest
  @EnumSource(Change.class)
  void the_same_seed_gives_the_same_copy_and_others_give_others(Change change) {
    for (String text : List.of(CHINESE, ENGLISH)) {
      var copies = new HashSet<String>();
      for (long seed = 0; seed < 30; seed++) {
        String copy = copy(text, change, seed).orElseThrow();
        assertThat(copy(text, change, seed)).contains(copy);
        copies.add(copy);
      }
      assertThat(copies).as(change + " of " + text).hasSizeGreaterThan(3).doesNotContain(text);
    }
  }

  @ParameterizedTest
  @EnumSource(Change.class)
  void numbers_punctuation_and_negations_stay(Change change) {
    for (long seed = 0; seed < 30; seed++) {
      assertThat(copy(CHINESE, change, seed).orElseThrow()).contains("300", "。").contains("不");
      assertThat(copy(ENGLISH, change, seed).orElseThrow()).contains("$300.").contains("isn't");
    }
  }

  @Test
  void replacing_uses_neighbours_and_keeps_capitals() {
    var seen = new HashSet<String>();
    for (long seed = 0; seed < 60; seed++) {
      String copy = copy("The quiet room", Change.REPLACE, seed).orElseThrow();
      seen.addAll(Arrays.asList(copy.split(" ")));
    }
    assertThat(seen)
        .containsExactlyInAnyOrder("The", "This", "quiet", "calm", "silent", "room", "suite");
  }

  @Test
  void deleting_and_swapping_add_no_words() {
    for (long seed = 0; seed < 30; seed++) {
      var words = new ArrayList<>(new Pieces(Unit.WORD).words(CHINESE));
      var deleted = new Pieces(Unit.CHARACTER).words(copy(CHINESE, Change.DELETE, seed).get());
      assertThat(String.join("", words)).contains(deleted);
      assertThat(deleted.size()).isLessThan(String.join("", words).length());
      String swapped = copy(CHINESE, Change.SWAP, seed).get();
      assertThat(swapped.chars().sorted().toArray()).isEqualTo(CHINESE.chars().sorted().toArray());
      assertThat(copy(ENGLISH, Change.DELETE, seed).get()).doesNotContain("  ");
    }
  }

  @Test
  void the_rate_says_how_many_words_change() {
    String text = "tea ".repeat(100).strip();
    var neighbours = new Neighbours(Map.of("tea", List.of("coffee")));
    var augmenter = new Augmenter(Unit.WORD, neighbours, LabelWords.unlabelled(), 0.2);
    String copy = augmenter.copy(text, Change.REPLACE, new SplittableRandom(1)).orElseThrow();
    assertThat(Arrays.stream(copy.split(" ")).filter("coffee"::equals)).hasSize(20);
  }

  @Test
  void characters_are_changed_one_by_one_where_asked() {
    var neighbours = new Neighbours(Map.of("好", List.of("佳")));
    var augmenter = new Augmenter(Unit.CHARACTER, neighbours, LabelWords.unlabelled(), 0.1);
    assertThat(augmenter.copy("天气很好", Change.REPLACE, new SplittableRandom(1))).contains("天气很佳");
    assertThat(augmenter.copy("天气", Change.REPLACE, new SplittableRandom(1))).isEmpty();
  }

  @Test
  void words_that_labels_hang_on_stay_and_none_comes_in() {
    var counts =
        List.of(
            new LabelWords.Count("good", "positive", 40),
            new LabelWords.Count("bad", "negative", 40),
            new LabelWords.Count("room", "positive", 21),
            new LabelWords.Count("room", "negative", 19),
            new LabelWords.Count("suite", "positive", 9),
            new LabelWords.Count("suite", "negative", 10),
            new LabelWords.Count("rare", "negative", 1));
    var labels = LabelWords.of(Map.of("positive", 50L, "negative", 50L), counts);
    assertThat(labels.mayChange("good")).isFalse();
    assertThat(labels.mayChange("rare")).isFalse();
    assertThat(labels.mayChange("room")).isTrue();
    var neighbours =
        new Neighbours(Map.of("good", List.of("bad"), "room", List.of("suite", "bad", "unknown")));
    var augmenter = new Augmenter(Unit.WORD, neighbours, labels, 1);
    for (long seed = 0; seed < 20; seed++) {
      for (Change change : List.of(Change.REPLACE, Change.INSERT)) {
        String copy = augmenter.copy("good room", change, new SplittableRandom(seed)).orElseThrow();
        assertThat(copy).contains("good", "suite").doesNotContain("bad");
      }
    }
  }

  @Test
  void a_dictionary_is_read_by_groups(@TempDir Path folder) throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("d.txt"), "# groups\n高兴 开心 快乐\nBig large  # size\n快乐 欢乐\nalone\n");
    Neighbours dictionary = Neighbours.dictionary(file);
    assertThat(dictionary.of("快乐")).containsExactlyInAnyOrder("高兴", "开心", "欢乐");
    assertThat(dictionary.of("large")).containsExactly("big");
    assertThat(dictionary.of("alone")).isEmpty();
    Path none = Files.writeString(folder.resolve("none.txt"), "alone\n");
    assertThatThrownBy(() -> Neighbours.dictionary(none))
        .hasMessageStartingWith(none + ": no line has two words");
  }

  @Test
  void vectors_of_rows_that_share_their_contexts_are_near() {
    // Two blocks of contexts; rows 0 and 1 use the first, 2 and 3 the second.
    var matrix =
        new TruncatedSvd.Sparse(
            new int[] {0, 2, 4, 6, 8},
            new int[] {0, 1, 0, 1, 2, 3, 2, 3},
            new float[] {1, 2, 1, 1.9f, 3, 1, 2.9f, 1},
            4);
    float[][] vectors = TruncatedSvd.rows(matrix, 2, 7);
    assertThat(vectors[0][0] * vectors[1][0] + vectors[0][1] * vectors[1][1]).isGreaterThan(0.99f);
    assertThat(vectors[0][0] * vectors[2][0] + vectors[0][1] * vectors[2][1]).isLessThan(0.1f);
    assertThat(TruncatedSvd.rows(matrix, 2, 7)).isDeepEqualTo(vectors);
  }

  private static Optional<String> copy(String text, Change change, long seed) {
    var augmenter = new Augmenter(Unit.WORD, NEIGHBOURS, LabelWords.unlabelled(), 0.2);
    return augmenter.copy(text, change, new SplittableRandom(seed));
  }
}
