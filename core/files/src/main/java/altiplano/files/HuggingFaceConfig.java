package altiplano.files;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// `config.json` and `generation_config.json`, in GGUF's keys and back.
///
/// What has a key of GGUF or of ours goes under it; the other members are kept as JSON text, so
/// that the way back writes them again. What metadata say and the two files have no member for
/// stands in `config.json` under `"altiplano"`, each entry under its own key.
final class HuggingFaceConfig {
  static final String CONFIG = "config.json";
  static final String GENERATION = "generation_config.json";
  static final String OURS = "altiplano";

  /// JSON text of the members that have no key.
  static final String OTHER_CONFIG = "altiplano.huggingface.config";

  static final String OTHER_GENERATION = "altiplano.huggingface.generation_config";
  static final String TIED = "altiplano.tied_embedding";
  static final String HEAD_SIZE = "llama.rope.dimension_count";
  static final String FREQUENCY_BASE = "llama.rope.freq_base";
  private static final String ACTIVATION = "altiplano.activation";

  private enum Kind {
    INTEGER,
    FLOAT,
    BOOL
  }

  private record Field(String member, String key, Kind kind) {}

  private static final List<Field> FIELDS =
      List.of(
          new Field("num_hidden_layers", "llama.block_count", Kind.INTEGER),
          new Field("max_position_embeddings", "llama.context_length", Kind.INTEGER),
          new Field("hidden_size", "llama.embedding_length", Kind.INTEGER),
          new Field("intermediate_size", "llama.feed_forward_length", Kind.INTEGER),
          new Field("num_attention_heads", "llama.attention.head_count", Kind.INTEGER),
          new Field("num_key_value_heads", "llama.attention.head_count_kv", Kind.INTEGER),
          new Field("rms_norm_eps", "llama.attention.layer_norm_rms_epsilon", Kind.FLOAT),
          new Field("rope_theta", FREQUENCY_BASE, Kind.FLOAT),
          new Field("head_dim", HEAD_SIZE, Kind.INTEGER),
          new Field("vocab_size", "llama.vocab_size", Kind.INTEGER),
          new Field("tie_word_embeddings", TIED, Kind.BOOL));

  private static final List<Field> GENERATION_FIELDS =
      List.of(
          new Field("temperature", "general.sampling.temp", Kind.FLOAT),
          new Field("top_k", "general.sampling.top_k", Kind.INTEGER),
          new Field("top_p", "general.sampling.top_p", Kind.FLOAT),
          new Field("min_p", "general.sampling.min_p", Kind.FLOAT),
          new Field("repetition_penalty", "general.sampling.penalty_repeat", Kind.FLOAT));

  /// Members that say what tensors and vocabulary say, or what [#read] looks at by itself.
  private static final Set<String> DERIVED =
      Set.of(
          OURS,
          "attention_bias",
          "bos_token_id",
          "dtype",
          "eos_token_id",
          "hidden_act",
          "mlp_bias",
          "model_type",
          "pad_token_id",
          "rope_parameters",
          "rope_scaling",
          "torch_dtype");

  private HuggingFaceConfig() {}

  /// Reads both files, the second where present.
  static Metadata read(Path folder) {
    var config = LocatedJson.read(folder.resolve(CONFIG));
    checkKind(config);
    var values = new LinkedHashMap<String, Object>();
    values.put("general.architecture", "llama");
    // transformers 5 keeps the base and the scaling in one object.
    var rotary = config.get("rope_parameters");
    for (var field : FIELDS) {
      config
          .get(field.member())
          .or(() -> rotary.flatMap(parameters -> parameters.get(field.member())))
          .ifPresent(member -> values.put(field.key(), value(member, field.kind())));
    }
    addDefaults(config, values);
    rotary.or(() -> config.get("rope_scaling")).ifPresent(scaling -> addScaling(scaling, values));
    addOthers(config, FIELDS, OTHER_CONFIG, values);
    var generation = LocatedJson.readIfPresent(folder.resolve(GENERATION));
    for (var field : GENERATION_FIELDS) {
      generation
          .get(field.member())
          .ifPresent(member -> values.put(field.key(), value(member, field.kind())));
    }
    addOthers(generation, GENERATION_FIELDS, OTHER_GENERATION, values);
    return new Metadata(values);
  }

