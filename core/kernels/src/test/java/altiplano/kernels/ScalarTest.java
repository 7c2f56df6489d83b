package altiplano.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import altiplano.kernels.KernelOptions.Activations;
import altiplano.kernels.KernelOptions.Engine;
import altiplano.tensor.ElementType;
import altiplano.tensor.Shape;
import altiplano.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The reference on numbers small enough to check by head.
class ScalarTest {
  private final Kernels scalar =
      Kernels.open(new KernelOptions(Engine.SCALAR, 2, Activations.AUTO, true));

  @AfterEach
  void close() {
    scalar.close();
  }

  @Test
  void root_mean_square_norm_brings_rows_to_length_one_then_scales() {
    var x = floats(3, 4, 0, 0);
    var y = floats(0, 0, 0, 0);
    scalar.rmsNorm(x, floats(1, 2, 1, 1), 0, y, 1, 4);
    assertThat(array(y)).containsExactly(1.2f, 3.2f, 0, 0);
  }

  @Test
  void layer_norm_centres_scales_and_shifts() {
    var y = floats(0, 0);
    scalar.layerNorm(floats(1, 3), floats(2, 2), floats(10, 10), 0, y, 1, 2);
    assertThat(array(y)).containsExactly(8, 12);
  }

  @Test
  void a_quarter_turn_takes_the_first_of_a_pair_to_the_second() {
    var x = floats(1, 0, 0, 1, 5, 7);
    scalar.rotate(x, new int[] {1}, new double[] {Math.PI / 2}, 1, 2, 2);
    assertThat(array(x)[1]).isEqualTo(1);
    assertThat(array(x)[2]).isEqualTo(-1);
    assertThat(array(x)[4]).isEqualTo(5);
  }

  @Test
  void activations_are_those_of_the_papers() {
    var gate = floats(0, 100, -1000);
    scalar.swiglu(gate, floats(1, 2, 3), 3);
    assertThat(array(gate)).containsExactly(0, 200, -0f);
    var relu = floats(-1, 2);
    scalar.relu(relu, 2);
    assertThat(array(relu)).containsExactly(0, 2);
    var gelu = floats(0, 10, -10);
    scalar.gelu(gelu, 3);
    assertThat(array(gelu)).containsExactly(0, 10, -0f);
  }

  @Test
  void a_heap_segment_is_refused() {
    var heap = MemorySegment.ofArray(new float[4]);
    assertThatThrownBy(() -> scalar.relu(heap, 4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("x is a heap segment: allocate it from a shared or automatic Arena");
  }

  @Test
  void a_segment_that_is_too_short_is_refused() {
    assertThatThrownBy(() -> scalar.add(floats(1, 2), floats(1), 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("y has 4 bytes, fewer than the 8 of its shape");
  }

  @Test
  void a_closed_engine_says_so() {
    var x = floats(1);
    scalar.close();
    assertThatThrownBy(() -> scalar.relu(x, 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the engine is closed");
    assertThatThrownBy(() -> scalar.matrix(new Tensor(ElementType.F32, Shape.of(1, 1), x)))
        .isInstanceOf(IllegalStateException.class);
  }

  private static MemorySegment floats(float... values) {
    return Arena.ofAuto().allocateFrom(ValueLayout.JAVA_FLOAT, values);
  }

  private static float[] array(MemorySegment x) {
    return x.toArray(ValueLayout.JAVA_FLOAT);
  }
}
