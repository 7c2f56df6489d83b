package altiplano.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import altiplano.tasks.Llama3Model;
import altiplano.tasks.Passage;
import altiplano.tasks.TaskOptions;
import altiplano.testing.Shared;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DocumentIndexTest {
  private static final Document ASPIRIN = new Document("a.txt", "阿司匹林用于预防心肌梗死。");
  private static final Document INSULIN =
      new Document("b.txt", "胰岛素用于治疗糖尿病。\n\nInsulin was first used in 1922.");

  @TempDir private Path folder;

  /// Vectors by hand: what they say of a text is up to the test.
  private static final Embedder HEART =
      texts ->
          texts.stream()
              .map(text -> text.contains("心") ? new float[] {1, 0} : new float[] {0, 1})
              .toList();

  private DocumentIndex open(Optional<Embedder> embedder) {
    return DocumentIndex.open(folder.resolve("index"), embedder);
  }

  private static List<String> documents(List<Passage> hits) {
    return hits.stream().map(Passage::document).toList();
  }

  @Test
  void words_are_found_in_both_languages() {
    try (var index = open(Optional.empty())) {
      index.update(List.of(ASPIRIN, INSULIN));
      assertThat(documents(index.search("糖尿病怎么治疗", 5))).startsWith("b.txt");
      assertThat(documents(index.search("心肌梗死", 5))).containsExactly("a.txt");
      assertThat(documents(index.search("When was insulin used?", 1))).containsExactly("b.txt");
      assertThat(index.search("?!", 5)).isEmpty();
      assertThat(index.search("", 5)).isEmpty();
    }
  }

  @Test
  void a_hit_stands_in_its_document_where_it_says() {
    try (var index = open(Optional.empty())) {
      index.update(List.of(ASPIRIN, INSULIN));
      var hit = index.search("insulin 1922", 1).getFirst();
      assertThat(INSULIN.text().substring(hit.start(), hit.end())).isEqualTo(hit.text());
    }
  }

  @Test
  void vectors_find_what_shares_no_word_and_the_rankings_are_fused() {
    try (var index = open(Optional.of(HEART))) {
      index.update(List.of(ASPIRIN, INSULIN));
      var hits = index.search("心 cardiac", 5);
      assertThat(documents(hits)).startsWith("a.txt");
      // First by meaning alone: 1 / (60 + 1).
      assertThat(hits.getFirst().score()).isEqualTo(1 / 61.0);
      assertThat(index.search("心肌梗死", 1).getFirst().score()).isEqualTo(2 / 61.0);
    }
  }

  @Test
  void an_index_outlives_its_process_and_grows_by_what_changed() {
    try (var index = open(Optional.empty())) {
      assertThat(index.update(List.of(ASPIRIN, INSULIN))).isEqualTo(new IndexUpdate(2, 0, 0, 0, 2));
    }
    var read = new ArrayList<String>();
    try (var index = open(Optional.empty())) {
      assertThat(documents(index.search("心肌梗死", 5))).containsExactly("a.txt");
      var changed = new Document("a.txt", "阿司匹林可以退热。");
      var more = new Document("c.txt", "青霉素是抗生素。");
      assertThat(index.update(List.of(changed, INSULIN, more), done -> read.add("" + done)))
          .isEqualTo(new IndexUpdate(1, 1, 0, 1, 3));
      assertThat(index.search("心肌梗死", 5)).isEmpty();
      assertThat(documents(index.search("退热", 5))).containsExactly("a.txt");
      assertThat(index.update(List.of(INSULIN))).isEqualTo(new IndexUpdate(0, 0, 2, 1, 1));
    }
    assertThat(read).containsExactly("1", "2", "3");
  }

  @Test
  void unchanged_documents_are_not_read_by_the_model_again() {
    var read = new ArrayList<String>();
    Embedder counting =
        texts -> {
          read.addAll(texts);
          return HEART.vectors(texts);
        };
    try (var index = open(Optional.of(counting))) {
      index.update(List.of(ASPIRIN, INSULIN));
      read.clear();
      index.update(List.of(ASPIRIN, INSULIN));
      assertThat(read).doesNotContain(ASPIRIN.text());
    }
  }

  @Test
  void vectors_of_another_model_are_refused() {
    try (var index = open(Optional.of(HEART))) {
      index.update(List.of(ASPIRIN));
    }
    Embedder other = texts -> texts.stream().map(_ -> new float[] {0.6f, 0.8f}).toList();
    assertThatThrownBy(() -> open(Optional.of(other)))
        .isInstanceOf(IndexException.class)
        .hasMessageContaining("made with another model's vectors");
    assertThat(DocumentIndex.hasVectors(folder.resolve("index"))).contains(true);
  }

  @Test
  void a_folder_of_other_files_is_left_alone() throws Exception {
    Files.createDirectories(folder.resolve("index"));
    Files.writeString(folder.resolve("index/mine.txt"), "x");
    assertThatThrownBy(() -> open(Optional.empty())).hasMessageContaining("no index");
    assertThat(folder.resolve("index").toFile().list()).containsExactly("mine.txt");
  }

  @Test
  void long_texts_are_cut_between_sentences_and_nothing_is_lost() {
    String sentence = "本院认为原告的诉讼请求有事实依据和法律依据应予支持。";
    var document = new Document("long", "标题\n\n" + sentence.repeat(100) + "\n\n尾声😀。");
    var passages = PassageSplitter.split(document);
    assertThat(passages)
        .allSatisfy(passage -> {
          assertThat(passage.text()).hasSizeLessThanOrEqualTo(600).doesNotStartWith(" ");
          assertThat(document.text().substring(passage.start(), passage.end()))
              .isEqualTo(passage.text());
        });
    assertThat(String.join("", passages.stream().map(Passage::text).toList()).replace("\n", ""))
        .isEqualTo(document.text().replace("\n", ""));
    assertThat(PassageSplitter.split(new Document("none", " \n\n\t"))).isEmpty();
    assertThat(PassageSplitter.split(new Document("unbroken", "汉😀".repeat(1000)))).hasSize(5);
  }

  @Test
  void files_are_read_and_those_that_are_not_utf8_are_told() throws Exception {
    Files.createDirectories(folder.resolve("docs/sub"));
    Files.writeString(folder.resolve("docs/sub/a.md"), "\uFEFF甲");
    Files.write(folder.resolve("docs/b.txt"), "乙".getBytes(Charset.forName("GBK")));
    Files.writeString(folder.resolve("docs/c.pdf"), "x");
    var skipped = new ArrayList<String>();
    assertThat(Document.in(folder.resolve("docs"), skipped::add))
        .containsExactly(new Document("sub/a.md", "甲"));
    assertThat(skipped).singleElement().asString().contains("b.txt: not UTF-8");
  }

  @Test
  void a_model_answers_from_an_index_and_cites_it() {
    try (var model = Llama3Model.load(Shared.path("fixtures/tiny-f32.gguf"));
        var index = open(Optional.of(Embedder.of(model)))) {
      index.update(List.of(ASPIRIN, INSULIN));
      var answer = model.answerQuestion("胰岛素用于治疗什么?", index, TaskOptions.DEFAULT);
      assertThat(answer.sources()).isNotEmpty();
      answer
          .span()
          .ifPresent(span -> assertThat(answer.sources().getFirst().text()).contains(span.value()));
    }
  }
}
