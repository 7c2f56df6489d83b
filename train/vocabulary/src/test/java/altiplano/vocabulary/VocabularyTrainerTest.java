package altiplano.vocabulary;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import altiplano.files.HuggingFaceTokenizer;
import altiplano.files.Metadata;
import altiplano.files.TiktokenVocabulary;
import altiplano.files.VocabularyKeys;
import altiplano.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VocabularyTrainerTest {
  private static final int BYTES_AND_SPECIAL = 512;

  @Test
  void the_most_frequent_pairs_become_tokens_in_order() {
    var trainer = new VocabularyTrainer(BYTES_AND_SPECIAL + 4);
    trainer.add("low low low low low lower lower newest newest newest newest newest newest");
    trainer.add("widest widest widest");
    // By hand: es 9, est 9, "Ġn" 6 = "ew" 6 = "ne" 6 = "west" 6 …: equal ones by their ids.
    assertThat(learned(trainer.train())).startsWith("es", "est").hasSize(4);
  }

  @Test
  void the_order_of_the_texts_does_not_matter() {
    List<String> texts = texts(400);
    Metadata first = train(texts, 1000);
    Collections.shuffle(texts, new Random(7));
    assertThat(train(texts, 1000)).isEqualTo(first);
  }

  @Test
  void a_sample_by_hash_keeps_memory_bounded_and_order_out() {
    List<String> texts = texts(4000);
    Metadata first = train(texts, 700, 2_000);
    Collections.shuffle(texts, new Random(7));
    assertThat(train(texts, 700, 2_000)).isEqualTo(first);
  }

  @Test
  void what_was_learned_encodes_and_decodes_and_survives_both_files(@TempDir Path folder) {
    Metadata vocabulary = train(texts(400), 1000);
    Tokenizer tokenizer = Tokenizer.from(vocabulary, Path.of("trained"));
    assertThat(tokenizer.size()).isEqualTo(1000);
    assertThat(tokenizer.beginOfText()).hasValue(744);
    HuggingFaceTokenizer.write(vocabulary, folder);
    TiktokenVocabulary.write(vocabulary, folder.resolve("tokenizer.model"));
    Tokenizer huggingFace = Tokenizer.open(folder.resolve("tokenizer.json"));
    Tokenizer tiktoken = Tokenizer.open(folder.resolve("tokenizer.model"));
    for (String text : texts(50)) {
      int[] ids = tokenizer.encode(text);
      assertThat(tokenizer.decode(ids)).isEqualTo(text);
      assertThat(ids.length).isLessThan(text.getBytes(UTF_8).length);
      assertThat(huggingFace.encode(text)).isEqualTo(ids);
      assertThat(tiktoken.encode(text)).isEqualTo(ids);
    }
  }

  @Test
  void too_little_text_gives_as_many_tokens_as_it_has_pairs() {
    var trainer = new VocabularyTrainer(BYTES_AND_SPECIAL + 10);
    trainer.add("abab");
    assertThat(Tokenizer.from(trainer.train(), Path.of("vocabulary")).size())
        .isEqualTo(BYTES_AND_SPECIAL + 1);
  }

  @Test
  void a_size_without_room_is_refused() {
    assertThatThrownBy(() -> new VocabularyTrainer(BYTES_AND_SPECIAL))
        .hasMessageEndingWith("its size must be above 512, was 512");
  }

  private static Metadata train(List<String> texts, int size) {
    return train(texts, size, 1 << 20);
  }

  private static Metadata train(List<String> texts, int size, int limitBytes) {
    var trainer = new VocabularyTrainer(size, limitBytes);
    texts.forEach(trainer::add);
    return trainer.train();
  }

  private static List<String> learned(Metadata vocabulary) {
    return vocabulary.texts(VocabularyKeys.TOKENS).orElseThrow().subList(256, 260);
  }

  /// Sentences of two languages from a few hundred words that are made up.
  private static List<String> texts(int count) {
    var random = new Random(42);
    var texts = new ArrayList<String>();
    for (int i = 0; i < count; i++) {
      var text = new StringBuilder();
      for (int w = 0; w < 12; w++) {
        int word = (int) Math.abs(random.nextGaussian() * 60);
        if (i % 2 == 0) {
          text.append(' ')
              .append(Integer.toString(word * 7919 + 1000, 36).replaceAll("[0-9]", "e"));
        } else {
          text.appendCodePoint(0x4E00 + word * 13).appendCodePoint(0x5000 + word);
          if (w % 5 == 4) text.append('，');
        }
      }
      texts.add(text.toString());
    }
    return texts;
  }
}