  /// Returns what stands under `"altiplano"`, which goes before what is read elsewhere.
  static Metadata readOurs(Path folder) {
    var values = new LinkedHashMap<String, Object>();
    LocatedJson.read(folder.resolve(CONFIG))
        .get(OURS)
        .ifPresent(ours -> {
          for (var key : ours.object().members().keySet()) {
            values.put(key, plain(ours.require(key)));
          }
        });
    return new Metadata(values);
  }

  private static void checkKind(LocatedJson config) {
    var type = config.get("model_type");
    if (type.isPresent() && !type.get().text().equals("llama")) {
      throw type.get()
          .problem(
              "a model of type %s; only llama is read".formatted(type.get().text()),
              "Use a model of the Llama family.");
    }
    var ours = config.get(OURS).flatMap(entries -> entries.get(ACTIVATION));
    var activation = config.get("hidden_act");
    if (ours.isEmpty() && activation.isPresent() && !activation.get().text().equals("silu")) {
      throw activation
          .get()
          .problem(
              "the gated activation %s; silu is read".formatted(activation.get().text()),
              "Use a model with SwiGLU.");
    }
  }

  /// Adds what transformers takes for absent members.
  private static void addDefaults(LocatedJson config, Map<String, Object> values) {
    values.putIfAbsent("llama.attention.layer_norm_rms_epsilon", 1e-6f);
    values.putIfAbsent(FREQUENCY_BASE, 10_000f);
    values.putIfAbsent(TIED, false);
    if (!(values.get("llama.attention.head_count") instanceof Long heads)) return;
    values.putIfAbsent("llama.attention.head_count_kv", heads);
    if (!values.containsKey(HEAD_SIZE)
        && values.get("llama.embedding_length") instanceof Long width
        && heads > 0) {
      if (width % heads != 0) {
        throw config.problem("%d heads do not divide the width %d".formatted(heads, width));
      }
      values.put(HEAD_SIZE, width / heads);
    }
    Optional.ofNullable(values.get(HEAD_SIZE))
        .ifPresent(size -> {
          values.put("llama.attention.key_length", size);
          values.put("llama.attention.value_length", size);
        });
  }

  private static void addScaling(LocatedJson scaling, Map<String, Object> values) {
    var type = scaling.get("rope_type").or(() -> scaling.get("type"));
    if (type.isEmpty() || type.get().text().equals("default")) return;
    if (!type.get().text().equals("llama3")) {
      throw scaling.problem(
          "rotary scaling of type %s; llama3 is read".formatted(type.get().text()),
          "Use a model of Llama 3 or later.");
    }
    var read =
        new RotaryScaling(
            scaling.require("factor").number(),
            scaling.require("low_freq_factor").number(),
            scaling.require("high_freq_factor").number(),
            scaling.require("original_max_position_embeddings").integer());
    if (!(read.factor() >= 1
        && read.low() > 0
        && read.high() > read.low()
        && read.original() > 0)) {
      throw scaling.problem("impossible rotary scaling " + read);
    }
    read.putInto(values);
  }

  private static void addOthers(
      LocatedJson file, List<Field> fields, String key, Map<String, Object> values) {
    var others = new LinkedHashMap<>(file.object().members());
    others.keySet().removeAll(DERIVED);
    fields.forEach(field -> others.remove(field.member()));
    if (!others.isEmpty()) values.put(key, new Json.ObjectValue(others).write());
  }

  private static Object value(LocatedJson member, Kind kind) {
    return switch (kind) {
      case INTEGER -> member.integer();
      case FLOAT -> (float) member.number();
      case BOOL -> member.bool();
    };
  }

  /// Returns a JSON value as [Metadata] holds it.
  private static Object plain(LocatedJson json) {
    return switch (json.value()) {
      case Json.TextValue(var text) -> text;
      case Json.BoolValue(var bool) -> bool;
      case Json.NumberValue(var number) -> plain(number);
      case Json.ArrayValue _ -> json.elements().stream().map(HuggingFaceConfig::plain).toList();
      case Json.ObjectValue _, Json.NullValue _ ->
          throw json.problem("neither text, number, boolean nor list");
    };
  }

