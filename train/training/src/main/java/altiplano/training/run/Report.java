package altiplano.training.run;

import altiplano.files.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// `report.html`: the curves of a run, what it wrote on the way, and its recipe; one file without
/// scripts or links.
public final class Report {
  private static final String STYLE =
      """
      body { font: 15px/1.5 system-ui, "Noto Sans CJK SC", sans-serif; max-width: 780px;
        margin: 2rem auto; padding: 0 1rem; color: #1f2937; background: #fff; }
      h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
      svg { width: 100%; height: auto; } polyline { stroke-width: 1.6; }
      .grid { stroke: #e5e7eb; } svg text { font-size: 11px; fill: #6b7280; }
      .value { text-anchor: end; } .step { text-anchor: middle; } .legend { margin: 0; }
      table { border-collapse: collapse; } td, th { padding: .25rem .75rem .25rem 0;
        text-align: left; vertical-align: top; } pre { background: #f3f4f6; padding: .75rem;
        overflow-x: auto; white-space: pre-wrap; }
      """;

  private Report() {}

  /// Writes the report of what a run has logged so far.
  public static Path write(RunFolder folder) throws IOException {
    var lines = Metrics.read(folder.metrics());
    var html =
        new StringBuilder("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">");
    String name = String.valueOf(folder.path().toAbsolutePath().getFileName());
    html.append("<title>").append(escape(name)).append("</title>");
    html.append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
    html.append("<style>").append(STYLE).append("</style></head><body>");
    html.append("<h1>").append(escape(name)).append("</h1>");
    html.append(summary(lines));
    chart(html, "Loss 损失", losses(lines));
    chart(html, "Held-out 验证", validation(lines));
    chart(html, "Tokens a second 速度", Map.of("tokens/s", points(lines, "tokens_per_second")));
    chart(html, "Learning rate 学习率", Map.of("rate", points(lines, "learning_rate")));
    chart(html, "Gradient norm 梯度范数", Map.of("norm", points(lines, "gradient_norm")));
    html.append(samples(lines));
    html.append("<h2>Recipe 配方</h2><pre>")
        .append(escape(Files.readString(folder.path().resolve("recipe.yaml"))))
        .append("</pre></body></html>\n");
    Path file = folder.path().resolve("report.html");
    RunFolder.writeWhole(file, html.toString());
    return file;
  }

  private static String summary(List<Json.ObjectValue> lines) {
    if (lines.isEmpty()) return "<p>No step yet.</p>";
    var last = lines.getLast();
    var loss = points(lines, "loss");
    var speed = points(lines, "tokens_per_second").stream().mapToDouble(Curves.Point::value);
    long skipped = lines.stream().filter(line -> line.members().containsKey("skipped")).count();
    return """
    <table><tr><th>steps 步数</th><td>%,d</td></tr><tr><th>tokens 词元</th><td>%,d</td></tr>
    <tr><th>loss 损失</th><td>%.3f → %.3f</td></tr>
    <tr><th>tokens/s (median)</th><td>%,.0f</td></tr>
    <tr><th>skipped 跳过</th><td>%d</td></tr></table>
    """
        .formatted(
            (long) number(last, "step"),
            (long) number(last, "tokens"),
            loss.isEmpty() ? 0 : loss.getFirst().value(),
            loss.isEmpty() ? 0 : loss.getLast().value(),
            speed.sorted().skip(lines.size() / 2).findFirst().orElse(0),
            skipped);
  }

  private static void chart(
      StringBuilder html, String title, Map<String, List<Curves.Point>> lines) {
    String svg = Curves.svg(lines);
    if (!svg.isEmpty()) html.append("<h2>").append(title).append("</h2>").append(svg);
  }

  private static Map<String, List<Curves.Point>> losses(List<Json.ObjectValue> lines) {
    var curves = new LinkedHashMap<String, List<Curves.Point>>();
    for (var line : lines) {
      if (line.get("losses").orElse(null) instanceof Json.ObjectValue(var losses)) {
        losses.forEach((name, value) -> add(curves, name, line, value));
      }
    }
    return curves;
  }

  private static Map<String, List<Curves.Point>> validation(List<Json.ObjectValue> lines) {
    var curves = new LinkedHashMap<String, List<Curves.Point>>();
    for (var line : lines) {
      if (!(line.get("validation").orElse(null) instanceof Json.ObjectValue(var objectives))) {
        continue;
      }
      objectives.forEach((objective, measures) -> {
        if (!(measures instanceof Json.ObjectValue(var values))) return;
        values.forEach((name, value) -> add(curves, objective + " " + name, line, value));
      });
    }
    return curves;
  }

  private static void add(
      Map<String, List<Curves.Point>> curves, String name, Json.ObjectValue line, Json value) {
    if (!(value instanceof Json.NumberValue(var number))) return;
    curves
        .computeIfAbsent(escape(name), key -> new ArrayList<>())
        .add(new Curves.Point(number(line, "step"), number.doubleValue()));
  }

  private static List<Curves.Point> points(List<Json.ObjectValue> lines, String key) {
    var points = new ArrayList<Curves.Point>();
    for (var line : lines) {
      if (line.get(key).orElse(null) instanceof Json.NumberValue(var value)) {
        points.add(new Curves.Point(number(line, "step"), value.doubleValue()));
      }
    }
    return points;
  }

  private static String samples(List<Json.ObjectValue> lines) {
    var html = new StringBuilder();
    for (var line : lines) {
      if (!(line.get("samples").orElse(null) instanceof Json.ArrayValue(var samples))) continue;
      for (Json sample : samples) {
        if (!(sample instanceof Json.ObjectValue object)) continue;
        html.append(
            "<tr><td>%,d</td><td><b>%s</b>%s</td></tr>"
                .formatted(
                    (long) number(line, "step"), text(object, "prompt"), text(object, "text")));
      }
    }
    return html.isEmpty()
        ? ""
        : "<h2>Samples 样例</h2><table><tr><th>step</th><th>text</th></tr>" + html + "</table>";
  }

  private static double number(Json.ObjectValue line, String key) {
    return line.get(key).orElse(null) instanceof Json.NumberValue(var value)
        ? value.doubleValue()
        : 0;
  }

  private static String text(Json.ObjectValue object, String key) {
    return object.get(key).orElse(null) instanceof Json.TextValue(var text) ? escape(text) : "";
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
