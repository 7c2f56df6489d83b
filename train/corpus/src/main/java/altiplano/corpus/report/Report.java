package altiplano.corpus.report;

import altiplano.files.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// What a run did, as it is written to `report.json` and drawn in `report.html`.
///
/// @param title of the page
/// @param steps what each did, in order
/// @param languages documents out by language
/// @param lengths documents out by length: key `k` counts those of `2^k` to `2^(k+1)-1` characters
/// @param sources documents and characters out by source
/// @param timings what took how long
/// @param tokens about vocabulary and shards; empty for a run that only cleans
/// @param plots further counts to draw, by title
public record Report(
    String title,
    long documentsIn,
    long rejected,
    long documentsOut,
    List<Step> steps,
    Map<String, Long> masked,
    Map<String, Long> languages,
    Map<String, Long> lengths,
    List<Source> sources,
    List<Timing> timings,
    Map<String, String> tokens,
    Map<String, Map<String, Long>> plots) {

  /// One step's counts and samples.
  ///
  /// @param changes texts before and after the step
  /// @param removals texts that it removed, each with the rule that it broke
  public record Step(
      String name, long in, long out, long changed, List<Change> changes, List<Removal> removals) {}

  public record Change(String place, String before, String after) {}

  public record Removal(String place, String why, String text) {}

  public record Source(String name, long documents, long characters) {}

  public record Timing(String what, double seconds) {}

  public Json toJson() {
    var drawn = Json.object();
    plots.forEach((title, counts) -> drawn.put(title, counts(counts)));
    return Json.object()
        .put("title", title)
        .put("documents_in", documentsIn)
        .put("rejected", rejected)
        .put("documents_out", documentsOut)
        .put("steps", array(steps.stream().map(Report::toJson).toList()))
        .put("masked", counts(masked))
        .put("languages", counts(languages))
        .put("lengths", counts(lengths))
        .put(
            "sources",
            array(
                sources.stream()
                    .map(source ->
                        Json.object()
                            .put("name", source.name)
                            .put("documents", source.documents)
                            .put("characters", source.characters)
                            .end())
                    .toList()))
        .put(
            "timings",
            array(
                timings.stream()
                    .map(timing ->
                        Json.object().put("what", timing.what).put("seconds", timing.seconds).end())
                    .toList()))
        .put("tokens", texts(tokens))
        .put("plots", drawn.end())
        .end();
  }

  private static Json toJson(Step step) {
    return Json.object()
        .put("name", step.name)
        .put("in", step.in)
        .put("out", step.out)
        .put("changed", step.changed)
        .put(
            "changes",
            array(
                step.changes.stream()
                    .map(change ->
                        Json.object()
                            .put("place", change.place)
                            .put("before", change.before)
                            .put("after", change.after)
                            .end())
                    .toList()))
        .put(
            "removals",
            array(
                step.removals.stream()
                    .map(removal ->
                        Json.object()
                            .put("place", removal.place)
                            .put("why", removal.why)
                            .put("text", removal.text)
                            .end())
                    .toList()))
        .end();
  }

  private static Json array(List<? extends Json> values) {
    return new Json.ArrayValue(new ArrayList<>(values));
  }

  private static Json counts(Map<String, Long> counts) {
    var object = Json.object();
    counts.forEach(object::put);
    return object.end();
  }

  private static Json texts(Map<String, String> texts) {
    var object = Json.object();
    texts.forEach(object::put);
    return object.end();
  }
}
