package altiplano.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import altiplano.files.AtomicFile;
import altiplano.files.Json;
import altiplano.files.ModelFile;
import altiplano.generation.Prompts;
import altiplano.model.LlamaConfig;
import altiplano.model.LlamaModel;
import altiplano.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Shows what a model file holds.
@Command(name = "inspect")
final class InspectCommand implements Runnable {
  /// Elements of a metadata list that are shown: a vocabulary has 128,256.
  private static final int SHOWN = 8;

  private final Streams streams;
  @Spec private CommandSpec spec;
  @Mixin ReportOptions report;

  @Parameters(paramLabel = "FILE")
  private String file;

  @Option(names = "--json")
  private boolean json;

  @Option(names = "--attention", paramLabel = "TEXT")
  private Optional<String> attention = Optional.empty();

  @Option(names = "--html", paramLabel = "FILE")
  private Optional<Path> html = Optional.empty();

  InspectCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public void run() {
    if (attention.isPresent() != html.isPresent()) {
      throw new ParameterException(spec.commandLine(), "--attention and --html go together");
    }
    if (attention.isPresent()) {
      writeAttention(attention.get(), html.get());
      return;
    }
    try (ModelFile model = ModelFile.open(ModelArgument.path(file))) {
      streams.out().print(json ? json(model) : text(model));
    }
  }

  private void writeAttention(String text, Path page) {
    try (LlamaModel model = LlamaModel.open(ModelArgument.path(file))) {
      int[] ids = Prompts.raw(model.tokenizer(), text);
      var words = Objects.requireNonNull(spec.resourceBundle());
      String html = AttentionPage.of(model.attention(ids), model.tokenizer(), ids, words);
      AtomicFile.write(page, html.getBytes(UTF_8));
      report.messages(streams).say(page + ": written.");
    }
  }

  private static String architecture(ModelFile model) {
    return model.metadata().text("general.architecture").orElse("unknown");
  }

  private static String json(ModelFile model) {
    var metadata = Json.object();
    model.metadata().values().forEach((key, value) -> metadata.put(key, toJson(value)));
    return Json.object()
            .put("format", model.format())
            .put("architecture", architecture(model))
            .put("parameters", Parts.of(model).total().parameters())
            .put("metadata", metadata.end())
            .put(
                "tensors",
                new Json.ArrayValue(
                    model.tensors().entrySet().stream().map(InspectCommand::toJson).toList()))
            .end()
            .write()
        + "\n";
  }

  private static Json toJson(Map.Entry<String, Tensor> named) {
    Tensor tensor = named.getValue();
    return Json.object()
        .put("name", named.getKey())
        .put("type", tensor.type().name())
        .put(
            "shape",
            new Json.ArrayValue(tensor.shape().dimensions().stream().<Json>map(Json::of).toList()))
        .put("bytes", tensor.data().byteSize())
        .end();
  }

  private static Json toJson(Object value) {
    return switch (value) {
      case Boolean bool -> Json.of(bool);
      case Long integer -> Json.of(integer);
      case Float number when number.isNaN() || number.isInfinite() -> Json.of(number.toString());
      case Float number -> Json.of(number);
      case Double number when number.isNaN() || number.isInfinite() -> Json.of(number.toString());
      case Double number -> Json.of(number);
      case List<?> list ->
          new Json.ArrayValue(
              Stream.concat(
                      list.stream().limit(SHOWN).map(InspectCommand::toJson),
                      list.size() > SHOWN ? Stream.of(Json.of(more(list))) : Stream.empty())
                  .toList());
      default -> Json.of(value.toString());
    };
  }

  private static String more(List<?> list) {
    return "… %,d more".formatted(list.size() - SHOWN);
  }

  private String text(ModelFile model) {
    Parts parts = Parts.of(model);
    var text = new StringBuilder();
    text.append(
        "%s: %s, %s, %,d parameters, %,d bytes%n%n"
            .formatted(
                file,
                model.format(),
                architecture(model),
                parts.total().parameters(),
                parts.total().bytes()));
    if (architecture(model).equals("llama")) {
      text.append(Drawing.of(LlamaConfig.from(model))).append('\n');
    }
    text.append("  %-14s%18s%18s  %s%n".formatted("part", "parameters", "bytes", "types"));
    text.append(parts.table()).append("\nmetadata\n");
    model
        .metadata()
        .values()
        .forEach((key, value) -> text.append("  %s = %s%n".formatted(key, shown(value))));
    text.append("\ntensors\n");
    model
        .tensors()
        .forEach((name, tensor) ->
            text.append(
                "  %-32s%-6s%-18s%,15d bytes%n"
                    .formatted(name, tensor.type(), tensor.shape(), tensor.data().byteSize())));
    return text.toString();
  }

  /// A value on one line.
  private static String shown(Object value) {
    String text =
        value instanceof List<?> list && list.size() > SHOWN
            ? list.stream()
                .limit(SHOWN)
                .map(String::valueOf)
                .collect(Collectors.joining(", ", "[", ", " + more(list) + "]"))
            : value.toString();
    String line = text.replace("\n", "\\n");
    return line.length() <= 100 ? line : line.substring(0, 99) + "…";
  }
}
