package altiplano.independent;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullUnmarked;

/// A small reader of JSON: maps, lists, texts, `Double`s, booleans and null.
@NullUnmarked // what is missing fails the test
final class PlainJson {
  private final String text;
  private int at;

  private PlainJson(String text) {
    this.text = text;
  }

  @SuppressWarnings("unchecked")
  static Map<String, Object> object(String text) {
    var reader = new PlainJson(text);
    var value = reader.value();
    PlainGguf.require(text.substring(reader.at).isBlank(), "nothing after the JSON");
    return (Map<String, Object>) value;
  }

  private Object value() {
    return switch (next()) {
      case '{' -> members();
      case '[' -> elements();
      case '"' -> string();
      case 't' -> word("rue", true);
      case 'f' -> word("alse", false);
      case 'n' -> word("ull", null);
      default -> number();
    };
  }

  private char next() {
    while (Character.isWhitespace(text.charAt(at))) at++;
    return text.charAt(at++);
  }

  private Map<String, Object> members() {
    var members = new LinkedHashMap<String, Object>();
    char next = next();
    while (next != '}') {
      if (next == ',') next = next();
      PlainGguf.require(next == '"', "a key");
      var key = string();
      PlainGguf.require(next() == ':', "a colon");
      members.put(key, value());
      next = next();
    }
    return members;
  }

  private List<Object> elements() {
    var elements = new ArrayList<Object>();
    char next = next();
    if (next == ']') return elements;
    at--;
    do elements.add(value());
    while (next() == ',');
    return elements;
  }

  private String string() {
    var string = new StringBuilder();
    for (char c = text.charAt(at++); c != '"'; c = text.charAt(at++)) {
      if (c != '\\') {
        string.append(c);
        continue;
      }
      char escaped = text.charAt(at++);
      string.append(
          switch (escaped) {
            case 'n' -> '\n';
            case 't' -> '\t';
            case 'r' -> '\r';
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'u' -> (char) Integer.parseInt(text.substring(at, at += 4), 16);
            default -> escaped;
          });
    }
    return string.toString();
  }

  private Object word(String rest, Object value) {
    PlainGguf.require(text.startsWith(rest, at), "a word of JSON");
    at += rest.length();
    return value;
  }

  private Double number() {
    int start = at - 1;
    while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) at++;
    return Double.valueOf(text.substring(start, at));
  }
}
