package altiplano.generation.records;

import altiplano.generation.Description;
import altiplano.generation.records.Shape.Component;
import altiplano.generation.records.Shape.Constant;
import altiplano.generation.records.Shape.Decimal;
import altiplano.generation.records.Shape.Elements;
import altiplano.generation.records.Shape.Flag;
import altiplano.generation.records.Shape.Maybe;
import altiplano.generation.records.Shape.OneOf;
import altiplano.generation.records.Shape.RecordOf;
import altiplano.generation.records.Shape.Text;
import altiplano.generation.records.Shape.Whole;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Constructor;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

/// The shapes of a type and of all it is made of.
public final class Types {
  private static final Map<Class<?>, Shape> SCALARS =
      Map.ofEntries(
          Map.entry(String.class, new Text(Optional.empty(), text -> text)),
          Map.entry(LocalDate.class, text("date", LocalDate::parse)),
          Map.entry(OffsetDateTime.class, text("date-time", OffsetDateTime::parse)),
          Map.entry(UUID.class, text("uuid", UUID::fromString)),
          Map.entry(URI.class, text("uri", URI::create)),
          Map.entry(boolean.class, new Flag()),
          Map.entry(Boolean.class, new Flag()),
          Map.entry(byte.class, whole(Byte.MIN_VALUE, Byte.MAX_VALUE, BigDecimal::byteValueExact)),
          Map.entry(Byte.class, whole(Byte.MIN_VALUE, Byte.MAX_VALUE, BigDecimal::byteValueExact)),
          Map.entry(
              short.class, whole(Short.MIN_VALUE, Short.MAX_VALUE, BigDecimal::shortValueExact)),
          Map.entry(
              Short.class, whole(Short.MIN_VALUE, Short.MAX_VALUE, BigDecimal::shortValueExact)),
          Map.entry(
              int.class, whole(Integer.MIN_VALUE, Integer.MAX_VALUE, BigDecimal::intValueExact)),
          Map.entry(
              Integer.class,
              whole(Integer.MIN_VALUE, Integer.MAX_VALUE, BigDecimal::intValueExact)),
          Map.entry(long.class, whole(Long.MIN_VALUE, Long.MAX_VALUE, BigDecimal::longValueExact)),
          Map.entry(Long.class, whole(Long.MIN_VALUE, Long.MAX_VALUE, BigDecimal::longValueExact)),
          Map.entry(
              BigInteger.class,
              new Whole(Optional.empty(), Optional.empty(), BigDecimal::toBigIntegerExact)),
          Map.entry(float.class, new Decimal(BigDecimal::floatValue)),
          Map.entry(Float.class, new Decimal(BigDecimal::floatValue)),
          Map.entry(double.class, new Decimal(BigDecimal::doubleValue)),
          Map.entry(Double.class, new Decimal(BigDecimal::doubleValue)),
          Map.entry(BigDecimal.class, new Decimal(number -> number)));

  private final Map<Class<?>, Shape> named = new LinkedHashMap<>();
  private final Class<?> rootType;
  private final Shape root;

  /// @throws IllegalArgumentException if the type, or one it is made of, has no shape
  public Types(Class<?> type) {
    if (!type.isRecord() && !type.isSealed()) {
      throw unsuitable(type.getSimpleName(), type, "neither a record nor a sealed interface");
    }
    rootType = type;
    root = shape(type, type.getSimpleName());
  }

  public Shape root() {
    return root;
  }

  Class<?> rootType() {
    return rootType;
  }

  /// Returns all records and sealed interfaces, in the order in which they are met.
  Map<Class<?>, Shape> named() {
    return named;
  }

  private static Text text(String format, Function<String, Object> parse) {
    return new Text(Optional.of(format), parse);
  }

  private static Whole whole(long min, long max, Function<BigDecimal, Object> convert) {
    return new Whole(Optional.of(min), Optional.of(max), convert);
  }

  static String description(AnnotatedElement element) {
    var description = element.getAnnotation(Description.class);
    return description == null ? "" : description.value();
  }

  private Shape shape(Type type, String where) {
    if (type instanceof ParameterizedType generic) {
      Type argument = generic.getActualTypeArguments()[0];
      if (generic.getRawType() == List.class) return new Elements(shape(argument, where + "[]"));
      if (generic.getRawType() == Optional.class) return new Maybe(shape(argument, where));
    }
    if (!(type instanceof Class<?> simple)) {
      throw unsuitable(where, type, "of no kind that has a JSON form");
    }
    Shape scalar = SCALARS.get(simple);
    if (scalar != null) return scalar;
    if (simple.isEnum()) return constants(simple);
    Shape known = named.get(simple);
    if (known != null) return known;
    if (named.keySet().stream().anyMatch(other -> sharesName(other, simple))) {
      throw unsuitable(where, type, "one of two types with the same simple name");
    }
    if (simple.isRecord()) return recordOf(simple, where);
    if (simple.isInterface() && simple.isSealed()) return oneOf(simple, where);
    throw unsuitable(where, type, "of no kind that has a JSON form");
  }

  private static boolean sharesName(Class<?> one, Class<?> other) {
    return one.getSimpleName().equals(other.getSimpleName());
  }

  private static Constant constants(Class<?> type) {
    var byName = new LinkedHashMap<String, Object>();
    for (Object constant : type.getEnumConstants())
      byName.put(((Enum<?>) constant).name(), constant);
    return new Constant(byName);
  }

  private RecordOf recordOf(Class<?> type, String where) {
    if (type.getTypeParameters().length > 0) throw unsuitable(where, type, "a generic record");
    var shape = new RecordOf(type, constructor(type, where));
    named.put(type, shape);
    for (RecordComponent component : type.getRecordComponents()) {
      Shape part = shape(component.getGenericType(), where + "." + component.getName());
      if (part instanceof Maybe(Maybe _)) {
        throw unsuitable(where + "." + component.getName(), type, "an Optional of an Optional");
      }
      shape.components().add(new Component(component.getName(), part, description(component)));
    }
    return shape;
  }

  private static Constructor<?> constructor(Class<?> type, String where) {
    var parts =
        Arrays.stream(type.getRecordComponents())
            .map(RecordComponent::getType)
            .toArray(Class<?>[]::new);
    try {
      Constructor<?> constructor = type.getDeclaredConstructor(parts);
      if (!constructor.trySetAccessible()) {
        throw unsuitable(
            where,
            type,
            "not accessible: open package %s to module altiplano.generation"
                .formatted(type.getPackageName()));
      }
      return constructor;
    } catch (NoSuchMethodException impossible) {
      throw new AssertionError("every record has its canonical constructor", impossible);
    }
  }

  private OneOf oneOf(Class<?> type, String where) {
    var shape = new OneOf(type);
    named.put(type, shape);
    for (Class<?> variant : type.getPermittedSubclasses()) {
      if (!(shape(variant, variant.getSimpleName()) instanceof RecordOf part)) {
        throw unsuitable(where, variant, "not a record, as all of a sealed interface must be");
      }
      shape.variants().add(part);
    }
    return shape;
  }

  private static IllegalArgumentException unsuitable(String where, Type type, String why) {
    return new IllegalArgumentException("%s: %s is %s".formatted(where, type.getTypeName(), why));
  }
}
