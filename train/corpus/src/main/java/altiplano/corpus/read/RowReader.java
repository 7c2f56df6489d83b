package altiplano.corpus.read;

import altiplano.corpus.Document.Format;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.apache.commons.io.input.ReaderInputStream;
import org.jspecify.annotations.Nullable;

/// Reads the rows of one file, whatever its format, compression and encoding.
///
/// Never throws for what is in the file: what cannot be read comes as a
/// [Rejected][InputRow.Rejected] row. Memory: one row. Not thread-safe.
public final class RowReader implements Iterator<InputRow>, AutoCloseable {
  /// The longest row that becomes a document; of longer ones the start is in the reject.
  public static final int MAX_ROW_BYTES = 64 << 20;

  private static final int SAMPLE_BYTES = 1 << 16;

  private final String file;
  private final String field;
  private @Nullable Rows rows;
  private Optional<InputRow> next = Optional.empty();
  private long row;

  /// Opens a file; one that cannot be opened has one row, which says so.
  ///
  /// @param file a local path
  /// @param field holds the text in JSONL, CSV and Parquet
  public RowReader(String file, String field) {
    this.file = file;
    this.field = field;
    next = guarded(this::openAndRead);
  }

  /// The rows of one format. Each call returns the next one, or nothing at the end.
  interface Rows extends AutoCloseable {
    /// Reads a row.
    ///
    /// @param row the number of the row that is read, from 1
    Optional<InputRow> next(long row) throws IOException;

    @Override
    void close() throws IOException;
  }

  private interface Reading {
    Optional<InputRow> read() throws IOException;
  }

  @Override
  public boolean hasNext() {
    return next.isPresent();
  }

  @Override
  public InputRow next() {
    InputRow current = next.orElseThrow(NoSuchElementException::new);
    Rows open = rows;
    next = open == null ? Optional.empty() : guarded(() -> open.next(++row));
    return current;
  }

  @Override
  public void close() throws IOException {
    Rows open = rows;
    if (open != null) open.close();
  }

  /// Turns a failure into the last row: what follows in the file cannot be read.
  private Optional<InputRow> guarded(Reading reading) {
    try {
      return reading.read();
    } catch (IOException | RuntimeException failed) {
      rows = null;
      return Optional.of(reject(Math.max(row, 1), reason(failed), ""));
    }
  }

  private Optional<InputRow> openAndRead() throws IOException {
    row = 1;
    rows = open();
    return rows.next(row);
  }

  private Rows open() throws IOException {
    Path path = Path.of(file);
    if (!Files.exists(path)) throw new IOException("not found");
    if (Files.size(path) == 0) throw new IOException("an empty file");
    InputStream raw = Files.newInputStream(path);
    try {
      String suffix = suffix(path);
      if (suffix.equals("warc")) return new WarcRows(file, raw);
      BufferedInputStream in = Compression.open(raw);
      byte[] sample = sample(in);
      FileType type = FileType.of(suffix, sample);
      if (type == FileType.PARQUET) {
        in.close();
        return new ParquetRows(file, path, field);
      }
      if (type == FileType.WARC) return new WarcRows(file, in);
      Charset charset =
          TextEncoding.detect(sample)
              .orElseThrow(() ->
                  new IOException(
                      "not a text: neither UTF-8 nor UTF-16, GB18030 or Big5, and no Parquet"));
      return switch (type) {
        case JSON_LINES -> new JsonRows(file, utf8IfWide(in, charset), narrow(charset), field);
        case CSV -> new CsvRows(file, in, charset, ',', field);
        case TSV -> new CsvRows(file, in, charset, '\t', field);
        case TEXT -> new WholeFile(file, in, charset, Format.PLAIN);
        case MARKDOWN -> new WholeFile(file, in, charset, Format.MARKDOWN);
        case HTML -> new WholeFile(file, in, charset, Format.HTML);
        case PARQUET, WARC -> throw new IllegalStateException("opened above: " + type);
      };
    } catch (IOException | RuntimeException failed) {
      raw.close();
      throw failed;
    }
  }

  /// Returns the first bytes without taking them. Where the data are cut off within them, what came
  /// before is the sample: the rows there can still be read.
  private static byte[] sample(BufferedInputStream in) throws IOException {
    in.mark(SAMPLE_BYTES + 1);
    var sample = new byte[SAMPLE_BYTES];
    int length = 0;
    try {
      // One by one: a read of many loses what it has when the end comes too early.
      for (int b = in.read(); b >= 0 && length < SAMPLE_BYTES; b = in.read()) {
        sample[length++] = (byte) b;
      }
    } catch (EOFException cutOff) {
      if (length == 0) throw cutOff;
    }
    in.reset();
    return Arrays.copyOf(sample, length);
  }

  private static String suffix(Path path) {
    Path name = path.getFileName();
    String plain = Compression.withoutSuffix(name == null ? "" : name.toString());
    int dot = plain.lastIndexOf('.');
    return dot < 0 ? "" : plain.substring(dot + 1).toLowerCase(Locale.ROOT);
  }

  /// Turns UTF-16, whose line ends are not single bytes, into UTF-8.
  private static BufferedInputStream utf8IfWide(BufferedInputStream in, Charset charset)
      throws IOException {
    if (narrow(charset).equals(charset)) return in;
    return new BufferedInputStream(
        ReaderInputStream.builder()
            .setReader(new InputStreamReader(in, charset))
            .setCharset(StandardCharsets.UTF_8)
            .get(),
        1 << 16);
  }

  private static Charset narrow(Charset charset) {
    return charset.name().startsWith("UTF-16") ? StandardCharsets.UTF_8 : charset;
  }

  private InputRow reject(long at, String reason, String text) {
    return new InputRow.Rejected(file, at, reason, text);
  }

  private static String reason(Exception failed) {
    String message = failed.getMessage();
    if (failed instanceof EOFException) return "cut off: the compressed data end too early";
    return message == null ? failed.getClass().getSimpleName() : message;
  }

  /// What a file holds: by its suffix, corrected by its first bytes.
  private enum FileType {
    JSON_LINES,
    CSV,
    TSV,
    PARQUET,
    TEXT,
    MARKDOWN,
    HTML,
    WARC;

    static FileType of(String suffix, byte[] sample) {
      String start =
          new String(sample, 0, Math.min(sample.length, 512), StandardCharsets.ISO_8859_1);
      if (start.startsWith("PAR1")) return PARQUET;
      if (start.startsWith("WARC/")) return WARC;
      return switch (suffix) {
        case "jsonl", "ndjson", "json" -> JSON_LINES;
        case "csv" -> CSV;
        case "tsv" -> TSV;
        case "md", "markdown" -> MARKDOWN;
        case "html", "htm", "xhtml" -> HTML;
        case "txt", "text", "wet" -> TEXT;
        default -> byContent(start.stripLeading().toLowerCase(Locale.ROOT));
      };
    }

    private static FileType byContent(String start) {
      if (start.startsWith("{\"")) return JSON_LINES;
      if (start.startsWith("<!doctype html") || start.startsWith("<html")) return HTML;
      return TEXT;
    }
  }
}
