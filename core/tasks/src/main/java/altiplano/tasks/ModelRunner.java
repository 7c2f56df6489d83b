package altiplano.tasks;

import altiplano.generation.Completion;
import altiplano.generation.Generation;
import altiplano.generation.GenerationOptions;
import altiplano.generation.LogProbabilities;
import altiplano.generation.PromptCache;
import altiplano.generation.Prompts;
import altiplano.model.Batch;
import altiplano.model.KeyValueCache;
import altiplano.model.LlamaModel;
import altiplano.model.Logits;
import altiplano.tokenizer.ChatFormat;
import altiplano.tokenizer.Message;
import altiplano.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// Asks the model: lays prompts out, writes answers, scores given ones. What prompts have in common
/// is read once. Thread-safe.
final class ModelRunner implements AutoCloseable {
  private static final long PROMPT_CACHE_BYTES = 64L << 20;

  private static final Pattern SENTENCE_ENDS = Pattern.compile("(?<=[。!\uff01?\uff1f;\uff1b.\\n])");

  private final LlamaModel model;
  private final Tokenizer tokenizer;
  private final Optional<ChatFormat> chat;
  private final PromptCache prompts;

  ModelRunner(LlamaModel model) {
    this.model = model;
    tokenizer = model.tokenizer();
    // A base model has the header tokens too, but only a template says that it was taught them.
    boolean taught = model.metadata().text("tokenizer.chat_template").isPresent();
    chat = taught ? ChatFormat.of(tokenizer) : Optional.empty();
    prompts = new PromptCache(model, PROMPT_CACHE_BYTES);
  }

  LlamaModel model() {
    return model;
  }

  /// Returns the ids of a text that the model goes on from.
  int[] ids(String text) {
    return Prompts.raw(tokenizer, text);
  }

  /// Returns the ids of a text as heads read it: without begin-of-text.
  int[] plain(String text) {
    return tokenizer.encode(text);
  }

  int count(String text) {
    return tokenizer.encode(text).length;
  }

  /// Returns the ids of a question: as the user's turn if the model knows turns, else as it is.
  int[] prompt(String question) {
    return chat.map(format -> format.prompt(List.of(Message.user(question))))
        .orElseGet(() -> ids(question));
  }

  /// Returns the ids of a conversation; a model without turns gets one message a line.
  int[] prompt(List<Message> messages) {
    if (chat.isPresent()) return chat.get().prompt(messages);
    var text = new StringBuilder();
    for (Message message : messages) text.append(message.content()).append('\n');
    return ids(text.toString());
  }

  /// Returns how many tokens of text fit beside a prompt without it and an answer.
  int room(String emptyPrompt, int answer) {
    return model.contextLength() - prompt(emptyPrompt).length - answer;
  }

  Completion complete(int[] prompt, GenerationOptions options, Deadline deadline) {
    deadline.check();
    KeyValueCache sequence = prompts.take(prompt);
    try (var generation = Generation.start(model, sequence, prompt, options)) {
      while (generation.hasNext()) {
        generation.next();
        deadline.check();
      }
      prompts.keep(sequence);
      return generation.completion();
    }
  }

  /// Returns the log-probability of each answer after a prompt, which is read once.
  double[] score(int[] prompt, List<String> answers, Deadline deadline) {
    deadline.check();
    try (KeyValueCache shared = prompts.take(prompt)) {
      // The last token is read again if need be: its logits are wanted.
      shared.truncate(Math.min(shared.length(), prompt.length - 1));
      int[] rest = Arrays.copyOfRange(prompt, shared.length(), prompt.length);
      float[] first = model.forward(Batch.of(shared, rest, Batch.Wanted.LAST)).row(0);
      prompts.keep(shared);
      double[] scores = new double[answers.size()];
      for (int i = 0; i < scores.length; i++) {
        deadline.check();
        scores[i] = score(shared, first, tokenizer.encode(answers.get(i)));
      }
      return scores;
    }
  }

  private double score(KeyValueCache shared, float[] first, int[] answer) {
    double score = logProbability(first, answer[0]);
    if (answer.length == 1) return score;
    try (KeyValueCache own = shared.fork()) {
      int[] read = Arrays.copyOf(answer, answer.length - 1);
      Logits logits = model.forward(Batch.of(own, read, Batch.Wanted.ALL));
      for (int i = 1; i < answer.length; i++) {
        score += logProbability(logits.row(i - 1), answer[i]);
      }
    }
    return score;
  }

  private static double logProbability(float[] logits, int id) {
    return logits[id] - LogProbabilities.logSumExp(logits);
  }

  /// Returns probabilities in proportion to `exp(scores)`.
  static double[] softmax(double[] scores) {
    double largest = Arrays.stream(scores).max().orElse(0);
    double[] weights = Arrays.stream(scores).map(score -> Math.exp(score - largest)).toArray();
    double total = Arrays.stream(weights).sum();
    return Arrays.stream(weights).map(weight -> weight / total).toArray();
  }

  /// Cuts a text into windows of at most `tokens`, between sentences where it can.
  ///
  /// @return the windows in order; joined they are the text
  List<String> windows(String text, int tokens) {
    if (tokens < 1) throw new IllegalArgumentException("the context leaves no room for a text");
    if (count(text) <= tokens) return List.of(text);
    var windows = new ArrayList<String>();
    var window = new StringBuilder();
    int inWindow = 0;
    for (String sentence : SENTENCE_ENDS.split(text, -1)) {
      for (String piece : pieces(sentence, tokens)) {
        int inPiece = count(piece);
        if (inWindow > 0 && inWindow + inPiece > tokens) {
          windows.addAll(pieces(window.toString(), tokens));
          window.setLength(0);
          inWindow = 0;
        }
        window.append(piece);
        inWindow += inPiece;
      }
    }
    windows.addAll(pieces(window.toString(), tokens));
    return windows;
  }

  /// Halves what is too long by itself, between characters.
  private List<String> pieces(String text, int tokens) {
    if (text.length() < 2 || count(text) <= tokens) return List.of(text);
    int middle = text.offsetByCodePoints(0, text.codePointCount(0, text.length()) / 2);
    if (middle == 0) return List.of(text);
    var pieces = new ArrayList<>(pieces(text.substring(0, middle), tokens));
    pieces.addAll(pieces(text.substring(middle), tokens));
    return pieces;
  }

  /// Frees what was read of earlier prompts.
  @Override
  public void close() {
    prompts.close();
  }
}
