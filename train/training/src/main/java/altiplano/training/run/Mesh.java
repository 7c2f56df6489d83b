package altiplano.training.run;

import altiplano.training.torch.Tensor;
import java.util.Collection;

/// The processes that train one model together.
///
/// One process for now. Several see different batches (the rank chooses them) and average their
/// gradients before each update.
public interface Mesh {
  /// Returns this process's number, from 0.
  int rank();

  int ranks();

  /// Replaces each gradient by its mean over all ranks.
  void averageGradients(Collection<Tensor> parameters);

  /// Returns the mesh of one process.
  static Mesh single() {
    return new Mesh() {
      @Override
      public int rank() {
        return 0;
      }

      @Override
      public int ranks() {
        return 1;
      }

      @Override
      public void averageGradients(Collection<Tensor> parameters) {
        // The mean over one process is what is there.
      }
    };
  }
}
