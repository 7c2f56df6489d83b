/// Speed, measured by JMH beside other engines.
@NullMarked
package altiplano.bench;

import org.jspecify.annotations.NullMarked;
