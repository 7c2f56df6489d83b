package altiplano.corpus.report;

import altiplano.files.Json;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// `report.html`: one page with plots that needs nothing from the network.
public final class ReportPage {
  private static final String STYLE =
      """
      body{font:15px/1.5 system-ui,"PingFang SC","Noto Sans CJK SC","Microsoft YaHei",sans-serif;max-width:68rem;margin:2rem auto;padding:0 1rem;color:#1c1c1e;background:#fff}
      h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2.2rem;border-bottom:1px solid #ddd}h3{font-size:1rem}
      table{border-collapse:collapse}td,th{padding:.2rem .7rem;text-align:right;border-bottom:1px solid #eee}td:first-child,th:first-child{text-align:left}
      .figures{display:flex;gap:2rem;flex-wrap:wrap}.figures b{display:block;font-size:1.5rem}
      pre{white-space:pre-wrap;overflow-wrap:anywhere;background:#f6f6f8;padding:.5rem .7rem;margin:.2rem 0;font:13px/1.45 ui-monospace,"Noto Sans Mono CJK SC",monospace}
      .pair{display:grid;grid-template-columns:1fr 1fr;gap:.6rem}.why{color:#8a3b00}.place{color:#666;font-size:.85rem}
      svg{display:block;max-width:100%}svg text{font:13px system-ui,sans-serif;fill:currentColor}.bar{fill:#3b6ea5}.gone{fill:#c8553d}.changed{fill:#d9a441}
      @media(prefers-color-scheme:dark){body{background:#17181a;color:#e6e6e6}pre{background:#222428}td,th{border-color:#333}h2{border-color:#444}.place{color:#aaa}.why{color:#f0a070}}
      """;

  private final StringBuilder out = new StringBuilder();

  private ReportPage() {}

  /// Draws the page.
  ///
  /// @param report as [Report#toJson()] makes it
  public static String of(Json report) {
    var page = new ReportPage();
    page.write(report);
    return page.out.toString();
  }

  private void write(Json report) {
    String title = text(report, "title");
    out.append("<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\">")
        .append("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>")
        .append(escape(title))
        .append("</title><style>")
        .append(STYLE)
        .append("</style>\n<h1>")
        .append(escape(title))
        .append("</h1>\n<div class=\"figures\">");
    figure("documents in", number(report, "documents_in"));
    figure("rejected", number(report, "rejected"));
    figure("documents out", number(report, "documents_out"));
    out.append("</div>\n");
    table("Tokens and shards", texts(report, "tokens"));
    section("What each step did");
    steps(list(report, "steps"));
    bars("Languages (documents)", counts(report, "languages"));
    bars("Lengths (documents by characters)", lengths(counts(report, "lengths")));
    if (member(report, "plots") instanceof Json.ObjectValue(var plots)) {
      for (String plot : plots.keySet()) bars(plot, counts(member(report, "plots"), plot));
    }
    bars("Masked", counts(report, "masked"));
    sources(list(report, "sources"));
    section("Samples");
    for (Json step : list(report, "steps")) samples(step);
    timings(list(report, "timings"));
    out.append("</html>\n");
  }

  private void figure(String name, long value) {
    out.append("<div><b>%,d</b>%s</div>".formatted(value, escape(name)));
  }

  private void section(String title) {
    out.append("<h2>").append(escape(title)).append("</h2>\n");
  }

  private void table(String title, Map<String, String> rows) {
    if (rows.isEmpty()) return;
    section(title);
    out.append("<table>");
    rows.forEach(
        (name, value) -> out.append("<tr><td>%s<td>%s".formatted(escape(name), escape(value))));
    out.append("</table>\n");
  }

  private void steps(List<Json> steps) {
    long most = steps.stream().mapToLong(step -> number(step, "in")).max().orElse(1);
    int height = steps.size() * 24 + 8;
    out.append(
        "<svg role=\"img\" aria-label=\"documents after each step\" width=\"900\" height=\"%d\" viewBox=\"0 0 900 %d\">"
            .formatted(height, height));
    for (int i = 0; i < steps.size(); i++) {
      Json step = steps.get(i);
      long in = number(step, "in");
      long kept = number(step, "out");
      long changed = number(step, "changed");
      double scale = 420.0 / Math.max(1, most);
      int y = i * 24 + 4;
      out.append(
          "<text x=\"160\" y=\"%d\" text-anchor=\"end\">%s</text>"
              .formatted(y + 14, escape(text(step, "name"))));
      out.append(rectangle("bar", 170, y, kept * scale, 18));
      out.append(rectangle("gone", 170 + kept * scale, y, (in - kept) * scale, 18));
      out.append(rectangle("changed", 170, y + 14, changed * scale, 4));
      out.append(
          "<text x=\"600\" y=\"%d\">%,d out, %,d removed, %,d changed</text>"
              .formatted(y + 14, kept, in - kept, changed));
    }
    out.append(
        "</svg>\n"
            + "<p class=\"place\">Blue: documents that went on. Red: removed here. Yellow: changed"
            + " here.</p>\n");
  }

