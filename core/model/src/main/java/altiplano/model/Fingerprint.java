package altiplano.model;

import static java.nio.charset.StandardCharsets.UTF_8;

import altiplano.files.ModelFile;
import altiplano.tensor.Tensor;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;

/// Tells models apart: the SHA-256 of the configuration, of the tensors' names, types and shapes,
/// of samples of each tensor's bytes, and of an adapter. Reading all weights would take as long as
/// loading them.
final class Fingerprint {
  private static final int SAMPLES = 16;
  private static final int SAMPLE_BYTES = 256;

  private Fingerprint() {}

  static byte[] of(
      ModelFile file, LlamaConfig config, CacheLayout layout, Optional<PeftAdapter> adapter) {
    var digest = sha256();
    digest.update((config + "\n" + layout + "\n").getBytes(UTF_8));
    file.tensors()
        .forEach((name, tensor) -> {
          var line = "%s %s %s\n".formatted(name, tensor.type(), tensor.shape());
          digest.update(line.getBytes(UTF_8));
          sample(tensor, digest);
        });
    adapter.ifPresent(a -> a.addTo(digest));
    return digest.digest();
  }

  private static void sample(Tensor tensor, MessageDigest digest) {
    long bytes = tensor.data().byteSize();
    long length = Math.min(SAMPLE_BYTES, bytes);
    for (int sample = 0; sample < SAMPLES; sample++) {
      long at = (bytes - length) / (SAMPLES - 1) * sample;
      digest.update(tensor.data().asSlice(at, length).asByteBuffer());
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError("every Java has SHA-256", impossible);
    }
  }
}
