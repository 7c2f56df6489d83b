package altiplano.tasks;

import altiplano.generation.Generation;
import altiplano.generation.GenerationOptions;
import altiplano.generation.JsonSchema;
import altiplano.model.Head;
import altiplano.model.Head.Pooling;
import altiplano.model.LlamaModel;
import altiplano.model.ModelOptions;
import altiplano.model.TextEncoder;
import altiplano.tasks.Sentiment.Scale;
import altiplano.tokenizer.Message;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators.AbstractSpliterator;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/// A Llama 3.1 model and what it is used for.
///
/// ```java
/// try (var model = Llama3Model.load()) {
///   var info = model.extractKeyInformation("患者,男性,45岁,主诉头痛,持续两天。既往有高血压病史。");
///   var terms = model.generateText("根据《劳动合同法》,本合同的主要条款如下:", 200);
///   var mood = model.analyzeSentiment("某科技公司股价大幅上涨,市场反应积极。");
///   var answer = model.answerQuestion("Llama3.1 的核心技术是什么?");
/// }
/// ```
///
/// Any checkpoint will do: where it has a head for a task the head decides, else prompts, and
/// constraints under which the answer can only have the right form. Texts are data: what looks like
/// a special token or an instruction in them is neither. Texts longer than the context are read by
/// windows and the findings merged. Thread-safe; once closed, it answers [IllegalStateException].
public final class Llama3Model implements AutoCloseable {
  private static final int CLAUSE_TOKENS = 400;

  private final LlamaModel model;
  private final ModelRunner runner;
  private final LabelScorer scorer;
  private final SentimentTask sentiment;
  private final Extractor extractor;
  private final PassageReader reader;
  private final TextEncoder encoder;
  private final ContractRules rules = ContractRules.standard();
  private final Map<Language, PromptTemplates> prompts;

  private Llama3Model(LlamaModel model, Map<Language, PromptTemplates> prompts) {
    this.model = model;
    this.prompts = prompts;
    runner = new ModelRunner(model);
    scorer = new LabelScorer(runner);
    sentiment = new SentimentTask(runner, scorer);
    extractor = new Extractor(runner);
    reader = new PassageReader(runner);
    encoder = new TextEncoder(model);
  }

  /// Opens the model that comes with the program.
  ///
  /// @throws NoSuchModelException if none does
  public static Llama3Model load() {
    return load(ModelNames.MINI);
  }

  /// Opens a model by what it is called: a GGUF file, a Hugging Face folder, a name in the store
  /// (`ALTIPLANO_HOME`) or `mini`, which comes with the program.
  ///
  /// @throws NoSuchModelException if there is none
  public static Llama3Model load(String nameOrPath) {
    return load(nameOrPath, ModelOptions.DEFAULT);
  }

  /// As [#load(String)], with options.
  public static Llama3Model load(String nameOrPath, ModelOptions options) {
    return of(LlamaModel.open(ModelNames.resolve(nameOrPath), options));
  }

  /// Opens a GGUF file or a Hugging Face folder.
  public static Llama3Model load(Path path) {
    return of(LlamaModel.open(path));
  }

  /// Takes an open model, which it owns from then on.
  public static Llama3Model of(LlamaModel model) {
    var prompts = new EnumMap<Language, PromptTemplates>(Language.class);
    for (Language language : Language.values()) prompts.put(language, PromptTemplates.of(language));
    return new Llama3Model(model, prompts);
  }

  /// Returns this model with other prompts in a language; both share the model, close one of them.
  public Llama3Model withPrompts(Language language, PromptTemplates templates) {
    var others = new EnumMap<>(prompts);
    others.put(language, templates);
    return new Llama3Model(model, others);
  }

  /// Returns the model below the tasks.
  public LlamaModel model() {
    return model;
  }

  private PromptTemplates prompts(TaskOptions options, String text) {
    return Objects.requireNonNull(prompts.get(options.languageFor(text)));
  }

  /// Goes on with a prompt.
  ///
  /// @param maxTokens the most new tokens
  public GeneratedText generateText(String prompt, int maxTokens) {
    return generateText(prompt, GenerationOptions.of(model).withMaxTokens(maxTokens));
  }

  /// As [#generateText(String, int)], with all options.
  public GeneratedText generateText(String prompt, GenerationOptions options) {
    return generate(runner.ids(prompt), options);
  }

  /// Answers the last message of a conversation.
  public GeneratedText chat(List<Message> messages) {
    return chat(messages, GenerationOptions.of(model));
  }

  /// As [#chat(List)], with all options.
  public GeneratedText chat(List<Message> messages, GenerationOptions options) {
    return generate(runner.prompt(messages), options);
  }

