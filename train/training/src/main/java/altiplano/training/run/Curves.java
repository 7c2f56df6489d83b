package altiplano.training.run;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/// A line chart as SVG.
final class Curves {
  private static final int WIDTH = 720;
  private static final int HEIGHT = 280;
  private static final int LEFT = 64;
  private static final int RIGHT = 12;
  private static final int TOP = 12;
  private static final int BOTTOM = 28;
  private static final int MOST_POINTS = 600;
  private static final List<String> COLOURS =
      List.of("#2563eb", "#dc2626", "#059669", "#d97706", "#7c3aed", "#0891b2", "#be185d");

  private Curves() {}

  /// A value at a step.
  record Point(double step, double value) {}

  /// Draws lines by name over a common axis of steps.
  static String svg(Map<String, List<Point>> lines) {
    var all = lines.values().stream().flatMap(List::stream).toList();
    if (all.isEmpty()) return "";
    double last = all.stream().mapToDouble(Point::step).max().orElse(1);
    double low = all.stream().mapToDouble(Point::value).min().orElse(0);
    double high = all.stream().mapToDouble(Point::value).max().orElse(1);
    if (high == low) high = low + 1;
    var svg = new StringBuilder();
    svg.append(
        "<svg viewBox=\"0 0 %d %d\" role=\"img\" xmlns=\"http://www.w3.org/2000/svg\">"
            .formatted(WIDTH, HEIGHT));
    for (int i = 0; i <= 4; i++) {
      double value = low + (high - low) * i / 4;
      double y = y(value, low, high);
      svg.append(
          String.format(
              Locale.ROOT,
              "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" class=\"grid\"/>",
              LEFT,
              WIDTH - RIGHT,
              y,
              y));
      svg.append(
          String.format(
              Locale.ROOT,
              "<text x=\"%d\" y=\"%.1f\" class=\"value\">%s</text>",
              LEFT - 6,
              y + 4,
              label(value)));
      double step = last * i / 4;
      svg.append(
          String.format(
              Locale.ROOT,
              "<text x=\"%.1f\" y=\"%d\" class=\"step\">%s</text>",
              x(step, last),
              HEIGHT - 8,
              label(step)));
    }
    int colour = 0;
    for (var points : lines.values()) {
      svg.append(
          "<polyline fill=\"none\" stroke=\"%s\"%s points=\""
              .formatted(colour(colour), dashes(colour++)));
      int every = Math.max(1, points.size() / MOST_POINTS);
      for (int i = 0; i < points.size(); i += every) {
        double sum = 0;
        int end = Math.min(points.size(), i + every);
        for (int j = i; j < end; j++) sum += points.get(j).value;
        svg.append(
            String.format(
                Locale.ROOT,
                "%.1f,%.1f ",
                x(points.get(i).step, last),
                y(sum / (end - i), low, high)));
      }
      svg.append("\"/>");
    }
    svg.append("</svg><p class=\"legend\">");
    colour = 0;
    for (String name : lines.keySet()) {
      String line = dashes(colour).isEmpty() ? "—" : "┄";
      svg.append(
          "<span style=\"color:%s;white-space:nowrap\">%s %s</span> "
              .formatted(colour(colour++), line, name));
    }
    return svg.append("</p>").toString();
  }

  private static String colour(int number) {
    return COLOURS.get(number % COLOURS.size());
  }

  /// Lines beyond the colours are dashed, so that no two look alike.
  private static String dashes(int number) {
    return number < COLOURS.size() ? "" : " stroke-dasharray=\"5 3\"";
  }

  private static double x(double step, double last) {
    return LEFT + (WIDTH - LEFT - RIGHT) * step / Math.max(1, last);
  }

  private static double y(double value, double low, double high) {
    return TOP + (HEIGHT - TOP - BOTTOM) * (high - value) / (high - low);
  }

  private static String label(double value) {
    double size = Math.abs(value);
    return size >= 1000 || value == Math.rint(value)
        ? String.format(Locale.ROOT, "%,.0f", value)
        : size >= 0.01
            ? String.format(Locale.ROOT, "%.3g", value)
            : String.format(Locale.ROOT, "%.1e", value);
  }
}
