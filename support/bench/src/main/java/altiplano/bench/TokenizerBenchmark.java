package altiplano.bench;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import altiplano.files.PieceSplit;
import altiplano.files.TiktokenVocabulary;
import altiplano.tokenizer.Tokenizer;
import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import com.knuddels.jtokkit.api.GptBytePairEncodingParams;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/// Text to ids, one document after another on one thread: the counter `megabytes` is MB/s.
///
/// All engines but `JTOKKIT_CL100K` use Llama 3's vocabulary and pattern, and their ids are
/// compared before anything is timed. jtokkit has a scanner of its own for OpenAI's vocabularies
/// and falls back on a regular expression for others, so that its own cl100k_base (100k tokens,
/// nearly the same pattern) stands beside.
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@State(Scope.Thread)
public class TokenizerBenchmark {
  /// Whose encoder is measured.
  public enum Engine {
    ALTIPLANO,
    HUGGING_FACE,
    JTOKKIT,
    JTOKKIT_CL100K
  }

  /// Encodes one text.
  private interface Encode {
    Object ids(String text);
  }

  /// What was encoded.
  @AuxCounters
  @State(Scope.Thread)
  public static class Counters {
    public double megabytes;

    @Setup(Level.Iteration)
    public void reset() {
      megabytes = 0;
    }
  }

  @Param public Engine engine = Engine.ALTIPLANO;

  @Param({"CHINESE", "ENGLISH"})
  public String language = "ENGLISH";

  private List<String> documents = List.of();
  private double megabytes;
  private Encode encode = text -> text;

  @Setup
  public void open() throws IOException {
    documents = SampleText.valueOf(language).documents();
    long bytes = 0;
    for (String text : documents) bytes += text.getBytes(StandardCharsets.UTF_8).length;
    megabytes = bytes / 1e6;
    Path vocabulary = Path.of("../shared/llama3/tokenizer.model");
    Tokenizer altiplano = Tokenizer.open(vocabulary);
    switch (engine) {
      case ALTIPLANO -> encode = altiplano::encode;
      case HUGGING_FACE -> {
        HuggingFaceTokenizer huggingFace = huggingFace(vocabulary);
        for (String text : documents) {
          check(text, altiplano.encode(text), huggingFace.encode(text, false, false).getIds());
        }
        encode = text -> huggingFace.encode(text, false, false);
      }
      case JTOKKIT -> {
        Encoding jtokkit = jtokkit(vocabulary);
        for (String text : documents) {
          int[] ids = jtokkit.encodeOrdinary(text).toArray();
          check(text, altiplano.encode(text), Arrays.stream(ids).asLongStream().toArray());
        }
        encode = jtokkit::encodeOrdinary;
      }
      case JTOKKIT_CL100K -> {
        Encoding jtokkit =
            Encodings.newDefaultEncodingRegistry().getEncoding(EncodingType.CL100K_BASE);
        encode = jtokkit::encodeOrdinary;
      }
    }
  }

  @Benchmark
  public void encode(Counters counters, Blackhole ids) {
    for (String text : documents) ids.consume(encode.ids(text));
    counters.megabytes += megabytes;
  }

  private static HuggingFaceTokenizer huggingFace(Path vocabulary) throws IOException {
    Path folder = Files.createTempDirectory("tokenizer");
    altiplano.files.HuggingFaceTokenizer.write(TiktokenVocabulary.read(vocabulary), folder);
    return HuggingFaceTokenizer.newInstance(
        folder.resolve("tokenizer.json"), Map.of("truncation", "false", "padding", "false"));
  }

  private static Encoding jtokkit(Path vocabulary) throws IOException {
    var ranks = new IdentityHashMap<byte[], Integer>();
    for (String line : Files.readAllLines(vocabulary)) {
      int space = line.indexOf(' ');
      byte[] token = Base64.getDecoder().decode(line.substring(0, space));
      ranks.put(token, Integer.valueOf(line.substring(space + 1)));
    }
    var registry = Encodings.newDefaultEncodingRegistry();
    Pattern pattern = Pattern.compile(PieceSplit.LLAMA3.regex(), Pattern.UNICODE_CHARACTER_CLASS);
    registry.registerGptBytePairEncoding(
        new GptBytePairEncodingParams("llama3", pattern, ranks, Map.of()));
    return registry.getEncoding("llama3").orElseThrow();
  }

  private static void check(String text, int[] ours, long[] theirs) {
    for (int i = 0; i < ours.length; i++) {
      if (ours.length != theirs.length || ours[i] != theirs[i]) {
        throw new IllegalStateException("ids differ at " + i + " of " + text);
      }
    }
  }
}
