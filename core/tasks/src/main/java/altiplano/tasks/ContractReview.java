package altiplano.tasks;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// What a contract consists of, and what is wrong with it.
///
/// @param information what the model found in it: parties, amounts, dates, obligations; absent
///   where the rules were asked alone, or the model has no head for it
public record ContractReview(
    List<Clause> clauses, List<Finding> findings, Optional<KeyInformation> information) {
  public ContractReview {
    clauses = List.copyOf(clauses);
    findings = List.copyOf(findings);
  }

  /// A numbered clause.
  ///
  /// @param number as written, such as 第一条
  /// @param start in UTF-16 units
  /// @param end exclusive
  public record Clause(String number, Optional<String> title, int start, int end) {}

  /// Something to look at.
  ///
  /// @param clause the number of the clause; absent if the contract as a whole is meant
  /// @param source the article of law behind it
  /// @param start of the words in question, in UTF-16 units; absent where something is missing
  /// @param end exclusive
  public record Finding(
      Optional<String> clause,
      Risk risk,
      String reason,
      String source,
      OptionalInt start,
      OptionalInt end) {}

  public enum Risk {
    HIGH,
    MEDIUM,
    LOW
  }
}
