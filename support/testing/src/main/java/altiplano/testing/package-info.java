/// What the tests of every module share: the way to the files beside the project.
@NullMarked
package altiplano.testing;

import org.jspecify.annotations.NullMarked;
