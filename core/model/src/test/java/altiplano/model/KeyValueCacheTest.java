package altiplano.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import altiplano.kernels.CacheType;
import altiplano.model.Batch.Wanted;
import altiplano.tensor.ElementType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(Lifecycle.PER_CLASS)
class KeyValueCacheTest {
  private static final int PAGE_BYTES = 2 * 3 * 2 * 64 * 16 * Float.BYTES;

  @TempDir Path folder;

  private LlamaModel model;
  private int[] tokens;

  @BeforeAll
  void openModel() {
    model = ForwardTest.open(RandomModel.of(TestConfigs.LLAMA, ElementType.F32, 1), 2);
    tokens = ForwardTest.tokens(model.config(), 150, 1);
  }

  @AfterAll
  void closeModel() {
    model.close();
  }

  @Test
  void memory_grows_with_use() {
    try (var cache = model.newCache()) {
      assertThat(cache.bytes()).isZero();
      read(cache, 0, 1);
      assertThat(cache.bytes()).isEqualTo(PAGE_BYTES);
      read(cache, 1, 64);
      assertThat(cache.bytes()).isEqualTo(PAGE_BYTES);
      read(cache, 64, 65);
      assertThat(cache.bytes()).isEqualTo(2 * PAGE_BYTES);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 63, 64, 65, 100, 128})
  void a_truncated_sequence_goes_on_as_a_fresh_one_would(int kept) {
    try (var cache = model.newCache()) {
      read(cache, 0, 150);
      cache.truncate(kept);
      assertThat(cache.length()).isEqualTo(kept);
      assertThat(cache.tokens()).isEqualTo(Arrays.copyOf(tokens, kept));
      float[] fresh = fresh(kept, 150);
      float[] actual = read(cache, kept, 150);
      for (int i = 0; i < fresh.length; i++) {
        assertThat(actual[i]).isCloseTo(fresh[i], within(2e-4f));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 63, 64, 65, 100})
  void a_fork_and_its_origin_go_their_own_ways(int shared) {
    int[] other = tokens.clone();
    other[shared] = (tokens[shared] + 1) % model.config().vocabulary();
    try (var origin = model.newCache()) {
      read(origin, 0, shared);
      try (var fork = origin.fork()) {
        float[] forked = logits(fork, Arrays.copyOfRange(other, shared, 130));
        assertThat(read(origin, shared, 130)).isEqualTo(fresh(shared, 130));
        try (var alone = model.newCache()) {
          logits(alone, Arrays.copyOf(other, shared));
          assertThat(forked).isEqualTo(logits(alone, Arrays.copyOfRange(other, shared, 130)));
        }
      }
      assertThat(origin.length()).isEqualTo(130);
    }
  }

  @Test
  void forks_share_memory_until_they_write() {
    try (var small = openWith(3 * PAGE_BYTES, 5);
        var origin = small.newCache()) {
      small.forward(Batch.of(origin, Arrays.copyOf(tokens, 128), Wanted.NONE));
      try (var fork = origin.fork()) {
        assertThat(fork.bytes()).isEqualTo(2 * PAGE_BYTES);
        small.forward(Batch.of(fork, new int[] {1}, Wanted.NONE));
        assertThatThrownBy(() -> small.forward(Batch.of(origin, new int[] {1}, Wanted.NONE)))
            .isInstanceOf(InsufficientMemoryException.class)
            .hasMessageStartingWith("key-value caches beside the weights: 192.00 KiB needed");
        assertThat(origin.length()).isEqualTo(128);
      }
      small.forward(Batch.of(origin, new int[] {1}, Wanted.NONE));
    }
  }

  @ParameterizedTest
  @EnumSource(CacheType.class)
  void a_saved_sequence_goes_on_where_it_stood(CacheType type) {
    var options = ForwardTest.options(2).withCache(type);
    var file = folder.resolve("sequence-" + type);
    try (var first = LlamaModel.of(random(1), options);
        var cache = first.newCache()) {
      first.forward(Batch.of(cache, Arrays.copyOf(tokens, 100), Wanted.NONE));
      cache.save(file);
      try (var second = LlamaModel.of(random(1), options);
          var loaded = second.loadCache(file)) {
        assertThat(loaded.tokens()).isEqualTo(Arrays.copyOf(tokens, 100));
        assertThat(second.forward(Batch.of(loaded, new int[] {7}, Wanted.LAST)).row(0))
            .isEqualTo(first.forward(Batch.of(cache, new int[] {7}, Wanted.LAST)).row(0));
      }
    }
  }

  @Test
  void an_empty_sequence_can_be_saved() {
    var file = folder.resolve("empty");
    try (var cache = model.newCache()) {
      cache.save(file);
      try (var loaded = model.loadCache(file)) {
        assertThat(loaded.length()).isZero();
      }
    }
  }

  @Test
  void a_sequence_of_another_model_is_refused() {
    var file = folder.resolve("other");
    try (var other = LlamaModel.of(random(2), ForwardTest.options(1));
        var cache = other.newCache()) {
      other.forward(Batch.of(cache, tokens, Wanted.NONE));
      cache.save(file);
    }
    assertThatThrownBy(() -> model.loadCache(file))
        .isInstanceOf(CacheFileException.class)
        .hasMessage(
            file
                + ": it is of another model or another cache type."
                + " Compute the sequence again and save it.");
  }

  @Test
  void a_broken_file_is_refused_wherever_it_breaks() throws IOException {
    var whole = folder.resolve("whole");
    try (var cache = model.newCache()) {
      read(cache, 0, 70);
      cache.save(whole);
    }
    byte[] bytes = Files.readAllBytes(whole);
    var broken = folder.resolve("broken");
    for (int at : new int[] {0, 8, 40, 43, 44, 330, bytes.length / 2, bytes.length - 1}) {
      byte[] changed = bytes.clone();
      changed[at] ^= 0x40;
      Files.write(broken, changed);
      assertThatThrownBy(() -> model.loadCache(broken)).isInstanceOf(CacheFileException.class);
    }
    for (int length : new int[] {0, 7, 40, 51, 52, 1000, bytes.length - 1}) {
      Files.write(broken, Arrays.copyOf(bytes, length));
      assertThatThrownBy(() -> model.loadCache(broken)).isInstanceOf(CacheFileException.class);
    }
  }

  @Test
  void a_closed_sequence_says_so() {
    var cache = model.newCache();
    cache.close();
    cache.close();
    assertThatThrownBy(() -> read(cache, 0, 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the key-value cache is closed");
  }

  private float[] fresh(int from, int to) {
    try (var cache = model.newCache()) {
      if (from > 0) read(cache, 0, from);
      return read(cache, from, to);
    }
  }

  private float[] read(KeyValueCache cache, int from, int to) {
    return logits(cache, Arrays.copyOfRange(tokens, from, to));
  }

  private float[] logits(KeyValueCache cache, int[] tokens) {
    return model.forward(Batch.of(cache, tokens, Wanted.LAST)).row(0);
  }

  private static RandomModel random(long seed) {
    return RandomModel.of(TestConfigs.LLAMA, ElementType.F32, seed);
  }

  /// Opens a model that has room for so many bytes of caches.
  private static LlamaModel openWith(long cacheBytes, long seed) {
    long weights;
    try (var whole = LlamaModel.of(random(seed), ForwardTest.options(1))) {
      weights = whole.memory().total(0);
    }
    return LlamaModel.of(
        random(seed), ForwardTest.options(1).withMemoryBytes(weights + cacheBytes));
  }
}
