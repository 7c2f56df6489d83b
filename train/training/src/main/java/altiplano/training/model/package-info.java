/// Llama 3.1 as it is trained: parameters, forward pass, adapters, and the model folder.
@NullMarked
package altiplano.training.model;

import org.jspecify.annotations.NullMarked;
