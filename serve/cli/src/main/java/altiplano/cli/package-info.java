/// The command line: one picocli class a command.
@NullMarked
package altiplano.cli;

import org.jspecify.annotations.NullMarked;
