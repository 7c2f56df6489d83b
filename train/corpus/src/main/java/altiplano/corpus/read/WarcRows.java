package altiplano.corpus.read;

import altiplano.corpus.Document;
import altiplano.corpus.Document.Format;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.util.Optional;
import org.netpreserve.jwarc.MediaType;
import org.netpreserve.jwarc.MessageBody;
import org.netpreserve.jwarc.WarcConversion;
import org.netpreserve.jwarc.WarcReader;
import org.netpreserve.jwarc.WarcRecord;
import org.netpreserve.jwarc.WarcResource;
import org.netpreserve.jwarc.WarcResponse;

/// WARC and WET (ISO 28500): pages that were fetched, or their text.
///
/// Records about the fetching (requests, metadata, the archive itself) are no rows.
final class WarcRows implements RowReader.Rows {
  private final String file;
  private final WarcReader reader;

  WarcRows(String file, InputStream in) throws IOException {
    this.file = file;
    this.reader = new WarcReader(in);
  }

  @Override
  public Optional<InputRow> next(long row) throws IOException {
    for (Optional<WarcRecord> record = reader.next(); record.isPresent(); record = reader.next()) {
      Optional<InputRow> found =
          switch (record.get()) {
            case WarcResponse response when response.contentType().base().equals(MediaType.HTTP) ->
                Optional.of(text(row, response.payloadType(), response.http().body()));
            case WarcConversion conversion ->
                Optional.of(text(row, conversion.contentType(), conversion.body()));
            case WarcResource resource ->
                Optional.of(text(row, resource.contentType(), resource.body()));
            default -> Optional.empty();
          };
      if (found.isPresent()) return found;
    }
    return Optional.empty();
  }

  private InputRow text(long row, MediaType type, MessageBody body) throws IOException {
    byte[] bytes = body.stream().readNBytes(RowReader.MAX_ROW_BYTES + 1);
    Format format;
    if (type.base().equals(MediaType.HTML)
        || type.base().equals(MediaType.parse("application/xhtml+xml"))) {
      format = Format.HTML;
    } else if (type.type().equals("text")) {
      format = Format.PLAIN;
    } else {
      return new InputRow.Rejected(file, row, "no text but " + type, "");
    }
    if (bytes.length > RowReader.MAX_ROW_BYTES) {
      return new InputRow.Rejected(
          file, row, "a record of more than %,d bytes".formatted(RowReader.MAX_ROW_BYTES), "");
    }
    Optional<Charset> charset = TextEncoding.detect(bytes);
    if (charset.isEmpty()) {
      return new InputRow.Rejected(
          file, row, "not a text: neither UTF-8 nor UTF-16, GB18030 or Big5", "");
    }
    try {
      return new InputRow.Accepted(
          Document.read(file, row, format, TextEncoding.decode(bytes, charset.get())));
    } catch (CharacterCodingException invalid) {
      return new InputRow.Rejected(
          file,
          row,
          "invalid %s: %s".formatted(charset.get(), invalid.getMessage()),
          new String(bytes, charset.get()));
    }
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
