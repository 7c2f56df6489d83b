import org.jspecify.annotations.NullMarked;

/// From logits to text: samplers, stop rules, the decoding loop.
@NullMarked
module altiplano.generation {
  requires transitive altiplano.model;
  requires static transitive org.jspecify;

  exports altiplano.generation;
}
