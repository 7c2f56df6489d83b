/// From logits to text.
package altiplano.generation;
