/// The report of a run, as HTML and JSON.
@NullMarked
package altiplano.corpus.report;

import org.jspecify.annotations.NullMarked;
