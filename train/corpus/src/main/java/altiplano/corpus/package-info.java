/// From raw text to training shards: what a document is, and what can be done to one.
///
/// Steps that look at one document at a time are plain Java; Spark only arranges them.
@NullMarked
package altiplano.corpus;

import org.jspecify.annotations.NullMarked;
