package altiplano.mini.evaluation;

import static altiplano.mini.data.Rows.text;

import altiplano.files.GgufWriter;
import altiplano.files.Json.ObjectValue;
import altiplano.files.Metadata;
import altiplano.files.ModelFile;
import altiplano.files.OutgoingTensor;
import altiplano.mini.data.Rows;
import altiplano.model.Head;
import altiplano.model.LlamaModel;
import altiplano.model.TextEncoder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The last touch to the file: temperature scaling (Guo et al. 2017), one number a head, so that
/// probabilities mean what they say on texts of the development part; and the chat template.
///
/// `java altiplano.mini.evaluation.Calibration IN.gguf SETS OUT.gguf`
final class Calibration {
  /// The development set of each classification head.
  private static final Map<String, String> SETS =
      Map.of(
          "sentiment.review", "reviews",
          "sentiment.finance", "finance",
          "sentiment.scale", "scale",
          "domain", "domain");

  /// Llama 3's turns, as the model was trained on them.
  private static final String CHAT_TEMPLATE =
      "{{ bos_token }}{% for message in messages %}<|start_header_id|>{{ message['role'] }}"
          + "<|end_header_id|>\n\n{{ message['content'] | trim }}<|eot_id|>{% endfor %}"
          + "{% if add_generation_prompt %}<|start_header_id|>assistant<|end_header_id|>\n\n{% endif %}";

  private static final int MOST_TEXTS = 1000;
  private static final int MOST_TOKENS = 512;

  private Calibration() {}

  public static void main(String[] arguments) {
    if (arguments.length != 3) {
      System.err.println("usage: Calibration IN.gguf SETS OUT.gguf");
      System.exit(2);
    }
    calibrate(Path.of(arguments[0]), Path.of(arguments[1]), Path.of(arguments[2]));
  }

  static void calibrate(Path in, Path sets, Path out) {
    try (var model = LlamaModel.open(in);
        var file = ModelFile.open(in)) {
      Metadata metadata = file.metadata();
      for (Head head : model.heads()) {
        String set = SETS.get(head.name());
        if (head.kind() != Head.Kind.CLASSIFICATION || set == null) continue;
        var rows = Rows.read(sets.resolve("dev").resolve(set + ".jsonl"));
        float temperature =
            temperature(model, head, rows.subList(0, Math.min(MOST_TEXTS, rows.size())));
        System.err.printf("%s: temperature %.3f%n", head.name(), temperature);
        metadata = metadata.with("altiplano.head." + head.name() + ".temperature", temperature);
      }
      metadata = metadata.with("tokenizer.chat_template", CHAT_TEMPLATE);
      var tensors = new ArrayList<OutgoingTensor>();
      file.tensors().forEach((name, tensor) -> tensors.add(OutgoingTensor.of(name, tensor)));
      GgufWriter.write(out, metadata, tensors, bytes -> {});
    }
  }

  private static float temperature(LlamaModel model, Head head, List<ObjectValue> rows) {
    var encoder = new TextEncoder(model);
    var logits = new ArrayList<double[]>();
    var labels = new ArrayList<Integer>();
    for (ObjectValue row : rows) {
      int label = head.labels().indexOf(text(row, "label"));
      int[] ids = model.tokenizer().encode(text(row, "text"));
      if (label < 0 || ids.length == 0 || ids.length > MOST_TOKENS) continue;
      float[] probabilities = encoder.classify(head, ids);
      var row64 = new double[probabilities.length];
      // What a softmax made of logits / T, its logarithm times T is again, up to a constant.
      for (int i = 0; i < row64.length; i++) {
        row64[i] = head.temperature() * Math.log(Math.max(probabilities[i], 1e-30));
      }
      logits.add(row64);
      labels.add(label);
    }
    return (float) fit(logits, labels);
  }

  /// Returns the temperature of the least mean surprise, by golden-section search over its
  /// logarithm.
  static double fit(List<double[]> logits, List<Integer> labels) {
    double golden = (Math.sqrt(5) - 1) / 2;
    double low = Math.log(0.05);
    double high = Math.log(20);
    while (high - low > 1e-4) {
      double a = high - golden * (high - low);
      double b = low + golden * (high - low);
      if (surprise(logits, labels, Math.exp(a)) < surprise(logits, labels, Math.exp(b))) high = b;
      else low = a;
    }
    return Math.exp((low + high) / 2);
  }

  static double surprise(List<double[]> logits, List<Integer> labels, double temperature) {
    double sum = 0;
    for (int i = 0; i < logits.size(); i++) {
      double[] row = logits.get(i);
      double most = Double.NEGATIVE_INFINITY;
      for (double logit : row) most = Math.max(most, logit);
      double total = 0;
      for (double logit : row) total += Math.exp((logit - most) / temperature);
      sum += Math.log(total) - (row[labels.get(i)] - most) / temperature;
    }
    return sum / logits.size();
  }
}
