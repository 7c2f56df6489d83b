package altiplano.tasks;

import altiplano.generation.Constraint;
import altiplano.generation.GenerationOptions;
import altiplano.tasks.ContractReview.Clause;

/// Writes contract clauses that have the form of clauses.
final class ClauseWriter {
  private static final int MOST_CLAUSES = 8;

  /// A clause is its number, a title of a few characters, and a line of text that ends in 。
  private static final String CLAUSE = " \\p{Han}{2,8}\\n[^。\\p{C}]{4,100}。\\n";

  private static final String NUMBERS = "一二三四五六七八";

  private final ModelRunner runner;
  private final ContractRules rules;

  ClauseWriter(ModelRunner runner, ContractRules rules) {
    this.runner = runner;
    this.rules = rules;
  }

  GeneratedText write(String prompt, GenerationOptions options) {
    var completion =
        runner.complete(
            runner.ids(prompt + "\n"),
            options.withConstraint(clauses()),
            Deadline.of(TaskOptions.DEFAULT));
    String text = consistent(prompt, completion.text());
    return new GeneratedText(text, completion.finish(), Extractor.usage(completion));
  }

  /// Returns the constraint: 第一条, then perhaps 第二条, and so on.
  private static Constraint clauses() {
    var pattern = new StringBuilder();
    for (int i = 0; i < MOST_CLAUSES; i++) {
      pattern.append(i == 0 ? "" : "(").append('第').append(NUMBERS.charAt(i)).append('条');
      pattern.append(CLAUSE);
    }
    pattern.append(")?".repeat(MOST_CLAUSES - 1));
    return Constraint.regex(pattern.toString());
  }

  /// Leaves out clauses that contradict the facts given, and one that was cut.
  private String consistent(String facts, String text) {
    var kept = new StringBuilder();
    for (Clause clause : ContractRules.clauses(text)) {
      String body = text.substring(clause.start(), clause.end());
      boolean whole = body.endsWith("。");
      if (whole && !rules.contradict(facts, body)) kept.append(body).append('\n');
    }
    return kept.toString();
  }
}
