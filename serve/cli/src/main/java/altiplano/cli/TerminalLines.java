package altiplano.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jline.reader.Candidate;
import org.jline.reader.Completer;
import org.jline.reader.CompletingParsedLine;
import org.jline.reader.EOFError;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.ParsedLine;
import org.jline.reader.Parser;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;
import org.jline.terminal.Terminal.Signal;
import org.jline.terminal.TerminalBuilder;
import org.jline.utils.Signals;

/// Turns that are typed: with history, completion of commands, and turns of several lines. Works in
/// a dumb terminal too. The only class that knows JLine, so that no other command loads it.
final class TerminalLines implements ChatLines {
  private static final String PROMPT = "> ";
  private static final String MORE = "… ";

  /// Around a turn of several lines.
  private static final String QUOTES = "\"\"\"";

  private final Terminal terminal;
  private final LineReader reader;
  private final Runnable atInterrupt;

  /// @param history file that keeps what was typed; made if need be
  /// @param commands that can be completed
  /// @param atInterrupt what is done at Ctrl-C where nothing is written: the line is gone then
  TerminalLines(
      Terminal terminal, Optional<Path> history, List<String> commands, Runnable atInterrupt) {
    this.terminal = terminal;
    this.atInterrupt = atInterrupt;
    Completer completer =
        (reader, line, candidates) -> {
          if (line.wordIndex() > 0 || !line.line().startsWith("/")) return;
          for (String command : commands) candidates.add(new Candidate(command));
        };
    var builder =
        LineReaderBuilder.builder()
            .appName("altiplano")
            .terminal(terminal)
            .parser(new Turns())
            .completer(completer)
            .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
            .variable(LineReader.SECONDARY_PROMPT_PATTERN, MORE)
            .variable(LineReader.INDENTATION, 0);
    history.ifPresent(file -> builder.variable(LineReader.HISTORY_FILE, file));
    reader = builder.build();
  }

  /// Opens the process's own terminal.
  static Terminal terminal() {
    try {
      return TerminalBuilder.builder().system(true).dumb(true).nativeSignals(true).build();
    } catch (IOException failed) {
      throw new UncheckedIOException("terminal: cannot be opened", failed);
    }
  }

  @Override
  public Optional<String> next() {
    while (true) {
      try {
        return Optional.of(joined(reader.readLine(PROMPT)));
      } catch (UserInterruptException interrupted) {
        atInterrupt.run();
      } catch (EndOfFileException end) {
        return Optional.empty();
      }
    }
  }

  /// Takes out what kept a turn going.
  static String joined(String typed) {
    String text = typed.strip();
    if (text.length() >= 2 * QUOTES.length() && text.startsWith(QUOTES) && text.endsWith(QUOTES)) {
      return text.substring(QUOTES.length(), text.length() - QUOTES.length()).strip();
    }
    return typed.replace("\\\n", "\n");
  }

  @Override
  public void onInterrupt(Runnable interrupted) {
    terminal.handle(Signal.INT, _ -> interrupted.run());
    if (terminal.getType().startsWith(Terminal.TYPE_DUMB)) {
      // A dumb terminal hears of no signal by itself, and the VM would end the program.
      Signals.register("INT", () -> terminal.raise(Signal.INT));
    }
  }

  @Override
  public boolean interactive() {
    return true;
  }

  @Override
  public void close() {
    try {
      reader.getHistory().save();
    } catch (IOException unwritable) {
      // A history that cannot be kept is no reason to fail a chat that is over.
    }
    try {
      terminal.close();
    } catch (IOException failed) {
      throw new UncheckedIOException("terminal: cannot be closed", failed);
    }
  }

  /// Says when a turn is whole: not after a backslash, nor before quotes that were opened are
  /// closed. Its words are what spaces part.
  private static final class Turns implements Parser {
    @Override
    public ParsedLine parse(String line, int cursor, ParseContext context) {
      if (context != ParseContext.COMPLETE && !isWhole(line)) {
        throw new EOFError(0, cursor, "the turn goes on");
      }
      String before = line.substring(0, Math.min(cursor, line.length()));
      var words = List.of(line.split(" ", -1));
      int index = Math.toIntExact(before.chars().filter(c -> c == ' ').count());
      int start = before.lastIndexOf(' ') + 1;
      return new Words(line, cursor, words, index, before.length() - start);
    }

    private static boolean isWhole(String line) {
      String text = line.strip();
      if (text.startsWith(QUOTES)) {
        return text.length() >= 2 * QUOTES.length() && text.endsWith(QUOTES);
      }
      return !line.endsWith("\\");
    }
  }

  /// Words that are written as they are: nothing is quoted or escaped.
  private record Words(String line, int cursor, List<String> words, int wordIndex, int wordCursor)
      implements CompletingParsedLine {
    @Override
    public String word() {
      return words.get(wordIndex);
    }

    @Override
    public CharSequence escape(CharSequence candidate, boolean complete) {
      return candidate;
    }

    @Override
    public int rawWordCursor() {
      return wordCursor;
    }

    @Override
    public int rawWordLength() {
      return word().length();
    }
  }
}
