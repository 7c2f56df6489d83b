package altiplano.generation.records;

import java.lang.reflect.Constructor;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// How a Java type looks in JSON.
public sealed interface Shape {
  /// Text, or what is written as text of a format.
  record Text(Optional<String> format, Function<String, Object> parse) implements Shape {}

  /// An integer, between two bounds if both are there.
  record Whole(Optional<Long> min, Optional<Long> max, Function<BigDecimal, Object> convert)
      implements Shape {}

  record Decimal(Function<BigDecimal, Object> convert) implements Shape {}

  record Flag() implements Shape {}

  /// One of an enum's constants, by its name.
  record Constant(Map<String, Object> byName) implements Shape {}

  record Elements(Shape element) implements Shape {}

  record Maybe(Shape value) implements Shape {}

  /// A record. Its components are filled in after it is known, as they may contain it.
  record RecordOf(Class<?> type, Constructor<?> constructor, List<Component> components)
      implements Shape {
    RecordOf(Class<?> type, Constructor<?> constructor) {
      this(type, constructor, new ArrayList<>());
    }
  }

  /// One of the records of a sealed interface, by the property `type`.
  record OneOf(Class<?> type, List<RecordOf> variants) implements Shape {
    OneOf(Class<?> type) {
      this(type, new ArrayList<>());
    }
  }

  /// A component of a record.
  ///
  /// @param description empty if there is none
  record Component(String name, Shape shape, String description) {}
}
