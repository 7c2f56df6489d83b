package altiplano.generation.constraint;

import altiplano.files.Json;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A plain reader of JSON (RFC 8259), strict but for repeated keys, of which the last counts.
final class JsonTexts {
  private static final Pattern NUMBER =
      Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?");

  private final String text;
  private int at;

  private JsonTexts(String text) {
    this.text = text;
  }

  static Json parse(String text) {
    var reader = new JsonTexts(text);
    reader.space();
    Json value = reader.value();
    reader.space();
    if (reader.at < text.length()) throw reader.broken("text after the value");
    return value;
  }

  private Json value() {
    if (take("true")) return Json.of(true);
    if (take("false")) return Json.of(false);
    if (take("null")) return new Json.NullValue();
    if (text.startsWith("\"", at)) return Json.of(string());
    if (take("[")) {
      var elements = new ArrayList<Json>();
      space();
      if (take("]")) return new Json.ArrayValue(elements);
      do {
        space();
        elements.add(value());
        space();
      } while (take(","));
      expect("]");
      return new Json.ArrayValue(elements);
    }
    if (take("{")) {
      var members = new LinkedHashMap<String, Json>();
      space();
      if (take("}")) return new Json.ObjectValue(members);
      do {
        space();
        String key = string();
        space();
        expect(":");
        space();
        members.put(key, value());
        space();
      } while (take(","));
      expect("}");
      return new Json.ObjectValue(members);
    }
    Matcher number = NUMBER.matcher(text).region(at, text.length());
    if (!number.lookingAt()) throw broken("no value");
    at = number.end();
    return new Json.NumberValue(new BigDecimal(number.group()));
  }

  private String string() {
    expect("\"");
    var string = new StringBuilder();
    while (!take("\"")) {
      char c = text.charAt(at++);
      if (c < 0x20) throw broken("a control character");
      if (c != '\\') {
        string.append(c);
        continue;
      }
      char escape = text.charAt(at++);
      int index = "\"\\/bfnrt".indexOf(escape);
      if (index >= 0) {
        string.append("\"\\/\b\f\n\r\t".charAt(index));
      } else if (escape == 'u') {
        string.append((char) Integer.parseInt(text.substring(at, at + 4), 16));
        at += 4;
      } else {
        throw broken("an unknown escape");
      }
    }
    if (string.codePoints().anyMatch(c -> Character.getType(c) == Character.SURROGATE)) {
      throw broken("half a surrogate pair");
    }
    return string.toString();
  }

  private void space() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) at++;
  }

  private boolean take(String expected) {
    if (!text.startsWith(expected, at)) return false;
    at += expected.length();
    return true;
  }

  private void expect(String expected) {
    if (!take(expected)) throw broken("no " + expected);
  }

  private AssertionError broken(String what) {
    return new AssertionError(what + " at " + at + " in " + text);
  }
}
