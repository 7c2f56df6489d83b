package altiplano.corpus.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import altiplano.corpus.pack.Mixture.Wanted;
import altiplano.shards.Sequence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PackingTest {
  private static final int LENGTH = 64;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void every_token_is_packed_once_and_documents_that_fit_stay_whole(long seed) {
    var random = new Random(seed);
    var documents = new ArrayList<Packer.Tokens>();
    for (int i = 0; i < 300; i++) {
      documents.add(
          new Packer.Tokens(random.ints(1 + random.nextInt(200), 1, 1_000).toArray(), i % 3));
    }
    List<Sequence> sequences = new Packer(LENGTH).pack(documents);
    var joined = new int[documents.size()][0];
    int covered = 0;
    for (Sequence sequence : sequences) {
      for (Sequence.Piece piece : sequence.pieces()) {
        int[] document = documents.get(piece.document()).tokens();
        int[] tokens =
            Arrays.copyOfRange(sequence.tokens(), piece.start(), piece.start() + piece.length());
        int from = piece.part() * LENGTH;
        assertThat(tokens).isEqualTo(Arrays.copyOfRange(document, from, from + piece.length()));
        assertThat(piece.length() == document.length || document.length > LENGTH).isTrue();
        joined[piece.document()] = document;
        covered += piece.length();
      }
    }
    assertThat(covered).isEqualTo(documents.stream().mapToInt(d -> d.tokens().length).sum());
    assertThat(Arrays.stream(joined)).noneMatch(document -> document.length == 0);
    assertThat((double) covered / sequences.size() / LENGTH).isGreaterThan(0.97);
  }

  @Test
  void shares_are_reached_and_the_others_keep_their_size() {
    var mixture =
        Mixture.of(
            List.of(
                new Wanted(600, 1, OptionalDouble.of(0.25)),
                new Wanted(200, 1, OptionalDouble.empty()),
                new Wanted(100, 2, OptionalDouble.empty())));
    double[] sizes = {
      600 * mixture.factors().get(0), 200 * mixture.factors().get(1), 100 * mixture.factors().get(2)
    };
    assertThat(sizes[0] / Arrays.stream(sizes).sum()).isCloseTo(0.25, within(1e-9));
    assertThat(sizes[1]).isEqualTo(200);
    assertThat(sizes[2]).isEqualTo(200);
  }

  @Test
  void shares_beyond_the_whole_are_refused() {
    assertThatThrownBy(() ->
            Mixture.of(
                List.of(
                    new Wanted(1, 1, OptionalDouble.of(0.7)),
                    new Wanted(1, 1, OptionalDouble.of(0.6)))))
        .hasMessage(
            "the shares of the sources come to 1.300: at most 1, and less if a source has none");
  }

  @Test
  void a_fraction_takes_so_many_documents_and_each_epoch_takes_others() {
    var mixture = new Mixture(List.of(0.3));
    var random = new Random(1);
    int first = 0;
    int both = 0;
    for (int i = 0; i < 10_000; i++) {
      long hash = random.nextLong();
      int a = mixture.copies(0, hash, 7, 0);
      int b = mixture.copies(0, hash, 7, 1);
      first += a;
      both += a * b;
    }
    assertThat(first).isBetween(2_800, 3_200);
    assertThat(both).isBetween(750, 1_050);
  }
}