  private static Number plain(BigDecimal number) {
    if (number.scale() == 0) {
      return number.precision() < 19 ? (Number) number.longValue() : number.toBigInteger();
    }
    float single = number.floatValue();
    boolean exact =
        Float.isFinite(single) && new BigDecimal(Float.toString(single)).compareTo(number) == 0;
    return exact ? (Number) single : number.doubleValue();
  }

  /// Returns `config.json`.
  ///
  /// @param dtype of most numbers, in torch's words
  /// @param ours what goes under `"altiplano"`
  static Json config(
      Metadata metadata, String dtype, boolean attentionBias, boolean mlpBias, Metadata ours) {
    var members = new TreeMap<String, Json>();
    members.put("architectures", new Json.ArrayValue(List.of(Json.of("LlamaForCausalLM"))));
    members.putAll(others(metadata, OTHER_CONFIG));
    put(FIELDS, metadata, members);
    members.put("model_type", Json.of("llama"));
    members.put("torch_dtype", Json.of(dtype));
    members.put("attention_bias", Json.of(attentionBias));
    members.put("mlp_bias", Json.of(mlpBias));
    members.put(
        "hidden_act",
        Json.of(metadata.text(ACTIVATION).filter(name -> !name.equals("swiglu")).orElse("silu")));
    members.put(
        "rope_scaling",
        RotaryScaling.from(metadata).map(HuggingFaceConfig::json).orElse(new Json.NullValue()));
    putTokens(metadata, members);
    if (!ours.values().isEmpty()) members.put(OURS, json(ours.values()));
    return new Json.ObjectValue(members);
  }

  /// Returns `generation_config.json`.
  static Json generation(Metadata metadata) {
    var members = new TreeMap<String, Json>(others(metadata, OTHER_GENERATION));
    put(GENERATION_FIELDS, metadata, members);
    putTokens(metadata, members);
    return new Json.ObjectValue(members);
  }

  private static Map<String, Json> others(Metadata metadata, String key) {
    return metadata.text(key).map(Json::parse).orElse(Json.object().end())
            instanceof Json.ObjectValue(var members)
        ? members
        : Map.of();
  }

  private static void put(List<Field> fields, Metadata metadata, Map<String, Json> members) {
    for (var field : fields) {
      Optional.ofNullable(metadata.values().get(field.key()))
          .ifPresent(value -> members.put(field.member(), json(value)));
    }
  }

  private static void putTokens(Metadata metadata, Map<String, Json> members) {
    metadata
        .integer(VocabularyKeys.BEGIN_OF_TEXT)
        .ifPresent(id -> members.put("bos_token_id", Json.of(id)));
    var end = metadata.integer(VocabularyKeys.END_OF_TEXT);
    var ends = metadata.numbers(VocabularyKeys.END_IDS);
    if (ends.isPresent() && ends.get().size() != 1) {
      members.put("eos_token_id", json(ends.get()));
    } else if (ends.isPresent()) {
      members.put("eos_token_id", json(ends.get().getFirst()));
    } else if (end.isPresent()) {
      members.put("eos_token_id", Json.of(end.getAsLong()));
    }
  }

  private static Json json(RotaryScaling scaling) {
    return Json.object()
        .put("factor", scaling.factor())
        .put("high_freq_factor", scaling.high())
        .put("low_freq_factor", scaling.low())
        .put("original_max_position_embeddings", scaling.original())
        .put("rope_type", "llama3")
        .end();
  }

  private static Json json(Object value) {
    return switch (value) {
      case String text -> Json.of(text);
      case Boolean bool -> Json.of(bool);
      case Float number -> Json.of((float) number);
      case Double number -> Json.of((double) number);
      case BigInteger number -> new Json.NumberValue(new BigDecimal(number));
      case Number number -> Json.of(number.longValue());
      case List<?> list -> {
        var elements = new ArrayList<Json>();
        for (Object element : list) elements.add(json(element));
        yield new Json.ArrayValue(elements);
      }
      case Map<?, ?> map -> {
        var members = Json.object();
        map.forEach((key, member) -> members.put((String) key, json(member)));
        yield members.end();
      }
      default -> throw new IllegalArgumentException("metadata cannot hold " + value.getClass());
    };
  }
}
