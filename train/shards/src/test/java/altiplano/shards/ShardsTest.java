package altiplano.shards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import altiplano.shards.Sequence.Piece;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShardsTest {
  private static final int LENGTH = 8;
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(ints = {300, 65_536, 65_537, 128_256})
  void what_was_written_is_read_back(int vocabularySize) throws IOException {
    int last = vocabularySize - 1;
    var first =
        new Sequence(
            new int[] {1, last, 2, 5, 6, 0, 0, 0},
            List.of(new Piece(0, 3, 0, 0, 1), new Piece(3, 2, 1, 0, 0)));
    var second =
        new Sequence(new int[] {7, 7, 7, 7, 7, 7, 7, 9}, List.of(new Piece(0, 8, 1, 1, 0)));
    write(vocabularySize, List.of(first), List.of(second));

    try (Shards shards = Shards.open(folder, "train")) {
      assertThat(shards.sequences()).isEqualTo(2);
      assertThat(shards.sequence(0).tokens()).isEqualTo(first.tokens());
      assertThat(shards.sequence(0).pieces()).isEqualTo(first.pieces());
      assertThat(shards.sequence(1).tokens()).isEqualTo(second.tokens());
    }
  }

  @Test
  void a_document_that_was_cut_is_joined_again() throws IOException {
    var end = new Sequence(new int[] {3, 4, 0, 0, 0, 0, 0, 0}, List.of(new Piece(0, 2, 0, 1, 2)));
    var start =
        new Sequence(
            new int[] {9, 1, 2, 0, 0, 0, 0, 0},
            List.of(new Piece(0, 1, 1, 0, 0), new Piece(1, 2, 0, 0, 2)));
    write(300, List.of(end, start));

    try (Shards shards = Shards.open(folder, "train")) {
      assertThat(shards.documents()).isEqualTo(2);
      var document = shards.document(0);
      assertThat(document.tokens()).containsExactly(1, 2, 3, 4);
      assertThat(document.source()).isEqualTo(2);
      assertThat(document.parts()).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void all_ranks_together_see_every_sequence_once_an_epoch(int ranks) throws IOException {
    int count = 12;
    write(300, numbered(count));
    try (Shards shards = Shards.open(folder, "train")) {
      for (int epoch = 0; epoch < 2; epoch++) {
        var seen = new HashSet<Integer>();
        for (int rank = 0; rank < ranks; rank++) {
          var loader = new ShardLoader(shards, 7, rank, ranks);
          for (int i = 0; i < count / ranks; i++)
            seen.add(loader.at(epoch * count / ranks + i).tokens()[0]);
        }
        assertThat(seen).hasSize(count);
      }
    }
  }

  @Test
  void each_epoch_and_seed_has_an_order_of_its_own() throws IOException {
    write(300, numbered(50));
    try (Shards shards = Shards.open(folder, "train")) {
      List<Long> first = order(new ShardLoader(shards, 1, 0, 1), 0);
      assertThat(first)
          .isNotEqualTo(order(new ShardLoader(shards, 1, 0, 1), 50))
          .isNotEqualTo(order(new ShardLoader(shards, 2, 0, 1), 0))
          .isEqualTo(order(new ShardLoader(shards, 1, 0, 1), 0));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 17, 256, 1000, 65_537})
  void a_shuffled_order_is_a_permutation(long size) {
    var order = new ShuffledOrder(size, 42);
    var seen = new boolean[(int) size];
    for (long i = 0; i < size; i++) seen[(int) order.at(i)] = true;
    assertThat(seen).doesNotContain(false);
  }

  @Test
  void a_shard_that_was_cut_off_is_refused() throws IOException {
    write(300, numbered(3));
    Path file = folder.resolve("train-00000.shard");
    long size = Files.size(file);
    try (var cut = new RandomAccessFile(file.toFile(), "rw")) {
      cut.setLength(size - 1);
    }
    assertThatThrownBy(() -> Shards.open(folder, "train"))
        .isInstanceOf(ShardFormatException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("cut off or damaged");
  }

  @Test
  void a_header_with_impossible_sizes_is_refused_before_anything_is_mapped() throws IOException {
    write(300, numbered(3));
    try (var file = new RandomAccessFile(folder.resolve("train-00000.shard").toFile(), "rw")) {
      file.seek(24);
      file.writeLong(-1L >>> 8);
    }
    assertThatThrownBy(() -> Shards.open(folder, "train"))
        .isInstanceOf(ShardFormatException.class)
        .hasMessageContaining("impossible");
  }

  @Test
  void a_file_that_is_no_shard_is_named() throws IOException {
    write(300, numbered(3));
    Files.writeString(folder.resolve("train-00000.shard"), "x".repeat(100));
    assertThatThrownBy(() -> Shards.open(folder, "train"))
        .hasMessageContaining("it does not start with ALTISHRD: not a shard");
  }

  @Test
  void a_split_that_is_not_there_is_named_with_those_that_are() throws IOException {
    write(300, numbered(3));
    assertThatThrownBy(() -> Shards.open(folder, "test"))
        .hasMessageContaining("no split 'test', only [train]");
  }

  @Test
  void an_unfinished_shard_leaves_nothing_behind() throws IOException {
    try (var writer = new ShardWriter(folder.resolve("train-00000.shard"), 300, LENGTH)) {
      writer.add(numbered(1).getFirst());
    }
    try (var files = Files.list(folder)) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void an_id_outside_the_vocabulary_is_refused() throws IOException {
    try (var writer = new ShardWriter(folder.resolve("train-00000.shard"), 300, LENGTH)) {
      var tokens = new int[LENGTH];
      tokens[3] = 300;
      assertThatThrownBy(() -> writer.add(new Sequence(tokens, List.of())))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("token 300 is outside the vocabulary of 300");
    }
  }

  @Test
  void a_manifest_survives_writing_and_reading() throws IOException {
    var manifest = write(300, numbered(3));
    assertThat(Manifest.read(folder)).isEqualTo(manifest);
  }

  private static List<Long> order(ShardLoader loader, long from) {
    return IntStream.range(0, 50).mapToObj(i -> loader.indexAt(from + i)).toList();
  }

  private static List<Sequence> numbered(int count) {
    var sequences = new ArrayList<Sequence>();
    for (int i = 0; i < count; i++) {
      var tokens = new int[LENGTH];
      Arrays.fill(tokens, i);
      sequences.add(new Sequence(tokens, List.of(new Piece(0, LENGTH, i, 0, 0))));
    }
    return sequences;
  }

  @SafeVarargs
  private Manifest write(int vocabularySize, List<Sequence>... files) throws IOException {
    var entries = new ArrayList<Manifest.Shard>();
    for (int i = 0; i < files.length; i++) {
      Path file = folder.resolve("train-%05d.shard".formatted(i));
      try (var writer = new ShardWriter(file, vocabularySize, LENGTH)) {
        for (Sequence sequence : files[i]) writer.add(sequence);
        entries.add(writer.finish("train"));
      }
    }
    var vocabulary = new Manifest.Vocabulary("tokenizer.json", vocabularySize, "00");
    var source = new Manifest.Source("a", "CC0", true, true, 1, 2);
    var manifest = new Manifest(1, LENGTH, vocabulary, "any", List.of(source), entries);
    manifest.write(folder);
    return manifest;
  }
}
