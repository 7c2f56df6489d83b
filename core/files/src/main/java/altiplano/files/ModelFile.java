package altiplano.files;

import altiplano.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// An open model: metadata and named tensors over a memory map.
///
/// Names and row order are GGUF's whatever the format (`token_embd.weight`, `blk.0.attn_q.weight`,
/// query and key rows in interleaved rotary order), so that nothing above knows where a model came
/// from. Thread-safe. Tensors are valid until [#close].
public interface ModelFile extends AutoCloseable {
  /// Opens a GGUF file (a split one by any of its parts), a Hugging Face model folder, or a lone
  /// safetensors file, whose names are then its own and which holds no configuration.
  ///
  /// @throws ModelFormatException if it is broken or of another kind
  static ModelFile open(Path path) {
    if (path.toString().endsWith(".pth") && Files.exists(path)) {
      throw new ModelFormatException(
          path,
          "name",
          "weights in Meta's own format, which is not read",
          HuggingFaceFolder.METAS_OWN);
    }
    if (Files.isDirectory(path)) return HuggingFaceFolder.open(path);
    return path.toString().endsWith(".safetensors")
        ? SafetensorsFile.open(path)
        : GgufFile.open(path);
  }

  Path path();

  /// Returns "gguf" or "safetensors".
  String format();

  Metadata metadata();

  /// Returns all tensors by name, in file order.
  Map<String, Tensor> tensors();

  /// Returns the tensor `name`.
  ///
  /// @throws ModelFormatException if the model lacks it
  default Tensor tensor(String name) {
    return Optional.ofNullable(tensors().get(name))
        .orElseThrow(() ->
            new ModelFormatException(
                path(),
                "tensor " + name,
                "the model has no tensor of this name",
                "Check that the model is complete and of an architecture that is read."));
  }

  /// Throws [ModelFormatException] if a mapped file changed in size or time since it was opened:
  /// its numbers can no longer be trusted. Cheap enough to call before every forward pass.
  void checkUnchanged();

  /// Unmaps the file. Tensors used afterwards throw `IllegalStateException`.
  @Override
  void close();
}
