package altiplano.corpus.cli;

import altiplano.corpus.read.InputFile;
import altiplano.corpus.read.InputRow;
import altiplano.corpus.read.RowReader;
import altiplano.corpus.steps.RowPipeline;
import altiplano.corpus.steps.RowPipeline.Named;
import altiplano.corpus.steps.Step;
import altiplano.files.HuggingFaceTokenizer;
import altiplano.files.Json;
import altiplano.files.Metadata;
import altiplano.files.TiktokenVocabulary;
import altiplano.tokenizer.Tokenizer;
import altiplano.vocabulary.VocabularyTrainer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "train")
final class TrainVocabularyCommand implements Callable<Integer> {
  @Parameters(arity = "1..*", paramLabel = "FILE")
  private List<String> files = List.of();

  @Option(names = "--size", required = true, paramLabel = "N")
  private int size;

  @Option(names = "--output", required = true, paramLabel = "DIR")
  private Path output = Path.of("");

  @Option(names = "--json")
  private boolean json;

  @Option(names = "--quiet")
  private boolean quiet;

  @Override
  public Integer call() throws Exception {
    var trainer = new VocabularyTrainer(size);
    progress("counting pieces");
    forEachText(trainer::add);
    progress("merging pairs");
    Metadata vocabulary = trainer.train();
    Files.createDirectories(output);
    HuggingFaceTokenizer.write(vocabulary, output);
    TiktokenVocabulary.write(vocabulary, output.resolve("tokenizer.model"));
    Tokenizer tokenizer = Tokenizer.from(vocabulary, output);
    if (tokenizer.size() < size) {
      System.err.printf(
          "%s: the text is enough for %,d tokens, not for %,d; give more text for more%n",
          output, tokenizer.size(), size);
    }
    progress("measuring");
    var measured = new Measure(tokenizer);
    forEachText(measured::add);
    System.out.println(json ? measured.toJson().write() : measured.toText());
    return 0;
  }

  private void forEachText(Consumer<String> text) throws IOException {
    for (String pattern : files) {
      for (InputFile file : InputFile.expand(pattern)) {
        // What a page says, and not its tags.
        var plain = new RowPipeline(List.of(Named.of(new Step.HtmlToText())));
        try (var rows = new RowReader(file.path(), "text")) {
          while (rows.hasNext()) {
            switch (rows.next()) {
              case InputRow.Accepted(var document, _) ->
                  text.accept(plain.apply(document, (step, before, after) -> {}).document().text());
              case InputRow.Rejected(var path, long row, String reason, String start) ->
                  System.err.printf("%s: row %d is left out: %s%n", path, row, reason);
            }
          }
        }
      }
    }
  }

  private void progress(String message) {
    if (!quiet) System.err.println(message);
  }

  /// How well a vocabulary compresses the text it was made from.
  private static final class Measure {
    private final Tokenizer tokenizer;
    private long bytes;
    private long tokens;

    Measure(Tokenizer tokenizer) {
      this.tokenizer = tokenizer;
    }

    void add(String text) {
      bytes += text.getBytes(StandardCharsets.UTF_8).length;
      tokens += tokenizer.encode(text).length;
    }

    private double bytesPerToken() {
      return tokens == 0 ? 0 : (double) bytes / tokens;
    }

    Json toJson() {
      return Json.object()
          .put("size", tokenizer.size())
          .put("bytes", bytes)
          .put("tokens", tokens)
          .put("bytes_per_token", bytesPerToken())
          .end();
    }

    String toText() {
      return "%,d tokens in the vocabulary; %,d bytes are %,d tokens: %.3f bytes a token"
          .formatted(tokenizer.size(), bytes, tokens, bytesPerToken());
    }
  }
}
