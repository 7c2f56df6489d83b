package altiplano.corpus.read;

import altiplano.corpus.Document;
import altiplano.corpus.Document.Format;
import altiplano.files.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/// CSV (RFC 4180) with a header: the text in one of its columns. Rows count without the header.
final class CsvRows implements RowReader.Rows {
  private final String file;
  private final String field;
  private final List<String> names;
  private final int column;
  private final CSVParser parser;
  private final Iterator<CSVRecord> records;

  CsvRows(String file, InputStream in, Charset charset, char delimiter, String field)
      throws IOException {
    this.file = file;
    this.field = field;
    CSVFormat format =
        CSVFormat.RFC4180
            .builder()
            .setDelimiter(delimiter)
            .setHeader()
            .setSkipHeaderRecord(true)
            .setTrailingData(true)
            .setLenientEof(true)
            .get();
    this.parser = format.parse(new InputStreamReader(in, charset));
    this.names = parser.getHeaderNames().stream().map(CsvRows::withoutMark).toList();
    if (!names.contains(field)) {
      throw new IOException("no column '%s', only %s".formatted(field, names));
    }
    this.column = names.indexOf(field);
    this.records = parser.iterator();
  }

  private static String withoutMark(String name) {
    return name.startsWith("\uFEFF") ? name.substring(1) : name;
  }

  @Override
  public Optional<InputRow> next(long row) throws IOException {
    if (!records.hasNext()) return Optional.empty();
    CSVRecord record = records.next();
    if (record.size() <= column) {
      return reject(row, "%d columns, '%s' is missing".formatted(record.size(), field), record);
    }
    String text = record.get(column);
    if (text.indexOf('\uFFFD') >= 0) return reject(row, "invalid characters", record);
    return Optional.of(
        new InputRow.Accepted(Document.read(file, row, Format.PLAIN, text), fields(record)));
  }

  private String fields(CSVRecord record) {
    if (names.size() < 2) return "";
    var row = Json.object();
    for (int i = 0; i < Math.min(names.size(), record.size()); i++) {
      row.put(names.get(i), record.get(i));
    }
    return row.end().write();
  }

  private Optional<InputRow> reject(long row, String reason, CSVRecord record) {
    return Optional.of(new InputRow.Rejected(file, row, reason, String.join(",", record.toList())));
  }

  @Override
  public void close() throws IOException {
    parser.close();
  }
}
