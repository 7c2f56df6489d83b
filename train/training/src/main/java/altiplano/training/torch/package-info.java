/// libtorch as the rest of training sees it: tensors, operations, memory scopes, the fused
/// optimiser step.
///
/// The only package that imports `org.bytedeco`. What is worked around, and why, is said at each
/// place; docs/training.md has the list.
@NullMarked
package altiplano.training.torch;

import org.jspecify.annotations.NullMarked;
