package altiplano.corpus.run;

import altiplano.corpus.duplicates.TestPassages;
import altiplano.corpus.steps.RowPipeline.Named;
import altiplano.corpus.steps.Step;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;

/// Brings the test sets' passages to where documents are.
final class Contamination {
  private Contamination() {}

  static Named gather(SparkSession spark, Step.Contamination step) {
    Broadcast<TestPassages> passages =
        spark
            .sparkContext()
            .broadcast(
                TestPassages.read(step), scala.reflect.ClassTag$.MODULE$.apply(TestPassages.class));
    return new Named(step.name(), () -> passages.value()::remove);
  }
}
