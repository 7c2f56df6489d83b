package altiplano.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import altiplano.model.Batch;
import altiplano.model.CacheFileException;
import altiplano.model.LlamaModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The cache against a plain list of all that was ever kept.
@TestInstance(Lifecycle.PER_CLASS)
class PromptCacheTest {
  private static final int PAGE = 64;

  @TempDir private Path folder;
  private LlamaModel model;
  private long pageBytes;

  @BeforeAll
  void openModel() {
    model = GenerationTest.open(1);
    try (var cache = model.newCache()) {
      model.forward(Batch.of(cache, new int[] {1}, Batch.Wanted.NONE));
      pageBytes = cache.bytes();
    }
  }

  @AfterAll
  void closeModel() {
    if (model != null) model.close();
  }

  static LongStream seeds() {
    return LongStream.range(0, 20);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void without_a_bound_the_longest_beginning_ever_kept_is_found(long seed) {
    var random = new Random(seed);
    var kept = new ArrayList<int[]>();
    try (var prompts = new PromptCache(model, Long.MAX_VALUE)) {
      for (int i = 0; i < 25; i++) {
        int[] prompt = prompt(random);
        int known = kept.stream().mapToInt(other -> common(other, prompt)).max().orElse(0);
        assertThat(use(prompts, prompt)).isEqualTo(known);
        kept.add(prompt);
        assertThat(prompts.bytes()).isEqualTo(pages(kept) * pageBytes);
      }
    }
  }

  /// A page stands for the tokens up to its end: equal beginnings take memory once. The last,
  /// partly filled page of a leaf is its own.
  private static long pages(List<int[]> kept) {
    var whole = new HashSet<List<Integer>>();
    long partial = 0;
    var leaves = new HashSet<List<Integer>>();
    for (int[] one : kept) {
      boolean leaf =
          kept.stream()
              .noneMatch(other -> other.length > one.length && common(other, one) == one.length);
      if (!leaf || !leaves.add(list(one, one.length))) continue;
      for (int end = PAGE; end <= one.length; end += PAGE) whole.add(list(one, end));
      if (one.length % PAGE > 0) partial++;
    }
    return whole.size() + partial;
  }

  private static List<Integer> list(int[] tokens, int length) {
    return Arrays.stream(tokens, 0, length).boxed().toList();
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void the_bound_holds_and_what_is_found_is_a_beginning_that_was_kept(long seed) {
    var random = new Random(seed);
    long bound = (3 + random.nextInt(6)) * pageBytes;
    try (var prompts = new PromptCache(model, bound)) {
      int[] last = {};
      for (int i = 0; i < 40; i++) {
        int[] prompt = prompt(random);
        try (var found = prompts.take(prompt)) {
          assertThat(common(prompt, found.tokens())).isEqualTo(found.length());
        }
        use(prompts, prompt);
        assertThat(prompts.bytes()).isLessThanOrEqualTo(bound);
        // Looking it up is a use too, so only at the end.
        if (i == 39 && pages(List.of(last, prompt)) * pageBytes <= bound) {
          assertThat(known(prompts, last)).as("the one used before this").isEqualTo(last.length);
        }
        last = prompt;
      }
    }
  }

  @Test
  void a_sequence_larger_than_the_bound_keeps_its_beginning() {
    int[] prompt = new Random(1).ints(300, 3, 500).toArray();
    try (var prompts = new PromptCache(model, 3 * pageBytes)) {
      use(prompts, prompt);
      assertThat(known(prompts, prompt)).isEqualTo(3 * PAGE);
    }
    try (var prompts = new PromptCache(model, 0)) {
      use(prompts, prompt);
      assertThat(prompts.size()).isZero();
    }
  }

  @Test
  void equal_beginnings_that_were_read_apart_take_memory_once() {
    int[] trunk = new Random(2).ints(128, 3, 500).toArray();
    try (var prompts = new PromptCache(model, Long.MAX_VALUE);
        var one = model.newCache();
        var other = model.newCache()) {
      model.forward(Batch.of(one, with(trunk, 7), Batch.Wanted.NONE));
      model.forward(Batch.of(other, with(trunk, 8), Batch.Wanted.NONE));
      prompts.keep(one);
      prompts.keep(other);
      assertThat(prompts.bytes()).isEqualTo(4 * pageBytes);
    }
  }

  @Test
  void what_is_found_goes_on_as_if_it_had_been_read() {
    var random = new Random(3);
    try (var prompts = new PromptCache(model, Long.MAX_VALUE)) {
      for (int i = 0; i < 10; i++) use(prompts, prompt(random));
      int[] prompt = with(prompt(random), 300);
      try (var found = prompts.take(prompt);
          var fresh = model.newCache()) {
        int[] rest = Arrays.copyOfRange(prompt, found.length(), prompt.length);
        float[] after = model.forward(Batch.of(found, rest, Batch.Wanted.LAST)).row(0);
        float[] expected = model.forward(Batch.of(fresh, prompt, Batch.Wanted.LAST)).row(0);
        for (int id = 0; id < expected.length; id++) {
          assertThat(after[id]).isCloseTo(expected[id], within(1e-3f));
        }
      }
    }
  }

  @Test
  void a_saved_tree_is_the_same_tree_and_the_same_order_of_use() {
    Path file = folder.resolve("prompts");
    var random = new Random(4);
    var all = new ArrayList<int[]>();
    try (var prompts = new PromptCache(model, Long.MAX_VALUE);
        var loaded = new PromptCache(model, Long.MAX_VALUE)) {
      for (int i = 0; i < 12; i++) {
        all.add(with(prompt(random), 450 + i));
        use(prompts, all.getLast());
      }
      prompts.save(file);
      assertThat(file.toFile().length()).isBetween(prompts.bytes(), prompts.bytes() + 20_000);
      loaded.load(file);
      assertThat(loaded.size()).isEqualTo(prompts.size());
      assertThat(loaded.bytes()).isEqualTo(prompts.bytes());
      for (int[] one : all) assertThat(known(loaded, one)).isEqualTo(one.length);
    }
    try (var few = new PromptCache(model, 3 * pageBytes)) {
      few.load(file);
      assertThat(few.bytes()).isLessThanOrEqualTo(3 * pageBytes);
      int[] last = all.getLast();
      assertThat(known(few, last)).isEqualTo(Math.min(3 * PAGE, last.length));
    }
  }

  @Test
  void an_empty_tree_can_be_saved() {
    Path file = folder.resolve("empty");
    try (var prompts = new PromptCache(model, 0)) {
      prompts.save(file);
      prompts.load(file);
      assertThat(prompts.size()).isZero();
    }
  }

  @Test
  void a_broken_file_is_refused_and_changes_nothing() throws IOException {
    Path file = folder.resolve("broken");
    try (var prompts = new PromptCache(model, Long.MAX_VALUE)) {
      use(prompts, new int[] {1, 2, 3});
      prompts.save(file);
      byte[] bytes = Files.readAllBytes(file);
      for (int at : new int[] {0, 9, 40, 44, 48, 52, 56, 64, 68, bytes.length - 1}) {
        byte[] changed = bytes.clone();
        changed[at] ^= 0x21;
        Files.write(file, changed);
        assertThatThrownBy(() -> prompts.load(file)).isInstanceOf(CacheFileException.class);
      }
      assertThat(prompts.size()).isEqualTo(1);
    }
  }

  /// Beginnings repeat at random, so that trunks branch.
  private static int[] prompt(Random random) {
    int length = 1 + random.nextInt(200);
    var ids = new int[length];
    int branch = 0;
    for (int i = 0; i < length; i++) {
      if (i % 40 == 0) branch = 10 * branch + random.nextInt(2);
      ids[i] = 3 + (branch * 31 + i) % 400;
    }
    return ids;
  }

  private static int[] with(int[] tokens, int last) {
    int[] longer = Arrays.copyOf(tokens, tokens.length + 1);
    longer[tokens.length] = last;
    return longer;
  }

  private static int common(int[] a, int[] b) {
    int mismatch = Arrays.mismatch(a, b);
    return mismatch < 0 ? a.length : mismatch;
  }

  private static int known(PromptCache prompts, int[] prompt) {
    try (var cache = prompts.take(prompt)) {
      return cache.length();
    }
  }

  /// Reads a prompt and returns how much of it was known.
  private int use(PromptCache prompts, int[] prompt) {
    try (var cache = prompts.take(prompt)) {
      int known = cache.length();
      if (known < prompt.length) {
        int[] rest = Arrays.copyOfRange(prompt, known, prompt.length);
        model.forward(Batch.of(cache, rest, Batch.Wanted.NONE));
      }
      prompts.keep(cache);
      return known;
    }
  }
}
