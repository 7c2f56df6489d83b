package altiplano.tasks;

import altiplano.generation.Generation;
import altiplano.generation.GenerationOptions;
import altiplano.generation.JsonSchema;
import altiplano.generation.LogProbabilities;
import altiplano.model.Head;
import altiplano.model.LlamaModel;
import altiplano.model.ModelOptions;
import altiplano.tasks.Sentiment.Scale;
import altiplano.tokenizer.Message;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
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
  private static final int FREE_ANSWER_TOKENS = 128;

  private static final int PASSAGES = 3;
  private static final double SURE = 0.5;

  private final LlamaModel model;
  private final ModelRunner runner;
  private final LabelScorer scorer;
  private final HeadReader heads;
  private final SentimentTask sentiment;
  private final Extractor extractor;
  private final PassageReader reader;
  private final ContractRules rules = ContractRules.standard();
  private final Map<Language, PromptTemplates> prompts;

  private Llama3Model(ModelRunner runner, Map<Language, PromptTemplates> prompts) {
    this.model = runner.model();
    this.runner = runner;
    this.prompts = prompts;
    scorer = new LabelScorer(runner);
    heads = new HeadReader(runner);
    sentiment = new SentimentTask(scorer, heads);
    extractor = new Extractor(runner, scorer, heads);
    reader = new PassageReader(runner, heads);
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
  ///
  /// Prompts that the model was trained on go before the program's: metadata `altiplano.prompts.zh`
  /// and `altiplano.prompts.en`, in the form that [PromptTemplates] describes.
  public static Llama3Model of(LlamaModel model) {
    var prompts = new EnumMap<Language, PromptTemplates>(Language.class);
    for (Language language : Language.values()) {
      var standard = PromptTemplates.of(language);
      String key = "altiplano.prompts." + language.tag();
      prompts.put(
          language,
          model.metadata().text(key).map(text -> standard.with(key, text)).orElse(standard));
    }
    return new Llama3Model(new ModelRunner(model), prompts);
  }

  /// Returns this model with other prompts in a language; both share the model, close one of them.
  public Llama3Model withPrompts(Language language, PromptTemplates templates) {
    var others = new EnumMap<>(prompts);
    others.put(language, templates);
    return new Llama3Model(runner, others);
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
    return analyzeSentiment(texts, Optional.empty(), TaskOptions.DEFAULT);
  }

  /// Judges many texts, in their order, which shares the work that they have in common. The
  /// language is that of the first text where the options do not say.
  ///
  /// @param scale chosen by the model for each text where it is absent
  public List<Sentiment> analyzeSentiment(
      List<String> texts, Optional<Scale> scale, TaskOptions options) {
    if (texts.isEmpty()) return List.of();
    var templates = prompts(options, texts.getFirst());
    return sentiment.judge(texts, scale, templates, Deadline.of(options));
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
    var deadline = Deadline.of(options);
    Optional<Head> head = heads.classifier(labels);
    if (head.isPresent()) {
      var found = heads.classify(head.get(), "", text, deadline);
      var probabilities = new LinkedHashMap<String, Double>();
      for (String label : labels) {
        probabilities.put(label, found.probabilities().getOrDefault(label, 0.0));
      }
      return new Classification(
          found.best(), probabilities, new Usage(found.tokens(), 0, deadline.elapsed()));
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
            deadline);
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
    Domain domain = extractor.domain(text, templates, deadline);
    return extractor.extract(text, domain, templates, deadline);
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

  /// Answers a question about Llama 3.1 from the small knowledge base that ships with the program;
  /// what that does not hold, the model answers in its own words, and the answer has no sources.
  public Answer answerQuestion(String question) {
    return answerQuestion(question, TaskOptions.DEFAULT);
  }

  /// As [#answerQuestion(String)], with options.
  public Answer answerQuestion(String question, TaskOptions options) {
    var knowledge = MemoryPassages.knowledge(options.languageFor(question));
    var answer = answerQuestion(question, knowledge, options);
    return answer.text().isPresent() ? answer : answerFreely(question, options);
  }

  /// Answers in the model's own words, with how sure it was of each token on average.
  private Answer answerFreely(String question, TaskOptions options) {
    String prompt = prompts(options, question).fill("answer.plain", Map.of("question", question));
    var settings =
        GenerationOptions.GREEDY.withMaxTokens(FREE_ANSWER_TOKENS).withLogProbabilities(0);
    var completion = runner.complete(runner.prompt(prompt), settings, Deadline.of(options));
    double mean =
        completion.logProbabilities().stream()
            .mapToDouble(LogProbabilities::logProbability)
            .average()
            .orElse(0);
    String text = completion.text().strip();
    return new Answer(
        text.isEmpty() ? Optional.empty() : Optional.of(text),
        Optional.empty(),
        Math.exp(mean),
        List.of(),
        Extractor.usage(completion));
  }

  /// Answers a question from a passage, in the passage's words, or says that it is not there.
  public Answer answerQuestion(String question, String passage) {
    return answerQuestion(question, passage, TaskOptions.DEFAULT);
  }

  /// As [#answerQuestion(String, String)], with options.
  public Answer answerQuestion(String question, String passage, TaskOptions options) {
    return reader.read(question, passage, prompts(options, question), Deadline.of(options));
  }

  /// Answers a question from a collection: in the words of the first of its best passages of which
  /// the model is sure that it holds an answer; else by the sentence that has most of the
  /// question's words, if it has half of them. The passages that were read are the answer's
  /// sources, the one that the answer's span is in comes first.
  public Answer answerQuestion(String question, Passages passages, TaskOptions options) {
    var deadline = Deadline.of(options);
    var found = passages.search(question, PASSAGES);
    var usage = Usage.NONE;
    for (Passage passage : found) {
      var answer = reader.read(question, passage.text(), prompts(options, question), deadline);
      usage = usage.plus(answer.usage());
      if (answer.text().isPresent() && answer.confidence() >= SURE) {
        return new Answer(
            answer.text(), answer.span(), answer.confidence(), first(passage, found), usage);
      }
    }
    var sentence = BestSentence.of(question, found);
    if (sentence.isEmpty() || sentence.get().share() < SURE) {
      return new Answer(Optional.empty(), Optional.empty(), 0, found, usage);
    }
    Span span = sentence.get().span();
    return new Answer(
        Optional.of(span.value()),
        Optional.of(span),
        sentence.get().share(),
        first(sentence.get().passage(), found),
        usage);
  }

  private static List<Passage> first(Passage cited, List<Passage> read) {
    return Stream.concat(Stream.of(cited), read.stream().filter(passage -> !passage.equals(cited)))
        .toList();
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

  /// Finds a contract's clauses, and what explicit rules with their articles of law say of it; with
  /// the facts that the model finds, if it was trained to find them.
  public ContractReview reviewContract(String contract) {
    return reviewContract(contract, rules, TaskOptions.DEFAULT);
  }

  /// As [#reviewContract(String)], by rules of one's own and with options.
  public ContractReview reviewContract(String contract, ContractRules rules, TaskOptions options) {
    var review = rules.review(contract);
    // Findings are the rules' alone: what a model guesses is no legal reason.
    if (heads.find("extract.law", Head.Kind.TOKEN_LABELS).isEmpty()) return review;
    var found = extractKeyInformation(contract, Domain.LAW, options);
    return new ContractReview(review.clauses(), review.findings(), Optional.of(found));
  }

  /// Returns the vector of a text, of length 1.
  public float[] embed(String text, Level level) {
    return embed(List.of(text), level, TaskOptions.DEFAULT).getFirst();
  }

  /// Returns the vectors of texts, in their order; short ones are read together.
  public List<float[]> embed(List<String> texts, Level level, TaskOptions options) {
    if (level != Level.WORD) return heads.vectors(texts, level, Deadline.of(options));
    return texts.stream().map(this::wordVector).toList();
  }

  private float[] wordVector(String word) {
    int[] ids = runner.plain(word);
    if (ids.length == 0) throw new IllegalArgumentException("an empty text has no vector");
    return heads.encoder().wordVector(ids);
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) sum += (double) a[i] * b[i];
    return sum;
  }

  /// Returns how alike two texts are: the cosine of their vectors, from -1 to 1.
  public double similarity(String a, String b) {
    return similarity(a, b, TaskOptions.DEFAULT);
  }

  /// As [#similarity(String, String)], with options.
  public double similarity(String a, String b, TaskOptions options) {
    var vectors = embed(List.of(a, b), Level.SENTENCE, options);
    return Math.clamp(dot(vectors.getFirst(), vectors.getLast()), -1, 1);
  }

  @Override
  public void close() {
    runner.close();
    model.close();
  }
}
