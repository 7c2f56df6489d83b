package altiplano.training.torch;

import org.bytedeco.pytorch.global.torch.ScalarType;

/// How the numbers of a tensor are stored.
public enum Dtype {
  FLOAT32(ScalarType.Float),
  BFLOAT16(ScalarType.BFloat16),
  FLOAT16(ScalarType.Half),
  INT64(ScalarType.Long),
  BOOL(ScalarType.Bool);

  final ScalarType scalar;

  Dtype(ScalarType scalar) {
    this.scalar = scalar;
  }

  static Dtype of(ScalarType scalar) {
    for (Dtype type : values()) if (type.scalar.value == scalar.value) return type;
    throw new IllegalArgumentException("no element type for libtorch's " + scalar.intern());
  }
}
