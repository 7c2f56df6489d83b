/// What is done to one document at a time: cleaning, language, personal data, quality.
@NullMarked
package altiplano.corpus.steps;

import org.jspecify.annotations.NullMarked;
