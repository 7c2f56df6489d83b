package altiplano.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import altiplano.tasks.Span.Alignment;
import org.junit.jupiter.api.Test;

class SpanFinderTest {
  private static final String TEXT = "患者😀头痛两天，否认高血压。头痛加重，BP 120/80。";

  @Test
  void repeated_mentions_come_in_order() {
    var finder = new SpanFinder(TEXT);
    assertThat(finder.find("头痛").start()).hasValue(4);
    assertThat(finder.find("头痛").start()).hasValue(15);
    assertThat(finder.find("头痛").alignment()).isEqualTo(Alignment.NOT_FOUND);
  }

  @Test
  void a_denied_finding_is_negated_within_its_clause() {
    var finder = new SpanFinder(TEXT);
    assertThat(finder.find("高血压").negated()).isTrue();
    assertThat(finder.find("加重").negated()).isFalse();
  }

  @Test
  void width_case_and_spacing_are_aligned_and_said_so() {
    Span span = new SpanFinder(TEXT).find("bp120/80");
    assertThat(span.alignment()).isEqualTo(Alignment.ALIGNED);
    assertThat(TEXT.substring(span.start().orElseThrow(), span.end().orElseThrow()))
        .isEqualTo("BP 120/80");
  }

  @Test
  void what_is_not_there_has_no_offsets() {
    Span span = new SpanFinder(TEXT).find("糖尿病");
    assertThat(span.start()).isEmpty();
    assertThat(new SpanFinder(TEXT).find("").start()).isEmpty();
  }

  @Test
  void offsets_can_be_code_points() {
    Span span = new SpanFinder(TEXT).find("头痛").inCodePoints(TEXT);
    assertThat(span.start()).hasValue(3);
    assertThat(span.end()).hasValue(5);
  }
}
