package altiplano.tasks;

import java.util.List;

/// A field of knowledge, with the key information that its texts hold.
public enum Domain {
  MEDICAL,
  LAW,
  FINANCE;

  /// Returns the names of its fields.
  public List<String> fields() {
    return switch (this) {
      case MEDICAL ->
          List.of(
              "sex",
              "age",
              "chief_complaint",
              "duration",
              "history",
              "medication",
              "examination",
              "diagnosis");
      case LAW -> List.of("parties", "amounts", "dates", "clauses", "obligations");
      case FINANCE -> List.of("company", "event", "figures", "direction");
    };
  }
}