  private GeneratedText generate(int[] prompt, GenerationOptions options) {
    var completion = runner.complete(prompt, options, Deadline.of(TaskOptions.DEFAULT));
    return new GeneratedText(completion.text(), completion.finish(), Extractor.usage(completion));
  }

  /// Goes on with a prompt, piece by piece as the text comes. Close the stream if it is not read to
  /// its end.
  public Stream<String> streamText(String prompt, GenerationOptions options) {
    var generation = Generation.start(model, runner.ids(prompt), options);
    var pieces =
        new AbstractSpliterator<String>(Long.MAX_VALUE, Spliterator.ORDERED) {
          @Override
          public boolean tryAdvance(Consumer<? super String> action) {
            if (!generation.hasNext()) return false;
            action.accept(generation.next().text());
            return true;
          }
        };
    return StreamSupport.stream(pieces, false)
        .filter(piece -> !piece.isEmpty())
        .onClose(generation::close);
  }

  /// As [#streamText], for reactive programs: each subscriber gets a generation of its own, which
  /// ends when it cancels.
  public Flow.Publisher<String> publishText(String prompt, GenerationOptions options) {
    return subscriber -> {
      var publisher = new SubmissionPublisher<String>();
      publisher.subscribe(subscriber);
      Thread.ofVirtual().start(() -> publish(prompt, options, publisher));
    };
  }

  private void publish(
      String prompt, GenerationOptions options, SubmissionPublisher<String> publisher) {
    try (var pieces = streamText(prompt, options)) {
      for (var next = pieces.iterator(); next.hasNext() && publisher.hasSubscribers(); ) {
        publisher.submit(next.next());
      }
      publisher.close();
    } catch (RuntimeException failure) {
      publisher.closeExceptionally(failure);
    }
  }

  /// Says how a text feels about its subject; the scale is chosen by the model.
  public Sentiment analyzeSentiment(String text) {
    return analyzeSentiment(text, TaskOptions.DEFAULT);
  }

  /// As [#analyzeSentiment(String)], with options.
  public Sentiment analyzeSentiment(String text, TaskOptions options) {
    return sentiment.judge(text, Optional.empty(), prompts(options, text), Deadline.of(options));
  }

  /// As [#analyzeSentiment(String)], on a given scale.
  public Sentiment analyzeSentiment(String text, Scale scale, TaskOptions options) {
    return sentiment.judge(text, Optional.of(scale), prompts(options, text), Deadline.of(options));
  }

  /// Judges many texts, in their order.
  public List<Sentiment> analyzeSentiment(List<String> texts) {
    return texts.stream().map(this::analyzeSentiment).toList();
  }

  /// Says how a text feels about one aspect, such as 价格.
  public Sentiment analyzeSentimentOf(String text, String aspect, TaskOptions options) {
    return sentiment.judge(text, aspect, prompts(options, text), Deadline.of(options));
  }

  /// Chooses one of any labels.
  ///
  /// @param labels at least one, none of them empty
  public Classification classify(String text, List<String> labels) {
    return classify(text, labels, TaskOptions.DEFAULT);
  }

  /// As [#classify(String, List)], with options.
  public Classification classify(String text, List<String> labels, TaskOptions options) {
    if (labels.isEmpty() || labels.contains("")) {
      throw new IllegalArgumentException("labels are texts, at least one: " + labels);
    }
    var templates = prompts(options, text);
    var values = new LinkedHashMap<String, String>();
    values.put("labels", String.join(", ", labels));
    var words = new LinkedHashMap<String, String>();
    for (String label : labels) words.put(label, label);
    var scores =
        scorer.score(
            text,
            window -> {
              values.put("text", window);
              return templates.fill("classify", values);
            },
            words,
            Deadline.of(options));
    return new Classification(scores.best(), scores.probabilities(), scores.usage());
  }

  /// Finds the key information of a text; its domain is chosen by the model.
  public KeyInformation extractKeyInformation(String text) {
    return extractKeyInformation(text, TaskOptions.DEFAULT);
  }

  /// As [#extractKeyInformation(String)], with options.
  public KeyInformation extractKeyInformation(String text, TaskOptions options) {
    var templates = prompts(options, text);
    var deadline = Deadline.of(options);
    var words = new LinkedHashMap<Domain, String>();
    for (Domain domain : Domain.values()) {
      words.put(domain, templates.template("domain." + domain.name().toLowerCase(Locale.ROOT)));
    }
    Domain best =
        scorer
            .score(
                text, window -> templates.fill("domain", Map.of("text", window)), words, deadline)
            .best();
    return extractor.extract(text, best, templates, deadline);
  }

