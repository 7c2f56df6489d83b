package altiplano.training.run;

import static org.assertj.core.api.Assertions.assertThat;

import altiplano.model.LlamaConfig;
import altiplano.model.LlamaConfig.Positions;
import altiplano.testing.Shared;
import altiplano.training.data.DataFiles;
import altiplano.training.data.Packed;
import altiplano.training.data.Rows;
import altiplano.training.model.LlamaTrainingModel;
import altiplano.training.model.Parameters;
import altiplano.training.model.Precision;
import altiplano.training.objective.Backward;
import altiplano.training.objective.TokenLoss;
import altiplano.training.recipe.Recipe;
import altiplano.training.torch.Ops;
import altiplano.training.torch.Scope;
import altiplano.training.torch.Torch;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What docs/training.md says of memory and padding, measured: `./build test -pl train/training -am
/// -Dtest=EfficiencyTest -Djunit.excludedTags=none`.
@Tag("slow")
class EfficiencyTest {
  @TempDir private Path work = Path.of("");

  @Test
  void native_memory_is_flat_over_2000_steps() throws IOException {
    var memory = new MemoryBySteps();
    var out = new PrintStream(memory, true, StandardCharsets.UTF_8);
    Path file = recipe();
    var recipe = Recipe.read(file, List.of());
    var folder = RunFolder.create(file, List.of(), recipe.output());
    var session = new Session(recipe, folder, new ProgressBar(out, true, recipe.steps()));
    assertThat(session.open().run()).isTrue();
    System.err.println("resident KiB after steps 500, 1000, 1500, 2000: " + memory.resident);
    assertThat(memory.resident).hasSize(4);
    assertThat(memory.resident.getLast() - memory.resident.getFirst()).isLessThan(16 * 1024);
  }

  /// Reads the process's resident memory at every 500th line of the bar.
  private static final class MemoryBySteps extends OutputStream {
    private final List<Long> resident = new ArrayList<>();
    private int lines;

    @Override
    public void write(int b) {
      if (b != '%') return; // "of peak": once a step
      lines++;
      if (lines % 500 != 0) return;
      try (var status = Files.lines(Path.of("/proc/self/status"))) {
        resident.add(
            status
                .filter(line -> line.startsWith("VmRSS"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .sum());
      } catch (IOException failed) {
        throw new java.io.UncheckedIOException(failed);
      }
    }
  }

  private Path recipe() throws IOException {
    var rows =
        IntStream.range(0, 400)
            .mapToObj(i -> "{\"text\":\"%s %d\"}".formatted("a text of its own ".repeat(i % 9), i))
            .toList();
    Path data = Files.write(work.resolve("texts.jsonl"), rows);
    return Files.writeString(
        work.resolve("recipe.yaml"),
        """
        steps: 2000
        output: %s
        threads: 1
        data: %s
        dropout: 0.1
        vocabulary: {file: %s}
        model: {width: 32, layers: 2, heads: 2, key_value_heads: 1, context: 128}
        batch: {tokens: 128, micro: 64, length: 64}
        checkpoint: {every: 1000, keep: 1}
        objectives:
          next_token: {weight: 1}
          masked_token: {weight: 1}
          pairs: {kind: contrastive, source: dropout, pairs: 4, weight: 1}
        """
            .formatted(work.resolve("run"), data, Shared.path("fixtures/tiny-hf")));
  }

  @Test
  void batches_without_padding_take_less_time_than_padded_ones() throws IOException {
    Path file = Shared.path("data/text-zh-misc.jsonl.xz");
    var texts = new ArrayList<int[]>();
    DataFiles.read(
        file,
        row -> {
          if (row.line() % 97 != 0) return;
          Rows.sentence(row).ifPresent(text -> texts.add(codes(text)));
        });
    Torch.threads(1, false);
    var config =
        new LlamaConfig(
            192,
            4,
            3,
            1,
            64,
            512,
            2048,
            512,
            1e-5f,
            new Positions.Rotary(500_000, Optional.empty()),
            LlamaConfig.Normalization.RMS_NORM,
            LlamaConfig.Activation.SWIGLU,
            true,
            true,
            1);
    var model =
        new LlamaTrainingModel(
            config, Parameters.initial(config, 1), Precision.BFLOAT16, 0, false, Optional.empty());
    int real = texts.stream().mapToInt(text -> text.length).sum();
    long free = Long.MAX_VALUE;
    long padded = Long.MAX_VALUE;
    for (int round = 0; round < 3; round++) {
      free = Math.min(free, cpuNanos(model, texts, false));
      padded = Math.min(padded, cpuNanos(model, texts, true));
    }
    System.err.printf(
        "%,d texts, %,d tokens a CPU-second: %,.0f without padding, %,.0f padded (%.2f times)%n",
        texts.size(), real, real * 1e9 / free, real * 1e9 / padded, (double) padded / free);
    assertThat(free).isLessThan(padded);
  }

  /// One id a character: lengths as in the text, whatever the vocabulary.
  private static int[] codes(String text) {
    return text.codePoints().limit(256).map(code -> code % 2048).toArray();
  }

  private static long cpuNanos(LlamaTrainingModel model, List<int[]> texts, boolean pad) {
    var threads = ManagementFactory.getThreadMXBean();
    long start = threads.getCurrentThreadCpuTime();
    for (int from = 0; from < texts.size(); from += 32) {
      var batch = texts.subList(from, Math.min(texts.size(), from + 32));
      int longest = batch.stream().mapToInt(text -> text.length).max().orElse(0);
      var inputs = new ArrayList<int[]>();
      var targets = new ArrayList<long[]>();
      for (int[] text : batch) {
        inputs.add(pad ? Arrays.copyOf(text, longest) : text);
        var target = new long[pad ? longest : text.length];
        Arrays.fill(target, Ops.IGNORED);
        for (int i = 0; i + 1 < text.length; i++) target[i] = text[i + 1];
        targets.add(target);
      }
      var packed = Packed.of(inputs);
      try (var _ = Scope.training()) {
        model.newGraph(0);
        TokenLoss.PLAIN.of(
            model, model.hidden(packed, true), packed.arrange(targets), Backward.through(model, 1));
      }
      model.parameters().clearGradients();
    }
    return threads.getCurrentThreadCpuTime() - start;
  }
}
