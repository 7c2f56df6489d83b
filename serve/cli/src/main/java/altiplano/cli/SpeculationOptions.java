package altiplano.cli;

import altiplano.generation.DraftModel;
import altiplano.generation.Drafter;
import altiplano.generation.PromptLookup;
import altiplano.model.LlamaModel;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine.Option;

/// Whether, and by what, tokens are guessed ahead.
final class SpeculationOptions {
  /// Tokens of a text's end that prompt lookup looks for.
  private static final int LOOKUP_LENGTH = 3;

  @Option(names = "--speculate", paramLabel = "off|lookup|DRAFT_MODEL", defaultValue = "off")
  private String speculate;

  /// Where guesses come from, for any number of texts one after another.
  static final class Source implements AutoCloseable {
    private final boolean lookup;
    private final LlamaModel target;
    private final Optional<LlamaModel> draft;

    private Source(boolean lookup, LlamaModel target, Optional<LlamaModel> draft) {
      this.lookup = lookup;
      this.target = target;
      this.draft = draft;
    }

    /// Returns whether anything is guessed.
    boolean guesses() {
      return lookup || draft.isPresent();
    }

    /// Returns a drafter for one text.
    Drafter drafter() {
      if (draft.isPresent()) return new DraftModel(draft.get(), target);
      return lookup ? new PromptLookup(LOOKUP_LENGTH) : (_, _) -> new int[0];
    }

    @Override
    public void close() {
      draft.ifPresent(LlamaModel::close);
    }
  }

  /// Opens what guesses for a model.
  ///
  /// @param open opens a model by its name
  Source open(LlamaModel target, Function<String, LlamaModel> open) {
    return switch (speculate) {
      case "off" -> new Source(false, target, Optional.empty());
      case "lookup" -> new Source(true, target, Optional.empty());
      default -> {
        var draft = open.apply(speculate);
        try {
          new DraftModel(draft, target).close();
        } catch (IllegalArgumentException unlike) {
          draft.close();
          throw new CommandException(
              "--speculate %s: %s. Choose a smaller model of the same family."
                  .formatted(speculate, unlike.getMessage()),
              unlike);
        }
        yield new Source(false, target, Optional.of(draft));
      }
    };
  }
}
