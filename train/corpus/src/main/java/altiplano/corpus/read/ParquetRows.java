package altiplano.corpus.read;

import altiplano.corpus.Document;
import altiplano.corpus.Document.Format;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.example.GroupReadSupport;

/// Parquet: the text in one column.
final class ParquetRows implements RowReader.Rows {
  private final String file;
  private final String field;
  private final ParquetReader<Group> reader;

  ParquetRows(String file, Path path, String field) throws IOException {
    this.file = file;
    this.field = field;
    this.reader =
        ParquetReader.builder(new GroupReadSupport(), new org.apache.hadoop.fs.Path(path.toUri()))
            .build();
  }

  @Override
  public Optional<InputRow> next(long row) throws IOException {
    Group group = reader.read();
    if (group == null) return Optional.empty();
    if (!group.getType().containsField(field)) {
      throw new IOException(
          "no column '%s', only %s"
              .formatted(
                  field,
                  group.getType().getFields().stream()
                      .map(org.apache.parquet.schema.Type::getName)
                      .toList()));
    }
    if (group.getFieldRepetitionCount(field) == 0) {
      return Optional.of(
          new InputRow.Rejected(file, row, "no text in the column '%s'".formatted(field), ""));
    }
    String text = group.getString(field, 0);
    return Optional.of(new InputRow.Accepted(Document.read(file, row, Format.PLAIN, text)));
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
