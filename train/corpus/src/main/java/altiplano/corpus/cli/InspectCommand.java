package altiplano.corpus.cli;

import altiplano.shards.Shards;
import altiplano.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(name = "inspect")
final class InspectCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it before the command runs
  private CommandSpec spec;

  @Parameters(paramLabel = "SHARDS")
  private Path folder = Path.of("");

  @Option(names = "--document", paramLabel = "K")
  private long document = -1;

  @Option(names = "--split", paramLabel = "NAME")
  private String split = "train";

  @Override
  public Integer call() throws Exception {
    try (Shards shards = Shards.open(folder, split)) {
      if (document < 0) {
        System.out.println(shards.manifest().toJson().writeIndented());
        return 0;
      }
      if (document >= shards.documents()) {
        throw new ParameterException(
            spec.commandLine(),
            "--document %d: %s has the documents 0 to %d"
                .formatted(document, split, shards.documents() - 1));
      }
      Shards.StoredDocument found = shards.document(document);
      var vocabulary = Tokenizer.open(folder.resolve(shards.manifest().vocabulary().file()));
      System.err.printf(
          "document %d of %s: %s, %d tokens in %d pieces%n",
          document,
          split,
          shards.manifest().sources().get(found.source()).name(),
          found.tokens().length,
          found.parts());
      System.out.println(vocabulary.decode(found.tokens()));
    }
    return 0;
  }
}
