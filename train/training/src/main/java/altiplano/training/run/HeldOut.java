package altiplano.training.run;

import altiplano.files.Json;
import altiplano.training.model.LlamaTrainingModel;
import altiplano.training.objective.Backward;
import altiplano.training.objective.Batch;
import altiplano.training.objective.Measure;
import altiplano.training.objective.Objective;
import altiplano.training.recipe.Recipe;
import altiplano.training.torch.Scope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/// What is looked at while a run goes on: held-out losses and measures, and samples.
record HeldOut(
    Recipe recipe,
    LlamaTrainingModel model,
    List<Objective> objectives,
    Trainer.Sampler sampler,
    ProgressBar progress) {

  /// Writes what held-out data and samples say under `validation` and `samples`.
  ///
  /// @param scalars receives the same numbers by name
  /// @return the mean loss of the objectives that have held-out data
  OptionalDouble write(Json.ObjectBuilder json, Map<String, Double> scalars) {
    var validation = Json.object();
    double total = 0;
    int measured = 0;
    try (var _ = Scope.inference()) {
      for (Objective objective : objectives) {
        var held = objective.validation(recipe.batches().micro(), recipe.evaluation().tokens());
        if (held.isEmpty()) continue;
        double loss = 0;
        double units = 0;
        var measures = new LinkedHashMap<String, Measure>();
        for (Batch batch : held) {
          try (var _ = Scope.inference()) {
            model.newGraph(0);
            var outcome = batch.run(model, Backward.NONE);
            loss += outcome.loss();
            units += batch.units();
            outcome.measures().forEach((name, m) -> measures.merge(name, m, Measure::plus));
          }
        }
        if (!Double.isFinite(loss)) {
          progress.say(objective.name() + ": the held-out loss is " + loss);
          continue;
        }
        var one = Json.object().put("loss", loss / units);
        scalars.put("validation/" + objective.name(), loss / units);
        for (var measure : measures.entrySet()) {
          double value = measure.getValue().value();
          one.put(measure.getKey(), value);
          scalars.put("validation/" + objective.name() + "/" + measure.getKey(), value);
        }
        validation.put(objective.name(), one.end());
        total += loss / units;
        measured++;
      }
    }
    boolean whole = measured > 0 && Double.isFinite(total);
    if (whole) json.put("validation", validation.put("loss", total / measured).end());
    var samples = new ArrayList<Json>();
    sampler
        .samples(recipe.seed())
        .forEach((prompt, text) -> {
          samples.add(Json.object().put("prompt", prompt).put("text", text).end());
          progress.say("  " + prompt + "|" + text.replace('\n', ' '));
        });
    if (!samples.isEmpty()) json.put("samples", new Json.ArrayValue(samples));
    return whole ? OptionalDouble.of(total / measured) : OptionalDouble.empty();
  }
}