  /// As [#extractKeyInformation(String)], of a given domain.
  public KeyInformation extractKeyInformation(String text, Domain domain, TaskOptions options) {
    return extractor.extract(text, domain, prompts(options, text), Deadline.of(options));
  }

  /// Makes a record of a text: the model can only write what fits the record's schema.
  ///
  /// @throws IncompleteAnswerException if the record is not whole within the limit of tokens
  public <T> Extraction<T> extract(String text, Class<T> type) {
    return extract(text, JsonSchema.of(type), TaskOptions.DEFAULT);
  }

  /// As [#extract(String, Class)], with a schema made before and options.
  public <T> Extraction<T> extract(String text, JsonSchema<T> schema, TaskOptions options) {
    return extractor.extract(text, schema, prompts(options, text), Deadline.of(options));
  }

  /// Answers a question about Llama 3.1 from the small knowledge base that ships with the program.
  public Answer answerQuestion(String question) {
    return answerQuestion(question, TaskOptions.DEFAULT);
  }

  /// As [#answerQuestion(String)], with options.
  public Answer answerQuestion(String question, TaskOptions options) {
    var knowledge = MemoryPassages.knowledge(options.languageFor(question));
    return answerQuestion(question, knowledge, options);
  }

  /// Answers a question from a passage, in the passage's words, or says that it is not there.
  public Answer answerQuestion(String question, String passage) {
    return answerQuestion(question, passage, TaskOptions.DEFAULT);
  }

  /// As [#answerQuestion(String, String)], with options.
  public Answer answerQuestion(String question, String passage, TaskOptions options) {
    return reader.read(question, passage, prompts(options, question), Deadline.of(options));
  }

  /// Answers a question from a collection: from the first of its best passages that holds an
  /// answer. All passages that were read are the answer's sources.
  public Answer answerQuestion(String question, Passages passages, TaskOptions options) {
    var deadline = Deadline.of(options);
    var found = passages.search(question, 3);
    var usage = Usage.NONE;
    for (int i = 0; i < found.size(); i++) {
      var answer = reader.read(question, found.get(i).text(), prompts(options, question), deadline);
      usage = usage.plus(answer.usage());
      if (answer.text().isPresent()) {
        return new Answer(
            answer.text(), answer.span(), answer.confidence(), found.subList(0, i + 1), usage);
      }
    }
    return new Answer(Optional.empty(), Optional.empty(), 0, found, usage);
  }

  /// Writes contract clauses after a prompt: numbered, each with a title and a body.
  ///
  /// A clause that contradicts a number given in the prompt, such as the probation period, is left
  /// out.
  public GeneratedText generateClause(String prompt) {
    return generateClause(prompt, GenerationOptions.of(model).withMaxTokens(CLAUSE_TOKENS));
  }

  /// As [#generateClause(String)], with all options but the constraint.
  public GeneratedText generateClause(String prompt, GenerationOptions options) {
    return new ClauseWriter(runner, rules).write(prompt, options);
  }

  /// Finds a contract's clauses, and what explicit rules with their articles of law say of it.
  public ContractReview reviewContract(String contract) {
    return rules.review(contract);
  }

  /// Returns the vector of a text, of length 1.
  public float[] embed(String text, Level level) {
    int[] ids = level == Level.WORD ? model.tokenizer().encode(text) : runner.ids(text);
    if (ids.length == 0) throw new IllegalArgumentException("an empty text has no vector");
    if (level == Level.WORD) return encoder.wordVector(ids);
    Optional<Head> head =
        model.heads().stream().filter(any -> any.kind() == Head.Kind.EMBEDDING).findFirst();
    var vectors =
        runner.windows(text, model.contextLength() - 1).stream()
            .map(runner::ids)
            .map(some ->
                head.map(any -> encoder.vector(some, any))
                    .orElseGet(() -> encoder.vector(some, Pooling.MEAN)))
            .toList();
    return mean(vectors);
  }

  private static float[] mean(List<float[]> vectors) {
    float[] sum = vectors.getFirst().clone();
    for (float[] vector : vectors.subList(1, vectors.size())) {
      for (int i = 0; i < sum.length; i++) sum[i] += vector[i];
    }
    double length = Math.sqrt(dot(sum, sum));
    if (length > 0) for (int i = 0; i < sum.length; i++) sum[i] = (float) (sum[i] / length);
    return sum;
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) sum += (double) a[i] * b[i];
    return sum;
  }

  /// Returns how alike two texts are: the cosine of their vectors, from -1 to 1.
  public double similarity(String a, String b) {
    double cosine = dot(embed(a, Level.SENTENCE), embed(b, Level.SENTENCE));
    return Math.clamp(cosine, -1, 1);
  }

  @Override
  public void close() {
    model.close();
  }
}
