package altiplano.corpus.steps;

import altiplano.corpus.Document;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;

/// Steps that look at one document at a time, one behind the other. Not thread-safe.
public final class RowPipeline {
  private final List<String> names;
  private final List<RowStep> steps;

  /// Makes the steps ready.
  ///
  /// @param named at most 64
  public RowPipeline(List<Named> named) {
    if (named.size() > Long.SIZE) {
      throw new IllegalArgumentException(
          "%d steps in a row, the limit is 64".formatted(named.size()));
    }
    this.names = named.stream().map(Named::name).toList();
    this.steps = named.stream().map(step -> step.maker().start()).toList();
  }

  /// A step that travels to where documents are.
  public record Named(String name, Maker maker) implements Serializable {
    public static Named of(Step.OneDocument step) {
      return new Named(step.name(), step::start);
    }
  }

  /// Makes a step ready for one thread.
  public interface Maker extends Serializable {
    RowStep start();
  }

  /// What became of a document.
  ///
  /// @param document as the last step that saw it left it
  /// @param removal empty if it went through
  /// @param changed bit `i` is set if step `i` changed the text
  public record Trace(Document document, Optional<Removal> removal, long changed) {}

  /// Why a document ended.
  ///
  /// @param step that removed the document
  public record Removal(String step, String why) {}

  /// Hears of each text that a step changed.
  public interface ChangeListener {
    void changed(int step, String before, String after);
  }

  public Trace apply(Document document, ChangeListener listener) {
    long changed = 0;
    Document current = document;
    for (int i = 0; i < steps.size(); i++) {
      switch (steps.get(i).apply(current)) {
        case Outcome.Removed(String why) -> {
          return new Trace(current, Optional.of(new Removal(names.get(i), why)), changed);
        }
        case Outcome.Kept(Document next) -> {
          if (!next.text().equals(current.text())) {
            changed |= 1L << i;
            listener.changed(i, current.text(), next.text());
          }
          current = next;
        }
      }
    }
    return new Trace(current, Optional.empty(), changed);
  }
}
