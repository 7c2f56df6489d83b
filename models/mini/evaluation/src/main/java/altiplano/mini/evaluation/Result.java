package altiplano.mini.evaluation;

import altiplano.files.Json;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/// What was measured on one set.
///
/// @param measure such as `accuracy`
/// @param interval of the value
/// @param n texts
/// @param baselines the same measure of simpler ways on the same texts
record Result(
    String measure, double value, Interval interval, int n, Map<String, Double> baselines) {
  Result {
    baselines = Collections.unmodifiableMap(new LinkedHashMap<>(baselines));
  }

  Json toJson() {
    var others = Json.object();
    baselines.forEach((name, value) -> others.put(name, rounded(value)));
    return Json.object()
        .put("measure", measure)
        .put("value", rounded(value))
        .put("low", rounded(interval.low()))
        .put("high", rounded(interval.high()))
        .put("n", n)
        .put("baselines", others.end())
        .end();
  }

  private static double rounded(double value) {
    return Math.round(value * 1e4) / 1e4;
  }
}
