package altiplano.training.run;

import altiplano.model.Head;
import altiplano.shards.Manifest;
import altiplano.shards.ShardLoader;
import altiplano.shards.Shards;
import altiplano.tokenizer.ChatFormat;
import altiplano.tokenizer.Message;
import altiplano.tokenizer.Tokenizer;
import altiplano.training.data.DataException;
import altiplano.training.data.DataFiles;
import altiplano.training.data.DataFiles.Row;
import altiplano.training.data.Rows;
import altiplano.training.data.TaskRows;
import altiplano.training.data.TextShards;
import altiplano.training.data.UnanswerableQuestions;
import altiplano.training.model.Heads;
import altiplano.training.model.LlamaTrainingModel;
import altiplano.training.model.ModelFolder;
import altiplano.training.model.Parameters;
import altiplano.training.objective.Classification;
import altiplano.training.objective.Contrastive;
import altiplano.training.objective.Distillation;
import altiplano.training.objective.Instruct;
import altiplano.training.objective.MaskedToken;
import altiplano.training.objective.NextToken;
import altiplano.training.objective.Objective;
import altiplano.training.objective.Preference;
import altiplano.training.objective.Reading;
import altiplano.training.objective.Rehearsal;
import altiplano.training.objective.Task;
import altiplano.training.objective.TokenLabels;
import altiplano.training.recipe.ObjectiveRecipe;
import altiplano.training.recipe.ObjectiveRecipe.Kind;
import altiplano.training.recipe.ObjectiveRecipe.PairSource;
import altiplano.training.recipe.Recipe;
import altiplano.training.recipe.RecipeException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Makes the objectives that a recipe names: data, task, and the head where one is needed.
///
/// @param heads receives the heads that objectives train
record ObjectiveMaker(
    Recipe recipe, RunFolder folder, Tokenizer tokenizer, Heads heads, ProgressBar progress) {

  Objective make(ObjectiveRecipe o) throws IOException {
    return switch (o.kind()) {
      case Kind.NextToken(var shards) ->
          new NextToken(
              o.name(),
              loader(o, shards),
              heldOut(o, shards),
              recipe.loss(),
              TokenBytes.of(tokenizer));
      case Kind.MaskedToken(double share, boolean shifted, var shards) ->
          fromShards(
              o, shards, new MaskedToken(share, shifted, mask(), tokenizer.size(), recipe.loss()));
      case Kind.Distillation(String teacher, double temperature, double share) ->
          fromShards(o, Optional.empty(), new Distillation(frozen(teacher), temperature, share));
      case Kind.Instruct() ->
          rehearse(
              o,
              rows(o, row -> Rows.conversation(row).map(this::example)),
              new Instruct(recipe.loss()));
      case Kind.Preference(double beta, double imitation) ->
          rehearse(
              o,
              rows(o, row -> Rows.preference(row).map(this::preference)),
              new Preference(
                  frozen(recipe.base().orElseThrow(() -> needsBase(o))), beta, imitation));
      case Kind.Classification kind -> classification(o, kind);
      case Kind.TokenLabels kind -> tokenLabels(o, kind);
      case Kind.Reading kind -> reading(o, kind);
      case Kind.Contrastive kind -> contrastive(o, kind);
    };
  }

  private RecipeException needsBase(ObjectiveRecipe o) {
    return new RecipeException(o.name() + ": preferences tune a model: set base: MODEL");
  }

  // ---- texts in shards ----

  private Objective fromShards(ObjectiveRecipe o, Optional<String> given, Task<List<int[]>> task)
      throws IOException {
    var loader = loader(o, given);
    var held = new ArrayList<List<int[]>>();
    heldOut(o, given)
        .ifPresent(shards -> {
          for (long i = 0; i < Math.min(shards.sequences(), 4096); i++) {
            held.add(pieces(shards.sequence(i)));
          }
        });
    return new Rehearsal<>(
        o.name(),
        position -> pieces(loader.at(position)),
        held.stream().filter(item -> !item.isEmpty()).toList(),
        task,
        recipe.seed());
  }

  private static List<int[]> pieces(altiplano.shards.Sequence sequence) {
    var pieces = new ArrayList<int[]>();
    NextToken.addPieces(sequence, sequence.tokens().length, pieces);
    return pieces;
  }

  private ShardLoader loader(ObjectiveRecipe o, Optional<String> given) throws IOException {
    Path shards = shards(o, given);
    if (given.isEmpty()) {
      progress.say(o.name() + ": packing texts");
      TextShards.write(
          shards,
          DataFiles.find(recipe.data(), o.files()),
          tokenizer,
          recipe.batches().length(),
          recipe.evaluation().heldOut(),
          recipe.seed());
    }
    return new ShardLoader(Shards.open(shards, "train"), recipe.seed(), 0, 1);
  }

  private Optional<Shards> heldOut(ObjectiveRecipe o, Optional<String> given) throws IOException {
    Path shards = shards(o, given);
    boolean any =
        Manifest.read(shards).shards().stream()
            .anyMatch(shard -> shard.split().equals("validation"));
    return any ? Optional.of(Shards.open(shards, "validation")) : Optional.empty();
  }

  private Path shards(ObjectiveRecipe o, Optional<String> given) {
    return given.map(Path::of).orElseGet(() -> folder.data().resolve(o.name()));
  }

  private int mask() {
    return Stream.of("<|mask|>", "<|reserved_special_token_0|>", "<|finetune_right_pad_id|>")
        .flatMapToInt(name -> tokenizer.specialId(name).stream())
        .findFirst()
        .orElseThrow(() ->
            new RecipeException(
                "masked_token: the vocabulary has no special token to hide places with. Use one"
                    + " with <|reserved_special_token_0|>."));
  }

  // ---- rows ----

  private <T> TaskRows<T> rows(ObjectiveRecipe o, Function<Row, Optional<T>> read)
      throws IOException {
    return TaskRows.read(
        DataFiles.find(recipe.data(), o.files()),
        read,
        recipe.evaluation().heldOut(),
        recipe.seed(),
        progress::say);
  }

  private <T> Objective rehearse(ObjectiveRecipe o, TaskRows<T> rows, Task<T> task) {
    progress.say("%s: %,d rows".formatted(o.name(), rows.training().size()));
    return new Rehearsal<>(
        o.name(),
        position -> rows.at(position, recipe.seed()),
        rows.heldOut(),
        task,
        recipe.seed());
  }

  private Instruct.Example example(List<Message> messages) {
    var format =
        ChatFormat.of(tokenizer)
            .orElseThrow(() -> new RecipeException("the vocabulary lacks Llama 3's header tokens"));
    var example = Instruct.Example.of(format, messages);
    if (!example.hasReply()) throw new DataException("there is no reply of an assistant");
    fits(example.inputs().length);
    return example;
  }

  private Preference.Example preference(Rows.Preference row) {
    return new Preference.Example(
        example(with(row.prompt(), row.chosen())), example(with(row.prompt(), row.rejected())));
  }

  private static List<Message> with(List<Message> prompt, String reply) {
    return Stream.concat(prompt.stream(), Stream.of(Message.assistant(reply))).toList();
  }

  private int[] text(String text) {
    int[] tokens = tokenizer.encode(text);
    fits(tokens.length);
    if (tokens.length == 0) throw new DataException("the text has no token");
    return tokens;
  }

  private void fits(int tokens) {
    int most = recipe.batches().length();
    if (tokens > most) {
      throw new DataException("%,d tokens, more than batch.length of %,d".formatted(tokens, most));
    }
  }

  private Optional<Contrastive.Example> pair(Row row, PairSource source) {
    return switch (source) {
      case LABELS ->
          Rows.pair(row)
              .map(pair ->
                  new Contrastive.Example(
                      text(pair.a()),
                      text(pair.b()),
                      pair.negatives().stream().map(this::text).toList()));
      case DROPOUT ->
          Rows.sentence(row)
              .map(sentence -> new Contrastive.Example(text(sentence), text(sentence), List.of()));
      case AUGMENTATION ->
          Rows.sentence(row)
              .map(this::text)
              .filter(tokens -> tokens.length > 3)
              .map(tokens ->
                  new Contrastive.Example(tokens, disturbed(tokens, row.line()), List.of()));
    };
  }

  /// Returns a copy that lacks a tenth of the tokens and has two neighbours exchanged.
  private int[] disturbed(int[] tokens, int line) {
    var random = new SplittableRandom(recipe.seed() * 31 + line);
    var copy = tokens.clone();
    int at = random.nextInt(copy.length - 1);
    int moved = copy[at];
    copy[at] = copy[at + 1];
    copy[at + 1] = moved;
    int[] left = java.util.Arrays.stream(copy).filter(id -> random.nextInt(10) != 0).toArray();
    return left.length == 0 ? copy : left;
  }

  // ---- heads ----

  private Objective classification(ObjectiveRecipe o, Kind.Classification kind) throws IOException {
    var read = rows(o, Rows::labelled);
    var labels =
        labels(
            kind.head(),
            kind.labels(),
            () -> all(read).map(Rows.Labelled::label).distinct().sorted().toList());
    train(
        o,
        new Head(kind.head(), Head.Kind.CLASSIFICATION, labels, kind.pooling(), kind.causal(), 1));
    var rows =
        map(
            o,
            read,
            row -> {
              int label = labels.indexOf(row.label());
              if (label < 0) {
                throw new DataException(
                    "the label '%s' is none of head %s: %s"
                        .formatted(row.label(), kind.head(), String.join(", ", labels)));
              }
              return new Classification.Example(text(row.text()), label);
            });
    return rehearse(o, rows, new Classification(kind.head(), kind.pooling(), kind.causal()));
  }

  private Objective tokenLabels(ObjectiveRecipe o, Kind.TokenLabels kind) throws IOException {
    var read = rows(o, Rows::marked);
    var given = TokenLabels.names(kind.types());
    var labels =
        labels(
            kind.head(),
            kind.types().isEmpty() ? List.of() : given,
            () -> TokenLabels.names(types(read)));
    train(
        o,
        new Head(kind.head(), Head.Kind.TOKEN_LABELS, labels, Head.Pooling.LAST, kind.causal(), 1));
    var rows = map(o, read, row -> fitting(TokenLabels.Example.of(tokenizer, row, labels)));
    return rehearse(o, rows, new TokenLabels(kind.head(), labels, kind.causal()));
  }

  private static List<String> types(TaskRows<Rows.Marked> rows) {
    return all(rows)
        .flatMap(row -> row.spans().stream())
        .map(Rows.Span::type)
        .distinct()
        .sorted()
        .toList();
  }

  private TokenLabels.Example fitting(TokenLabels.Example example) {
    fits(example.tokens().length);
    return example;
  }

  private Objective reading(ObjectiveRecipe o, Kind.Reading kind) throws IOException {
    train(o, new Head(kind.head(), Head.Kind.SPAN, Head.ENDS, Head.Pooling.LAST, false, 1));
    var read = rows(o, Rows::reading);
    var rows =
        new TaskRows<>(
            UnanswerableQuestions.added(read.training(), kind.unanswerable(), recipe.seed()),
            UnanswerableQuestions.added(read.heldOut(), kind.unanswerable(), recipe.seed()));
    return rehearse(o, map(o, rows, this::example), new Reading(kind.head()));
  }

  private Reading.Example example(Rows.Reading row) {
    var names = TokenLabels.names(List.of("answer"));
    var marked = new Rows.Marked(row.text(), row.answer().stream().toList());
    var labelled = fitting(TokenLabels.Example.of(tokenizer, marked, names));
    int[] places =
        IntStream.range(0, labelled.labels().length)
            .filter(at -> labelled.labels()[at] != 0)
            .toArray();
    return places.length == 0
        ? new Reading.Example(labelled.tokens(), 0, 0)
        : new Reading.Example(labelled.tokens(), places[0], places[places.length - 1]);
  }

  private Objective contrastive(ObjectiveRecipe o, Kind.Contrastive kind) throws IOException {
    train(
        o, new Head(kind.head(), Head.Kind.EMBEDDING, List.of(), kind.pooling(), kind.causal(), 1));
    return rehearse(
        o,
        rows(o, row -> pair(row, kind.source())),
        new Contrastive(
            kind.head(),
            kind.temperature(),
            kind.pairs(),
            kind.pooling(),
            kind.causal(),
            recipe.batches().micro()));
  }

  /// Returns a head's labels: as the recipe gives them, else as the head has them, else as the rows
  /// show them.
  private List<String> labels(String head, List<String> given, Supplier<List<String>> rows) {
    if (!given.isEmpty()) return given;
    return heads.find(head).map(Head::labels).orElseGet(rows);
  }

  private void train(ObjectiveRecipe o, Head head) {
    try {
      heads.train(head);
    } catch (IllegalArgumentException different) {
      throw new RecipeException(
          "%s: %s. Name another head, or agree with the one that is there."
              .formatted(o.name(), different.getMessage()));
    }
  }

  private static <T> Stream<T> all(TaskRows<T> rows) {
    return Stream.concat(rows.training().stream(), rows.heldOut().stream());
  }

  /// Makes rows ready; those that do not fit are left out, and the first is told.
  private <T, U> TaskRows<U> map(ObjectiveRecipe o, TaskRows<T> rows, Function<T, U> make) {
    var bad = new ArrayList<String>();
    var made = new TaskRows<>(made(rows.training(), make, bad), made(rows.heldOut(), make, bad));
    if (!bad.isEmpty()) {
      progress.say(
          "%s: %,d rows left out, the first: %s".formatted(o.name(), bad.size(), bad.getFirst()));
    }
    if (made.training().isEmpty()) {
      throw new DataException(
          "%s: no row is left. The first: %s".formatted(o.name(), bad.getFirst()));
    }
    return made;
  }

  private static <T, U> List<U> made(List<T> rows, Function<T, U> make, List<String> bad) {
    var made = new ArrayList<U>();
    for (T row : rows) {
      try {
        made.add(make.apply(row));
      } catch (DataException unfit) {
        bad.add(String.valueOf(unfit.getMessage()));
      }
    }
    return made;
  }

  private LlamaTrainingModel frozen(String name) {
    var weights = new Parameters();
    var model = ModelFolder.read(ModelFolder.find(name), weights);
    weights.freeze();
    return new LlamaTrainingModel(
        model.config(), weights, recipe.precision(), 0, false, Optional.empty());
  }
}
