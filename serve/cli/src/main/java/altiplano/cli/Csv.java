package altiplano.cli;

import java.util.ArrayList;
import java.util.List;

/// Comma-separated values as RFC 4180 has them: quoted cells may hold commas, line breaks and
/// doubled quotes.
final class Csv {
  private Csv() {}

  /// @param source named in errors
  static List<List<String>> parse(String source, String text) {
    var rows = new ArrayList<List<String>>();
    var row = new ArrayList<String>();
    var cell = new StringBuilder();
    boolean quoted = false;
    // A byte order mark is what spreadsheets begin with.
    int start = text.startsWith("\uFEFF") ? 1 : 0;
    for (int i = start; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quoted) {
        boolean doubled = c == '"' && i + 1 < text.length() && text.charAt(i + 1) == '"';
        if (doubled) i++;
        if (c != '"' || doubled) cell.append(c);
        else quoted = false;
      } else if (c == '"' && cell.isEmpty()) {
        quoted = true;
      } else if (c == ',') {
        row.add(take(cell));
      } else if (c == '\n') {
        row.add(take(cell));
        rows.add(List.copyOf(row));
        row.clear();
      } else if (c != '\r') {
        cell.append(c);
      }
    }
    if (quoted) {
      throw new CommandException(
          "%s: a quoted cell does not end (after row %d). Close its quote."
              .formatted(source, rows.size()));
    }
    if (!cell.isEmpty() || !row.isEmpty()) {
      row.add(take(cell));
      rows.add(List.copyOf(row));
    }
    rows.removeIf(cells -> cells.equals(List.of("")));
    return rows;
  }

  private static String take(StringBuilder cell) {
    String text = cell.toString();
    cell.setLength(0);
    return text;
  }
}
