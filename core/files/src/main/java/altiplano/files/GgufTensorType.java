package altiplano.files;

import altiplano.tensor.ElementType;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The numbers that GGUF gives tensor types.
final class GgufTensorType {
  private static final Map<Integer, ElementType> READ =
      Map.ofEntries(
          Map.entry(0, ElementType.F32),
          Map.entry(1, ElementType.F16),
          Map.entry(2, ElementType.Q4_0),
          Map.entry(3, ElementType.Q4_1),
          Map.entry(6, ElementType.Q5_0),
          Map.entry(7, ElementType.Q5_1),
          Map.entry(8, ElementType.Q8_0),
          Map.entry(10, ElementType.Q2_K),
          Map.entry(11, ElementType.Q3_K),
          Map.entry(12, ElementType.Q4_K),
          Map.entry(13, ElementType.Q5_K),
          Map.entry(14, ElementType.Q6_K),
          Map.entry(30, ElementType.BF16));

  /// Types of other engines, by number from 15; an empty name is a number no longer in use.
  private static final List<String> OTHERS_FROM_15 =
      List.of(
          "Q8_K", "IQ2_XXS", "IQ2_XS", "IQ3_XXS", "IQ1_S", "IQ4_NL", "IQ3_S", "IQ2_S", "IQ4_XS",
          "I8", "I16", "I32", "I64", "F64", "IQ1_M", "", "", "", "", "TQ1_0", "TQ2_0", "", "", "",
          "MXFP4");

  private GgufTensorType() {}

  static Optional<ElementType> of(long number) {
    return number > 30 ? Optional.empty() : Optional.ofNullable(READ.get((int) number));
  }

  static int number(ElementType type) {
    return READ.entrySet().stream()
        .filter(entry -> entry.getValue() == type)
        .findFirst()
        .orElseThrow()
        .getKey();
  }

  /// Says what is known of a type that [#of] does not have.
  static String describe(long number) {
    int index = Math.clamp(number - 15, -1, OTHERS_FROM_15.size());
    var name = index < 0 || index == OTHERS_FROM_15.size() ? "" : OTHERS_FROM_15.get(index);
    return number + (name.isEmpty() ? ", which no engine writes today" : " (" + name + ")");
  }
}
