package altiplano.corpus.run;

import static org.apache.spark.sql.functions.col;

import altiplano.corpus.read.InputFile;
import altiplano.corpus.recipe.Recipe.Source;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/// The files of all sources, each a row: `(number, path, source, field)`.
final class InputFiles {
  private static final StructType FILES =
      new StructType()
          .add("number", DataTypes.IntegerType, false)
          .add("path", DataTypes.StringType, false)
          .add("source", DataTypes.IntegerType, false)
          .add("field", DataTypes.StringType, false);

  private InputFiles() {}

  static Dataset<Row> files(SparkSession spark, List<Source> sources) {
    List<Row> rows = rows(sources);
    int tasks = Math.max(1, Math.min(rows.size(), 10_000));
    return spark.createDataset(rows, Encoders.row(FILES)).repartitionByRange(tasks, col("number"));
  }

  /// Returns the largest files first, each a task of its own: the last tasks are then short ones.
  static List<Row> rows(List<Source> sources) {
    record Numbered(InputFile file, int source, String field) {}
    var all = new ArrayList<Numbered>();
    for (int i = 0; i < sources.size(); i++) {
      Source source = sources.get(i);
      for (String pattern : source.files()) {
        for (InputFile file : InputFile.expand(pattern)) {
          all.add(new Numbered(file, i, source.field()));
        }
      }
    }
    var rows = new ArrayList<Row>();
    for (int i = 0; i < all.size(); i++) {
      Numbered one = all.get(i);
      rows.add(RowFactory.create(i, one.file.path(), one.source, one.field));
    }
    rows.sort(Comparator.comparingLong((Row row) -> -all.get(row.getInt(0)).file.bytes()));
    return rows;
  }
}
