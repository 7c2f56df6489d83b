import org.jspecify.annotations.NullMarked;

/// What a Llama model is used for: generate, sentiment, extract, answer, classify, clauses, embed.
@NullMarked
module altiplano.tasks {
  requires transitive altiplano.generation;
  requires altiplano.hub;
  requires static transitive org.jspecify;

  exports altiplano.tasks;

  uses altiplano.tasks.BundledModel;
}
