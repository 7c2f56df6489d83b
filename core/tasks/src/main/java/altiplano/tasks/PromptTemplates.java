package altiplano.tasks;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/// What the model is asked, by task and language: `prompts/zh.txt` and `prompts/en.txt`.
///
/// A file starts with `version N`; a template follows a line `== name` and ends before the next. In
/// it `{name}` stands for what the task puts there; that is never read as a template, nor as a
/// special token. Immutable.
public final class PromptTemplates {
  private final String version;
  private final Map<String, String> templates;

  private PromptTemplates(String version, Map<String, String> templates) {
    this.version = version;
    this.templates = templates;
  }

  /// Returns the templates of a language that come with the program.
  public static PromptTemplates of(Language language) {
    String name = "prompts/" + language.tag() + ".txt";
    try (InputStream stream = PromptTemplates.class.getResourceAsStream(name)) {
      if (stream == null) throw new IllegalStateException("the resource " + name + " is missing");
      return parse(name, new String(stream.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  /// Returns these templates, with those of a file in place of the ones of the same name.
  ///
  /// @throws IllegalArgumentException if the file names a template that no task uses
  public PromptTemplates with(Path file) {
    try {
      return with(file.toString(), Files.readString(file));
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  /// As [#with(Path)], from the text of such a file.
  ///
  /// @param source named in errors
  PromptTemplates with(String source, String text) {
    PromptTemplates other = parse(source, text);
    var merged = new LinkedHashMap<>(templates);
    other.templates.forEach((name, template) -> {
      if (merged.put(name, template) == null) {
        throw new IllegalArgumentException(
            "%s: no task uses a template '%s', only %s"
                .formatted(source, name, templates.keySet()));
      }
    });
    return new PromptTemplates(version + " with " + other.version, merged);
  }

  private static PromptTemplates parse(String source, String text) {
    String[] sections = text.split("(?m)^== ", -1);
    if (!sections[0].startsWith("version ")) {
      throw new IllegalArgumentException(source + ": the first line is not 'version N'");
    }
    var templates = new LinkedHashMap<String, String>();
    for (int i = 1; i < sections.length; i++) {
      int end = sections[i].indexOf('\n');
      if (end < 0) throw new IllegalArgumentException(source + ": the last template has no text");
      templates.put(sections[i].substring(0, end).strip(), sections[i].substring(end + 1).strip());
    }
    return new PromptTemplates(sections[0].substring("version ".length()).strip(), templates);
  }

  /// Returns the version of the file, to be noted with results.
  public String version() {
    return version;
  }

  /// Returns a template as it is.
  String template(String name) {
    String template = templates.get(name);
    if (template == null) {
      throw new IllegalArgumentException(
          "there is no template '%s', only %s".formatted(name, templates.keySet()));
    }
    return template;
  }

  /// Returns a template with `values` in place of their names.
  String fill(String name, Map<String, String> values) {
    var filled = new StringBuilder();
    String template = template(name);
    for (int at = 0; at < template.length(); ) {
      int open = template.indexOf('{', at);
      int close = open < 0 ? -1 : template.indexOf('}', open);
      String value = close < 0 ? null : values.get(template.substring(open + 1, close));
      if (value == null) {
        int end = open < 0 ? template.length() : open + 1;
        filled.append(template, at, end);
        at = end;
      } else {
        filled.append(template, at, open).append(value);
        at = close + 1;
      }
    }
    return filled.toString();
  }
}
