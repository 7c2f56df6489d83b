package altiplano.training.torch;

import org.bytedeco.openblas.presets.openblas_nolapack;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;

/// Settings of libtorch that hold for the whole process.
public final class Torch {
  private static volatile boolean cuda;

  private Torch() {}

  /// Sets the number of threads that one operation may use; results depend on it in their last
  /// bits.
  ///
  /// @param float32Products whether large products are float32. Only they use OpenBLAS's threads,
  ///   which otherwise wait for work in a loop and slow small products down several times.
  public static void threads(int count, boolean float32Products) {
    torch.set_num_threads(count);
    openblas_nolapack.blas_set_num_threads(float32Products ? count : 1);
  }

  public static int threads() {
    return torch.get_num_threads();
  }

  /// Restarts the default generators, which dropout draws from.
  public static void seed(long seed) {
    torch.manual_seed(seed);
  }

  /// Places new tensors on the first CUDA device.
  ///
  /// @throws IllegalStateException if libtorch was built without CUDA or finds no device
  public static void useCuda() {
    if (!torch.cuda_is_available()) {
      throw new IllegalStateException(
          "device: cuda was asked for, but this libtorch finds none. Add the dependency named in"
              + " docs/training.md, or set device: cpu.");
    }
    cuda = true;
  }

  public static boolean onCuda() {
    return cuda;
  }

  static Device device() {
    return new Device(cuda ? DeviceType.CUDA : DeviceType.CPU);
  }
}
