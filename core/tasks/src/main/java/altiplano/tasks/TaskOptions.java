package altiplano.tasks;

import java.time.Duration;
import java.util.Optional;

/// How a task is done.
///
/// @param language of the prompt; found from the text where it is absent
/// @param timeout after which the task ends with a [TaskCancelledException]
public record TaskOptions(Optional<Language> language, Optional<Duration> timeout) {
  public static final TaskOptions DEFAULT = new TaskOptions(Optional.empty(), Optional.empty());

  public TaskOptions withLanguage(Language language) {
    return new TaskOptions(Optional.of(language), timeout);
  }

  public TaskOptions withTimeout(Duration timeout) {
    return new TaskOptions(language, Optional.of(timeout));
  }

  Language languageFor(String text) {
    return language.orElseGet(() -> Language.of(text));
  }
}
