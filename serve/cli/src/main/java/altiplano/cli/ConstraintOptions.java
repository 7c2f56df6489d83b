package altiplano.cli;

import altiplano.files.Json;
import altiplano.generation.Constraint;
import altiplano.generation.ConstraintException;
import altiplano.generation.GenerationOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/// What a generated text must be: at most one of these.
final class ConstraintOptions {
  @ArgGroup private Form form = new Form();

  static final class Form {
    @Option(names = "--json-schema", paramLabel = "FILE")
    Optional<Path> jsonSchema = Optional.empty();

    @Option(names = "--regex", paramLabel = "PATTERN")
    Optional<String> regex = Optional.empty();

    @Option(names = "--grammar", paramLabel = "FILE")
    Optional<Path> grammar = Optional.empty();

    @Option(names = "--choice", paramLabel = "TEXT")
    List<String> choices = new ArrayList<>();
  }

  /// Returns `options` under the constraint that was given, if any.
  GenerationOptions over(GenerationOptions options) {
    return constraint().map(options::withConstraint).orElse(options);
  }

  private Optional<Constraint> constraint() {
    if (form.jsonSchema.isPresent()) {
      Path file = form.jsonSchema.get();
      return Optional.of(
          named(file.toString(), () -> Constraint.jsonSchema(Json.parse(Inputs.bytes(file)))));
    }
    if (form.grammar.isPresent()) {
      Path file = form.grammar.get();
      return Optional.of(named(file.toString(), () -> Constraint.grammar(Inputs.text(file))));
    }
    if (form.regex.isPresent()) {
      return Optional.of(named("--regex", () -> Constraint.regex(form.regex.get())));
    }
    return form.choices.isEmpty()
        ? Optional.empty()
        : Optional.of(named("--choice", () -> Constraint.choice(form.choices)));
  }

  private interface Reader {
    Constraint read();
  }

  /// Says in which file or option the fault is.
  private static Constraint named(String source, Reader reader) {
    try {
      return reader.read();
    } catch (ConstraintException | Json.JsonException broken) {
      throw new CommandException(source + ": " + broken.getMessage(), broken);
    }
  }
}
