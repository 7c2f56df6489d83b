package altiplano.kernels;

import java.lang.foreign.MemorySegment;

/// What one thread does while [MachineLimits] looks at the clock.
sealed interface LimitProbe permits ScalarProbe, VectorProbe {
  /// Reads memory once and returns the number of bytes.
  ///
  /// @param memory a multiple of 4096 bytes
  long read(MemorySegment memory);

  /// Multiplies and adds in registers for a tenth of a second or so and returns the number of
  /// operations, two a multiply-add.
  long multiplyAdd();
}
