/// Packed token sequences on disk: written by the corpus pipeline, read by training.
///
/// A shard set is a folder with a [Manifest][altiplano.shards.Manifest] (`manifest.json`) and shard
/// files, each of which belongs to one split (`train`, `validation`, `test`). Reading needs neither
/// Spark nor libtorch.
@NullMarked
package altiplano.shards;

import org.jspecify.annotations.NullMarked;
