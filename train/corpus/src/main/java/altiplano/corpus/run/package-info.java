/// The pipeline on Spark.
@NullMarked
package altiplano.corpus.run;

import org.jspecify.annotations.NullMarked;
