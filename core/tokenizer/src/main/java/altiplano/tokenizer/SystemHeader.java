package altiplano.tokenizer;

import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The lines that Llama 3.1 expects at the top of a system message: which tools there are, and what
/// day it is.
///
/// ```
/// Environment: ipython
/// Tools: brave_search, wolfram_alpha
/// Cutting Knowledge Date: December 2023
/// Today Date: 26 Jul 2024
///
/// You answer questions.
/// ```
///
/// @param ipython whether the model may run Python and open calls with `<|python_tag|>`
/// @param builtInTools `brave_search`, `wolfram_alpha`; only with `ipython`
/// @param today adds the two date lines
public record SystemHeader(boolean ipython, List<String> builtInTools, Optional<LocalDate> today) {
  /// No lines at all.
  public static final SystemHeader NONE = new SystemHeader(false, List.of(), Optional.empty());

  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("dd MMM yyyy", Locale.US);

  public SystemHeader {
    builtInTools = List.copyOf(builtInTools);
    if (!ipython && !builtInTools.isEmpty()) {
      throw new IllegalArgumentException("built-in tools need the ipython environment");
    }
  }

  /// Only the two date lines.
  public static SystemHeader dated(LocalDate today) {
    return new SystemHeader(false, List.of(), Optional.of(today));
  }

  /// Returns the body of a system message: these lines, then `instruction`, which may be empty.
  public String above(String instruction) {
    var body = new StringBuilder();
    if (ipython) {
      body.append("Environment: ipython");
      if (!builtInTools.isEmpty()) body.append("\nTools: ").append(String.join(", ", builtInTools));
      // As published: the tools' line is closed by one break, the environment alone by an empty
      // line.
      boolean more = today.isPresent() || !instruction.isEmpty();
      if (!builtInTools.isEmpty()) body.append(today.isEmpty() && more ? "\n\n" : "\n");
      else if (more) body.append("\n\n");
    }
    today.ifPresent(day ->
        body.append("Cutting Knowledge Date: December 2023\nToday Date: ")
            .append(DAY.format(day))
            .append("\n\n"));
    return body.append(instruction).toString();
  }
}
