/// The examples run.
@org.jspecify.annotations.NullMarked
package altiplano.examples;
