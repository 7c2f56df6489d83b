package altiplano.corpus.duplicates;

import static org.assertj.core.api.Assertions.assertThat;

import altiplano.corpus.LongSet;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DuplicatesTest {
  private static final String TEXT =
      "长江是亚洲第一长河，发源于青藏高原的唐古拉山脉，自西向东流经十一个省级行政区，最后注入东海。它的流域面积约占全国陆地面积的五分之一，"
          + "养育了全国三分之一的人口，是中华文明的摇篮之一，沿岸有重庆、武汉、南京、上海等大城市。";

  @Test
  void a_text_with_one_changed_word_is_similar_and_shares_a_band() {
    long[] a = MinHash.shingles(TEXT, 5);
    long[] b = MinHash.shingles(TEXT.replace("亚洲", "全亚洲"), 5);
    assertThat(MinHash.similarity(a, b)).isGreaterThan(0.85);
    long[] bandsA = MinHash.bands(a);
    long[] bandsB = MinHash.bands(b);
    var shared = new HashSet<Long>();
    for (int i = 0; i < bandsA.length; i++) if (bandsA[i] == bandsB[i]) shared.add(bandsA[i]);
    assertThat(shared).isNotEmpty();
  }

  @Test
  void the_estimate_of_signatures_agrees_with_the_true_similarity() {
    var random = new Random(5);
    int found = 0;
    int pairs = 200;
    for (int i = 0; i < pairs; i++) {
      long[] a = random.longs(100).sorted().toArray();
      long[] b = a.clone();
      // 11 of 111 differ: similarity 0.8
      for (int j = 0; j < 11; j++) b[j * 9] = random.nextLong();
      Arrays.sort(b);
      assertThat(MinHash.similarity(a, b)).isBetween(0.79, 0.81);
      long[] bandsA = MinHash.bands(a);
      long[] bandsB = MinHash.bands(b);
      for (int band = 0; band < bandsA.length; band++) {
        if (bandsA[band] != bandsB[band]) continue;
        found++;
        break;
      }
    }
    assertThat(found).isGreaterThan(pairs * 95 / 100);
  }

  @Test
  void texts_of_one_template_with_other_numbers_are_told_apart() {
    String template = "尊敬的客户，您尾号%d的账户于%d月%d日支出人民币%d元，余额%d元。";
    long[] a = Numbers.of(template.formatted(1234, 3, 5, 100, 5000));
    long[] b = Numbers.of(template.formatted(9876, 11, 28, 42, 777));
    assertThat(Numbers.differ(a, b)).isTrue();
    assertThat(Numbers.differ(a, a)).isFalse();
  }

  @Test
  void a_chain_of_pairs_is_one_cluster_in_any_order() {
    var forward = new Clusters();
    var backward = new Clusters();
    for (long i = 0; i < 1_000; i++) {
      forward.join(i, i + 1);
      backward.join(1_000 - i, 999 - i);
    }
    assertThat(forward.root(777)).isZero();
    assertThat(backward.root(777)).isZero();
    forward.join(2_000, 2_001);
    assertThat(forward.root(2_001)).isEqualTo(2_000);
  }

  @Test
  void a_set_of_hashes_knows_what_was_added() {
    var set = new LongSet(4);
    long[] added = new Random(3).longs(10_000).toArray();
    for (long hash : added) set.add(hash);
    set.add(0);
    assertThat(set.size()).isEqualTo(10_001);
    assertThat(Arrays.stream(added).allMatch(set::contains)).isTrue();
    assertThat(set.contains(12_345)).isFalse();
  }

  @Test
  void numbered_short_and_indented_lines_do_not_count_as_repeated() {
    long[] hashes =
        LineHashes.of(
            List.of(
                "第一条 本规定自公布之日起施行，由国务院负责解释。",
                "短行",
                "    return value_of_the_function(argument);",
                "欢迎关注我们的公众号获取更多精彩内容。"),
            8);
    assertThat(hashes[0]).isZero();
    assertThat(hashes[1]).isZero();
    assertThat(hashes[2]).isZero();
    assertThat(hashes[3]).isNotZero();
  }
}
