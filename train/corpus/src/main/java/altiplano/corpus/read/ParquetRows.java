package altiplano.corpus.read;

import altiplano.corpus.Document;
import altiplano.corpus.Document.Format;
import altiplano.files.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.example.GroupReadSupport;
import org.apache.parquet.schema.Type;

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
              .formatted(field, group.getType().getFields().stream().map(Type::getName).toList()));
    }
    if (group.getFieldRepetitionCount(field) == 0) {
      return Optional.of(
          new InputRow.Rejected(file, row, "no text in the column '%s'".formatted(field), ""));
    }
    String text = group.getString(field, 0);
    return Optional.of(
        new InputRow.Accepted(Document.read(file, row, Format.PLAIN, text), fields(group)));
  }

  /// The columns that hold one plain value each.
  private static String fields(Group group) {
    if (group.getType().getFieldCount() < 2) return "";
    var row = Json.object();
    for (Type column : group.getType().getFields()) {
      String name = column.getName();
      if (!column.isPrimitive() || group.getFieldRepetitionCount(name) != 1) continue;
      switch (column.asPrimitiveType().getPrimitiveTypeName()) {
        case BINARY -> row.put(name, group.getString(name, 0));
        case INT32 -> row.put(name, group.getInteger(name, 0));
        case INT64 -> row.put(name, group.getLong(name, 0));
        case DOUBLE -> row.put(name, group.getDouble(name, 0));
        case FLOAT -> row.put(name, (double) group.getFloat(name, 0));
        case BOOLEAN -> row.put(name, Json.of(group.getBoolean(name, 0)));
        case INT96, FIXED_LEN_BYTE_ARRAY -> {}
      }
    }
    return row.end().write();
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