  private static String rectangle(String style, double x, double y, double width, double height) {
    return "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>"
        .formatted(style, x, y, width, height);
  }

  private void bars(String title, Map<String, Long> counts) {
    if (counts.values().stream().allMatch(count -> count == 0)) return;
    section(title);
    var entries = new ArrayList<>(counts.entrySet());
    long most = entries.stream().mapToLong(Map.Entry::getValue).max().orElse(1);
    int height = entries.size() * 22 + 4;
    out.append(
        "<svg role=\"img\" aria-label=\"%s\" width=\"900\" height=\"%d\" viewBox=\"0 0 900 %d\">"
            .formatted(escape(title), height, height));
    for (int i = 0; i < entries.size(); i++) {
      int y = i * 22 + 2;
      double width = 480.0 * entries.get(i).getValue() / most;
      out.append(
          "<text x=\"200\" y=\"%d\" text-anchor=\"end\">%s</text>"
              .formatted(y + 14, escape(entries.get(i).getKey())));
      out.append(rectangle("bar", 210, y, width, 17));
      out.append(
          "<text x=\"%.1f\" y=\"%d\">%,d</text>"
              .formatted(218 + width, y + 14, entries.get(i).getValue()));
    }
    out.append("</svg>\n");
  }

  private static Map<String, Long> lengths(Map<String, Long> powers) {
    var named = new LinkedHashMap<String, Long>();
    powers.entrySet().stream()
        .sorted(Comparator.comparingInt(entry -> Integer.parseInt(entry.getKey())))
        .forEach(entry -> {
          long from = 1L << Integer.parseInt(entry.getKey());
          named.put("%,d–%,d".formatted(from, from * 2 - 1), entry.getValue());
        });
    return named;
  }

  private void sources(List<Json> sources) {
    if (sources.size() < 2) return;
    section("Sources");
    out.append("<table><tr><th>source<th>documents<th>characters");
    for (Json source : sources) {
      out.append(
          "<tr><td>%s<td>%,d<td>%,d"
              .formatted(
                  escape(text(source, "name")),
                  number(source, "documents"),
                  number(source, "characters")));
    }
    out.append("</table>\n");
  }

  private void samples(Json step) {
    List<Json> changes = list(step, "changes");
    List<Json> removals = list(step, "removals");
    if (changes.isEmpty() && removals.isEmpty()) return;
    out.append("<h3>").append(escape(text(step, "name"))).append("</h3>\n");
    for (Json change : changes) {
      out.append(
          "<div class=\"place\">%s</div><div class=\"pair\"><pre>%s</pre><pre>%s</pre></div>\n"
              .formatted(
                  escape(text(change, "place")),
                  escape(text(change, "before")),
                  escape(text(change, "after"))));
    }
    for (Json removal : removals) {
      out.append(
          "<div class=\"place\">%s <span class=\"why\">removed: %s</span></div><pre>%s</pre>\n"
              .formatted(
                  escape(text(removal, "place")),
                  escape(text(removal, "why")),
                  escape(text(removal, "text"))));
    }
  }

  private void timings(List<Json> timings) {
    section("Time");
    out.append("<table>");
    for (Json timing : timings) {
      String seconds =
          member(timing, "seconds") instanceof Json.NumberValue(var value)
              ? value.toPlainString()
              : "";
      out.append("<tr><td>%s<td>%s s".formatted(escape(text(timing, "what")), escape(seconds)));
    }
    out.append("</table>\n");
  }

  private static Json member(Json json, String key) {
    return json instanceof Json.ObjectValue object
        ? object.get(key).orElseGet(Json.NullValue::new)
        : new Json.NullValue();
  }

  private static String text(Json json, String key) {
    return member(json, key) instanceof Json.TextValue(var text) ? text : "";
  }

  private static long number(Json json, String key) {
    return member(json, key) instanceof Json.NumberValue(var value) ? value.longValue() : 0;
  }

  private static List<Json> list(Json json, String key) {
    return member(json, key) instanceof Json.ArrayValue(var elements) ? elements : List.of();
  }

  private static Map<String, Long> counts(Json json, String key) {
    var counts = new LinkedHashMap<String, Long>();
    if (member(json, key) instanceof Json.ObjectValue(var members)) {
      members.keySet().forEach(name -> counts.put(name, number(member(json, key), name)));
    }
    return counts;
  }

  private static Map<String, String> texts(Json json, String key) {
    var texts = new LinkedHashMap<String, String>();
    if (member(json, key) instanceof Json.ObjectValue(var members)) {
      members.keySet().forEach(name -> texts.put(name, text(member(json, key), name)));
    }
    return texts;
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
