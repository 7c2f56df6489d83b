package altiplano.training.model;

import altiplano.files.HuggingFaceFolder;
import altiplano.files.Metadata;
import altiplano.files.ModelFile;
import altiplano.files.OutgoingTensor;
import altiplano.hub.ModelStore;
import altiplano.model.Head;
import altiplano.model.LlamaConfig;
import altiplano.tensor.ElementType;
import altiplano.tensor.Shape;
import altiplano.training.data.DataException;
import altiplano.training.torch.Scope;
import altiplano.training.torch.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A model on disk: what training starts from and what it leaves for `run`.
///
/// @param vocabulary the keys under `tokenizer.`, and what else a base model says of itself
public record ModelFolder(LlamaConfig config, Metadata vocabulary, List<Head> heads) {

  /// Returns where a model lies that a recipe names: a GGUF file, a folder, or a name in the store.
  ///
  /// @throws DataException if there is none
  public static Path find(String name) {
    Path path = Path.of(name);
    if (Files.exists(path)) return path;
    return ModelStore.of(System.getenv())
        .find(name)
        .map(ModelStore.Model::path)
        .orElseThrow(() ->
            new DataException(
                name
                    + ": no such model. Name a model folder, a GGUF file or one of the store;"
                    + " work/tiny/model is what 'train --config runs/tiny.yaml' makes."));
  }

  /// Reads a model file or folder into float32 parameters.
  ///
  /// @param parameters receives them, heads included
  public static ModelFolder read(Path path, Parameters parameters) {
    try (var file = ModelFile.open(path);
        var _ = Scope.inference()) {
      for (var entry : file.tensors().entrySet()) {
        if (entry.getKey().equals("rope_freqs.weight")) continue; // follows from the configuration
        var tensor = entry.getValue();
        long[] shape = tensor.shape().dimensions().stream().mapToLong(Long::longValue).toArray();
        parameters.add(entry.getKey(), Tensor.of(tensor.toFloats(), shape));
      }
      return new ModelFolder(
          LlamaConfig.from(file), file.metadata(), Head.from(file.metadata(), path));
    }
  }

  /// Writes weights as a Hugging Face folder, whole or not at all.
  ///
  /// @param weights by GGUF's names
  public void write(Path folder, Map<String, Tensor> weights) {
    var values = new LinkedHashMap<>(vocabulary.values());
    values.putAll(config.toMetadata().values());
    var metadata = new Metadata(values);
    if (!heads.isEmpty()) metadata = Head.addTo(metadata, heads);
    var tensors = new ArrayList<OutgoingTensor>();
    weights.forEach((name, tensor) ->
        tensors.add(
            OutgoingTensor.of(name, ElementType.F32, Shape.of(tensor.shape()), tensor::floats)));
    try (var _ = Scope.inference()) {
      HuggingFaceFolder.write(folder, metadata, tensors);
    }
  }
}
