package altiplano.corpus.cli;

import altiplano.corpus.augment.Masking;
import altiplano.corpus.augment.Masking.Masked;
import altiplano.corpus.augment.Masking.Style;
import altiplano.corpus.steps.Units;
import altiplano.files.Json;
import altiplano.shards.Sequence;
import altiplano.shards.Shards;
import altiplano.tokenizer.Tokenizer;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(name = "mask")
final class MaskCommand implements Callable<Integer> {
  private static final int MOST_SENTINELS = 200;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it before the command runs
  private CommandSpec spec;

  @Parameters(paramLabel = "SHARDS")
  private Path folder = Path.of("");

  @Option(names = "--output", required = true, paramLabel = "FILE")
  private Path output = Path.of("");

  @Option(names = "--style", paramLabel = "token|span|infill")
  private Style style = Style.TOKEN;

  @Option(names = "--share", paramLabel = "SHARE")
  private double share = 0.15;

  @Option(names = "--split", paramLabel = "NAME")
  private String split = "train";

  @Option(names = "--seed", paramLabel = "N")
  private long seed = 1;

  @Option(names = "--quiet")
  private boolean quiet;

  @Override
  public Integer call() throws Exception {
    if (!(share > 0 && share < 1)) {
      throw new ParameterException(
          spec.commandLine(), "--share " + share + ": give a share above 0 and below 1");
    }
    try (Shards shards = Shards.open(folder, split)) {
      var vocabulary = Tokenizer.open(folder.resolve(shards.manifest().vocabulary().file()));
      Path whole = output.toAbsolutePath();
      Path temporary = whole.resolveSibling("." + whole.getFileName() + ".tmp");
      try {
        long pieces;
        try (BufferedWriter out = Files.newBufferedWriter(temporary)) {
          pieces = write(shards, vocabulary, out);
        }
        Files.move(
            temporary, whole, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        if (!quiet) System.err.printf("%,d rows: %s%n", pieces, output);
      } finally {
        Files.deleteIfExists(temporary);
      }
    }
    return 0;
  }

  /// A row for each piece of a document: spans never reach from one document into the next.
  private long write(Shards shards, Tokenizer vocabulary, BufferedWriter out) throws IOException {
    var masking =
        new Masking(share, mask(vocabulary), vocabulary.size() - vocabulary.specialTokens().size());
    var fixed = new ArrayList<Integer>(vocabulary.endIds());
    vocabulary.beginOfText().ifPresent(fixed::add);
    vocabulary.specialId("<|end_of_text|>").ifPresent(fixed::add);
    List<Integer> sentinels = sentinels(vocabulary);
    int end = vocabulary.specialId("<|end_of_text|>").orElseGet(() -> fixed.getFirst());
    long rows = 0;
    for (long number = 0; number < shards.sequences(); number++) {
      Sequence sequence = shards.sequence(number);
      for (Sequence.Piece piece : sequence.pieces()) {
        int[] tokens =
            Arrays.copyOfRange(sequence.tokens(), piece.start(), piece.start() + piece.length());
        var random = new SplittableRandom(Units.mix(seed ^ Units.mix(rows + 1)));
        Masked masked =
            style == Style.INFILL
                ? masking.infill(tokens, sentinels, end, fixed, random)
                : masking.hide(tokens, style, fixed, random);
        out.write(
            Json.object()
                .put("input", numbers(masked.input()))
                .put(style == Style.INFILL ? "target" : "labels", numbers(masked.labels()))
                .put("sequence", number)
                .end()
                .write());
        out.write('\n');
        rows++;
      }
    }
    return rows;
  }

  /// As training chooses it (`masked_token`).
  private int mask(Tokenizer vocabulary) {
    return Stream.of("<|mask|>", "<|reserved_special_token_0|>", "<|finetune_right_pad_id|>")
        .flatMapToInt(name -> vocabulary.specialId(name).stream())
        .findFirst()
        .orElseThrow(() ->
            new IllegalStateException(
                "%s: the vocabulary has no special token to hide places with. Use one of `tokenizer train`."
                    .formatted(folder)));
  }

  /// Reserved tokens from the second on; the first is the mask.
  private List<Integer> sentinels(Tokenizer vocabulary) {
    var ids = new ArrayList<Integer>();
    for (int i = 1; i <= MOST_SENTINELS; i++) {
      vocabulary.specialId("<|reserved_special_token_%d|>".formatted(i)).ifPresent(ids::add);
    }
    if (ids.isEmpty() && style == Style.INFILL) {
      throw new IllegalStateException(
          "%s: the vocabulary has no reserved special tokens for --style %s. Use --style span."
              .formatted(folder, style.name().toLowerCase(Locale.ROOT)));
    }
    return ids;
  }

  private static Json numbers(int[] ids) {
    return new Json.ArrayValue(Arrays.stream(ids).<Json>mapToObj(Json::of).toList());
  }
}
