package altiplano.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PairMergerTest {
  @Test
  void long_and_short_pieces_merge_as_the_definition_says() {
    for (long seed = 0; seed < 400; seed++) {
      var random = new Random(seed);
      int letters = 2 + random.nextInt(3);
      var builder = new MergeTable.Builder(60);
      int next = letters;
      for (int i = 0; i < 40; i++) {
        int result = random.nextInt(5) == 0 ? next - 1 : next++;
        builder.add(random.nextInt(result), random.nextInt(result), result);
      }
      MergeTable table = builder.build();
      int[] ids = random.ints(2 + random.nextInt(400), 0, letters).toArray();
      int[] merged = ids.clone();
      int left = new PairMerger(table).merge(merged, merged.length);
      assertThat(Arrays.copyOf(merged, left)).as("seed " + seed).isEqualTo(slowly(table, ids));
    }
  }

  /// Joins the leftmost of the most urgent pairs again and again.
  private static int[] slowly(MergeTable table, int[] ids) {
    var list = new ArrayList<Integer>(Arrays.stream(ids).boxed().toList());
    while (true) {
      long best = MergeTable.NONE;
      int at = -1;
      for (int i = 0; i + 1 < list.size(); i++) {
        long merge = table.find(list.get(i), list.get(i + 1));
        if (merge >>> 32 < best >>> 32) {
          best = merge;
          at = i;
        }
      }
      if (at < 0) return list.stream().mapToInt(Integer::intValue).toArray();
      list.set(at, MergeTable.id(best));
      list.subList(at + 1, at + 2).clear();
    }
  }
}
