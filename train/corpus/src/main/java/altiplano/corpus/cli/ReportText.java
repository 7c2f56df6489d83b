package altiplano.corpus.cli;

import altiplano.files.Json;

/// The figures of a report for a terminal.
final class ReportText {
  private ReportText() {}

  static String of(Json report) {
    var out = new StringBuilder();
    if (!(report instanceof Json.ObjectValue root)) return "";
    out.append(
        "%,d documents in, %,d rejected, %,d out%n"
            .formatted(
                number(root, "documents_in"),
                number(root, "rejected"),
                number(root, "documents_out")));
    out.append("%-20s %12s %12s %12s%n".formatted("step", "in", "removed", "changed"));
    if (root.get("steps").orElse(report) instanceof Json.ArrayValue(var steps)) {
      for (Json step : steps) {
        if (!(step instanceof Json.ObjectValue one)) continue;
        String name = one.get("name").orElse(step) instanceof Json.TextValue(var text) ? text : "";
        long in = number(one, "in");
        out.append(
            "%-20s %,12d %,12d %,12d%n"
                .formatted(name, in, in - number(one, "out"), number(one, "changed")));
      }
    }
    return out.toString();
  }

  private static long number(Json.ObjectValue object, String key) {
    return object.get(key).orElse(object) instanceof Json.NumberValue(var value)
        ? value.longValue()
        : 0;
  }
}
