package altiplano.cli;

import altiplano.files.AtomicFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;

/// A text in which parts are marked: by colour on a terminal, or in a page.
///
/// @param marks may overlap; of those that do the earlier goes first
record Marks(String text, List<Mark> marks) {
  private static final String[] COLOURS = {"36", "33", "32", "35", "34", "31"};
  private static final String[] SHADES = {
    "#c7ecee", "#fdebb3", "#cdeac0", "#f3d1f4", "#cfdcf9", "#f8c9c4"
  };

  Marks {
    marks = marks.stream().sorted(Comparator.comparingInt(Mark::start)).toList();
  }

  /// @param start in UTF-16 units
  /// @param end exclusive
  /// @param label what it is; parts of one label have one colour
  record Mark(int start, int end, String label) {}

  /// A heading and a marked text.
  ///
  /// @param notes lines under the text
  record Section(String heading, Marks marks, List<String> notes) {}

  /// Returns the text with its marks in colours.
  String onTerminal() {
    return render(
        (part, label, colour) -> "\u001b[1;%sm%s\u001b[0m".formatted(COLOURS[colour], part),
        plain -> plain);
  }

  private String html() {
    return render(
        (part, label, colour) ->
            "<mark style=\"background:%s\" title=\"%s\">%s</mark>"
                .formatted(SHADES[colour], escape(label), escape(part)),
        Marks::escape);
  }

  private interface Marked {
    String of(String part, String label, int colour);
  }

  private interface Plain {
    String of(String part);
  }

  private String render(Marked marked, Plain plain) {
    var labels = List.copyOf(new TreeSet<>(marks.stream().map(Mark::label).toList()));
    var out = new StringBuilder();
    int at = 0;
    for (Mark mark : marks) {
      if (mark.start < at) continue;
      out.append(plain.of(text.substring(at, mark.start)));
      int colour = labels.indexOf(mark.label) % COLOURS.length;
      out.append(marked.of(text.substring(mark.start, mark.end), mark.label, colour));
      at = mark.end;
    }
    return out.append(plain.of(text.substring(at))).toString();
  }

  /// Writes a page that needs nothing else.
  static void writePage(Path file, String title, List<Section> sections) {
    var page = new ArrayList<String>();
    page.add("<!DOCTYPE html>");
    page.add("<html lang=\"%s\">".formatted(Locale.getDefault().getLanguage()));
    page.add("<meta charset=\"utf-8\"><title>%s</title>".formatted(escape(title)));
    page.add(
        "<style>body{font:16px/1.7 sans-serif;max-width:48rem;margin:2rem auto;padding:0 1rem}"
            + "pre{white-space:pre-wrap;font:inherit}mark{border-radius:3px;padding:0 2px}</style>");
    page.add("<h1>%s</h1>".formatted(escape(title)));
    for (Section section : sections) {
      page.add("<h2>%s</h2>".formatted(escape(section.heading)));
      page.add("<pre>%s</pre>".formatted(section.marks.html()));
      page.add("<ul>");
      for (String note : section.notes) page.add("<li>%s".formatted(escape(note)));
      page.add("</ul>");
    }
    page.add("</html>\n");
    AtomicFile.write(file, String.join("\n", page).getBytes(StandardCharsets.UTF_8));
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
