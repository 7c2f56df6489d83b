package altiplano.corpus.run;

import altiplano.corpus.Document;
import altiplano.corpus.Masked;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/// The columns in which documents, and what became of those that are gone, travel through Spark.
///
/// Every row of the input ends in one row of kind [#DOCUMENT], [#REMOVED] or [#REJECTED]; [#SAMPLE]
/// rows show what a step changed.
final class Columns {
  static final String DOCUMENT = "document";
  static final String REMOVED = "removed";
  static final String REJECTED = "rejected";
  static final String SAMPLE = "sample";

  /// `key` tells documents apart: number of the file, then the row. `cluster` is equal for
  /// documents that must not be split. `changed` has a bit for each step of the stage. `step` and
  /// `reason` say why a row is no document; a sample has its step and the text before.
  static final StructType SCHEMA =
      new StructType()
          .add("kind", DataTypes.StringType, false)
          .add("key", DataTypes.LongType, false)
          .add("source", DataTypes.IntegerType, false)
          .add("file", DataTypes.StringType, false)
          .add("row", DataTypes.LongType, false)
          .add("cluster", DataTypes.LongType, false)
          .add("language", DataTypes.StringType, false)
          .add("text", DataTypes.StringType, false)
          .add("step", DataTypes.StringType, false)
          .add("reason", DataTypes.StringType, false)
          .add("changed", DataTypes.LongType, false)
          .add("identity_card", DataTypes.IntegerType, false)
          .add("mobile", DataTypes.IntegerType, false)
          .add("bank_card", DataTypes.IntegerType, false)
          .add("email", DataTypes.IntegerType, false)
          .add("ip", DataTypes.IntegerType, false);

  private static final int ROW_BITS = 40;

  private Columns() {}

  static long key(int file, long row) {
    return ((long) file << ROW_BITS) | row;
  }

  /// Where a document stands among all others.
  record Place(long key, int source, long cluster) {
    static Place of(Row row) {
      return new Place(row.getLong(1), row.getInt(2), row.getLong(5));
    }
  }

  static Row document(Place place, Document document, long changed) {
    return row(DOCUMENT, place, document, "", "", changed);
  }

  static Row removed(Place place, Document document, String step, String reason, long changed) {
    return row(REMOVED, place, document, step, reason, changed);
  }

  static Row rejected(Place place, Document document, String reason) {
    return row(REJECTED, place, document, "", reason, 0);
  }

  static Row sample(Place place, Document after, String step, String before) {
    return row(SAMPLE, place, after, step, before, 0);
  }

  static String kind(Row row) {
    return row.getString(0);
  }

  static String text(Row row) {
    return row.getString(7);
  }

  /// Returns `file:row`.
  static String position(Row row) {
    return "%s:%d".formatted(row.getString(3), row.getLong(4));
  }

  /// Returns the first code points of a text.
  static String start(String text, int codePoints) {
    if (text.length() <= codePoints) return text;
    int count = Math.min(codePoints, text.codePointCount(0, text.length()));
    return text.substring(0, text.offsetByCodePoints(0, count));
  }

  /// Returns `(kind, step, changed, 1, identity_card, mobile, bank_card, email, ip)`.
  static Row counts(Row row) {
    return RowFactory.create(
        row.getString(0),
        row.getString(8),
        row.getLong(10),
        1L,
        (long) row.getInt(11),
        (long) row.getInt(12),
        (long) row.getInt(13),
        (long) row.getInt(14),
        (long) row.getInt(15));
  }

  /// Takes the document out of a row of kind [#DOCUMENT].
  static Document documentOf(Row row) {
    return new Document(
        row.getString(3),
        row.getLong(4),
        Document.Format.PLAIN,
        row.getString(6),
        row.getString(7),
        Masked.NOTHING);
  }

  private static Row row(
      String kind, Place place, Document document, String step, String reason, long changed) {
    Masked masked = document.masked();
    return RowFactory.create(
        kind,
        place.key,
        place.source,
        document.file(),
        document.row(),
        place.cluster,
        document.language(),
        document.text(),
        step,
        reason,
        changed,
        masked.identityCard(),
        masked.mobile(),
        masked.bankCard(),
        masked.email(),
        masked.ip());
  }
}
