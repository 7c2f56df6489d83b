package altiplano.corpus.read;

import altiplano.corpus.Document;
import altiplano.corpus.Document.Format;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.util.Optional;

/// A file that is one document.
record WholeFile(String file, InputStream in, Charset charset, Format format)
    implements RowReader.Rows {

  @Override
  public Optional<InputRow> next(long row) throws IOException {
    if (row > 1) return Optional.empty();
    var bytes = new ByteArrayOutputStream();
    var buffer = new byte[1 << 16];
    try {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        bytes.write(buffer, 0, n);
        if (bytes.size() > RowReader.MAX_ROW_BYTES) {
          return reject(
              bytes,
              "longer than %,d bytes: split it into documents".formatted(RowReader.MAX_ROW_BYTES));
        }
      }
    } catch (IOException broken) {
      return reject(bytes, "cut off or damaged: " + broken.getMessage());
    }
    try {
      String text = TextEncoding.decode(bytes.toByteArray(), charset);
      return Optional.of(new InputRow.Accepted(Document.read(file, row, format, text)));
    } catch (CharacterCodingException invalid) {
      return reject(bytes, "invalid %s: %s".formatted(charset, invalid.getMessage()));
    }
  }

  private Optional<InputRow> reject(ByteArrayOutputStream bytes, String reason) {
    return Optional.of(new InputRow.Rejected(file, 1, reason, bytes.toString(charset)));
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
