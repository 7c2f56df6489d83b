package altiplano.training.torch;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;

/// Native memory made inside is freed at the end, and gradients are recorded or not.
///
/// The garbage collector sees a tensor as a handle of a few bytes, so native memory must be freed
/// by scopes. A scope frees *everything* made in it on its thread; what shall live on is marked
/// with [Tensor#keep].
public final class Scope implements AutoCloseable {
  private final PointerScope pointers = new PointerScope();

  private Scope(boolean recordGradients) {
    // The first pointer of the scope is freed last, and that restores the mode before.
    pointers.attach(new AutoGradMode(recordGradients));
  }

  /// Opens a scope in which operations on parameters can be differentiated.
  public static Scope training() {
    return new Scope(true);
  }

  /// Opens a scope without gradients, for evaluation and updates.
  public static Scope inference() {
    return new Scope(false);
  }

  @Override
  public void close() {
    pointers.close();
  }
}
