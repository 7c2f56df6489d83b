package altiplano.corpus.read;

import altiplano.corpus.Document;
import altiplano.corpus.Document.Format;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/// JSON Lines: an object a line, the text in one of its fields.
final class JsonRows implements RowReader.Rows {
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(256)
                  .maxStringLength(RowReader.MAX_ROW_BYTES)
                  .build())
          .build();

  private final String file;
  private final BufferedInputStream in;
  private final ByteLines lines;
  private final Charset charset;
  private final String field;
  private long lineNumber;

  JsonRows(String file, BufferedInputStream in, Charset charset, String field) {
    this.file = file;
    this.in = in;
    this.lines = new ByteLines(in, RowReader.MAX_ROW_BYTES);
    this.charset = charset;
    this.field = field;
  }

  /// Blank lines are no rows, but they count in the numbers of the others.
  @Override
  public Optional<InputRow> next(long row) throws IOException {
    for (Optional<ByteLines.Line> line = lines.next(); line.isPresent(); line = lines.next()) {
      lineNumber++;
      if (!line.get().isBlank()) return Optional.of(read(line.get(), lineNumber));
    }
    return Optional.empty();
  }

  private InputRow read(ByteLines.Line line, long row) {
    if (line.isCut()) {
      String start = new String(line.bytes(), 0, 8_000, charset);
      return new InputRow.Rejected(
          file,
          row,
          "a row of %,d bytes: the limit is %,d".formatted(line.length(), RowReader.MAX_ROW_BYTES),
          start);
    }
    String json;
    try {
      json = TextEncoding.decode(line.bytes(), charset);
    } catch (CharacterCodingException invalid) {
      return new InputRow.Rejected(
          file,
          row,
          "invalid %s: %s".formatted(charset, invalid.getMessage()),
          new String(line.bytes(), charset));
    }
    try {
      return text(json)
          .<InputRow>map(
              text -> new InputRow.Accepted(Document.read(file, row, Format.PLAIN, text), json))
          .orElseGet(() ->
              new InputRow.Rejected(file, row, "no text in the field '%s'".formatted(field), json));
    } catch (JacksonException broken) {
      return new InputRow.Rejected(file, row, "not JSON: " + broken.getOriginalMessage(), json);
    }
  }

  private Optional<String> text(String json) {
    try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), json)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) return Optional.empty();
      Optional<String> text = Optional.empty();
      while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
        boolean wanted = parser.currentName().equals(field);
        JsonToken value = parser.nextToken();
        if (wanted && value == JsonToken.VALUE_STRING) text = Optional.of(parser.getString());
        else parser.skipChildren();
      }
      // To the end, so that a row with something behind its object is found out.
      parser.nextToken();
      return text;
    }
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
