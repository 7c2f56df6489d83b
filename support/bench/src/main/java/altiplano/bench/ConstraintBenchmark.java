package altiplano.bench;

import altiplano.files.Json;
import altiplano.generation.Constraint;
import altiplano.generation.ConstraintState;
import altiplano.generation.JsonLayout;
import altiplano.tokenizer.Tokenizer;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// What a constraint costs with Llama 3's vocabulary of 128,256 tokens, on one thread.
///
/// `compile` is once a constraint. `firstMask` is a token of the first text under it: masks are
/// computed, and kept. `knownMask` is a token of every later text that takes the same way. The
/// counters are milliseconds of the thread's processor time a mask, which a busy machine changes
/// little: `mean`, and `slowest` of an iteration.
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@State(Scope.Thread)
public class ConstraintBenchmark {
  private static final int TOKENS = 16;

  /// What is asked for, and a text of at least 16 tokens that has the form.
  public enum Form {
    /// A record of a visit, as `tasks` asks for it.
    RECORD(
        () ->
            schema(
                """
                {"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer",
                "minimum":0,"maximum":150},"complaint":{"type":"string"},"since":{"type":"string",
                "format":"date"},"drugs":{"type":"array","items":{"type":"string"}}},
                "required":["name","age","complaint","since","drugs"]}\
                """),
        "{\"name\":\"Ann\",\"age\":45,\"complaint\":\"headache for three days\",\"since\":\"2026-03-01\",\"drugs\":[]}"),
    /// Any JSON.
    JSON(
        Constraint::json,
        "{\"a\":[1,2.5,{\"b\":null}],\"text\":\"some words in a string\",\"c\":true}"),
    /// A string of bounded length.
    BOUNDED_STRING(
        () -> schema("{\"type\":\"string\",\"maxLength\":2000}"),
        "\"This is a longer text that is written into a field whose length is bounded above.\""),
    /// A bounded number of letters of any script.
    LETTERS(
        () -> Constraint.regex("[\\p{L} ]{1,200}"),
        "This is a longer text that is written in letters and spaces only and it goes on and on"),
    /// A pattern as of telephone numbers and identity cards.
    PATTERN(
        () -> Constraint.regex("([0-9]{4}-){8}[0-9]{4}"),
        "1234-5678-1234-5678-1234-5678-1234-5678-1234"),
    /// A recursive grammar.
    GRAMMAR(
        () ->
            Constraint.grammar(
                "root ::= term ([-+*/] term)*\nterm ::= [0-9]+ | \"(\" root \")\"\n"),
        "(12+34)*(5-(6/7))+(8*(9+10))-(11*(12+13))"),
    /// A hundred labels.
    CHOICE(
        () ->
            Constraint.choice(
                IntStream.range(0, 100)
                    .mapToObj(i ->
                        "label number "
                            + i
                            + " of the hundred that may be chosen from here on out, no more")
                    .toList()),
        "label number 42 of the hundred that may be chosen from here on out, no more");

    @SuppressWarnings("ImmutableEnumChecker") // never written to
    private final Supplier<Constraint> make;

    private final String text;

    Form(Supplier<Constraint> make, String text) {
      this.make = make;
      this.text = text;
    }

    private static Constraint schema(String schema) {
      return Constraint.jsonSchema(Json.parse(schema), JsonLayout.COMPACT);
    }
  }

  /// The masks of an iteration.
  @AuxCounters(AuxCounters.Type.EVENTS)
  @State(Scope.Thread)
  public static class Masks {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    public double slowest;
    private double total;
    private long count;

    @Setup(Level.Iteration)
    public void reset() {
      slowest = 0;
      total = 0;
      count = 0;
    }

    public double mean() {
      return count == 0 ? 0 : total / count;
    }

    private void time(Runnable mask) {
      long started = THREADS.getCurrentThreadCpuTime();
      mask.run();
      double millis = (THREADS.getCurrentThreadCpuTime() - started) / 1e6;
      slowest = Math.max(slowest, millis);
      total += millis;
      count++;
    }
  }

  /// A constraint whose masks are not known yet.
  @State(Scope.Thread)
  public static class Fresh {
    private Constraint constraint = Constraint.json();

    @Setup(Level.Invocation)
    public void make(ConstraintBenchmark benchmark) {
      constraint = benchmark.form.make.get();
    }
  }

  @Param public Form form = Form.RECORD;

  @SuppressWarnings("NullAway.Init") // by prepare()
  private Tokenizer tokenizer;

  private float[] logits = {};
  private int[] ids = {};
  private Constraint known = Constraint.json();

  @Setup
  public void prepare() {
    tokenizer = Tokenizer.open(Path.of("../shared/llama3/tokenizer.model"));
    logits = new float[tokenizer.size()];
    int[] all = tokenizer.encode(form.text);
    if (all.length < TOKENS) {
      throw new IllegalStateException(form + ": its text has only " + all.length + " tokens");
    }
    ids = Arrays.copyOf(all, TOKENS);
    known = form.make.get();
    walk(known, new Masks());
  }

  @Benchmark
  public List<Object> compile() {
    var constraint = form.make.get();
    return List.of(constraint, constraint.start(tokenizer));
  }

  @Benchmark
  @OperationsPerInvocation(TOKENS)
  public ConstraintState firstMask(Fresh fresh, Masks masks) {
    return walk(fresh.constraint, masks);
  }

  @Benchmark
  @OperationsPerInvocation(TOKENS)
  public ConstraintState knownMask(Masks masks) {
    return walk(known, masks);
  }

  private ConstraintState walk(Constraint constraint, Masks masks) {
    var state = constraint.start(tokenizer);
    for (int id : ids) {
      var here = state;
      masks.time(() -> here.mask(logits));
      if (logits[id] != 0) throw new IllegalStateException("token " + id + " is masked");
      state = state.after(id);
      Arrays.fill(logits, 0);
    }
    return state;
  }
}
