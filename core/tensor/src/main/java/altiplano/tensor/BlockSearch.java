package altiplano.tensor;

import altiplano.tensor.BlockLayout.Quantised;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// Looks for the block that comes closest to given values: least weighted squared error.
///
/// Each sub-block first gets the scale and minimum it would like, by least squares over codes from
/// a ladder of starting scales. Then the block's own scales are chosen, sub-blocks round theirs to
/// them trying the neighbours, and the block's scales are fitted again to what was chosen; this
/// repeats while the error falls.
///
/// Not thread-safe: it owns its scratch.
final class BlockSearch {
  /// Steps of the ladder to each side of the plain scale, and their size in codes.
  private static final int RUNGS = 9;

  private static final float RUNG = 0.13f;
  private static final int REFITS = 4;
  private static final int ROUNDS = 4;
  private static final float LARGEST_HALF = 65504;

  /// Adding and subtracting it rounds a float below 2^22 to an integer.
  private static final float ROUNDER = 12_582_912;

  private final Quantised layout;
  private final int subBlock;
  private final int subBlocks;
  private final boolean minima;
  private final int lowest;
  private final int highest;

  /// What each sub-block would like: `value = scale * code - minimum`.
  private final float[] scale;

  private final float[] minimum;
  private final int[] scaleCode;
  private final int[] minimumCode;
  private final int[] bestScaleCode;
  private final int[] bestMinimumCode;
  private final int[] codes;

  // The best fit found by the current call of a fitting method.
  private double bestGain;
  private float bestScale;
  private float bestMinimum;

  BlockSearch(Quantised layout) {
    this.layout = layout;
    this.subBlock = layout.subBlock();
    this.subBlocks = layout.length() / subBlock;
    this.minima = layout.hasMinima();
    int range = 1 << layout.bits();
    // An engine may negate a code of Q8_0 within a byte: -128 is not used.
    this.lowest = minima ? 0 : layout.bits() == 8 ? -127 : -layout.zero();
    this.highest = minima ? range - 1 : layout.bits() == 8 ? 127 : range - 1 - layout.zero();
    this.scale = new float[subBlocks];
    this.minimum = new float[subBlocks];
    this.scaleCode = new int[subBlocks];
    this.minimumCode = new int[subBlocks];
    this.bestScaleCode = new int[subBlocks];
    this.bestMinimumCode = new int[subBlocks];
    this.codes = new int[layout.length()];
  }

  /// Encodes one block.
  ///
  /// @param x the values, from `at`
  /// @param weight how much each counts, from 0
  void encode(float[] x, int at, float[] weight, MemorySegment target, long start) {
    for (int j = 0; j < subBlocks; j++) {
      if (minima) {
        fitRange(x, at + j * subBlock, weight, j * subBlock);
      } else {
        fitScale(x, at + j * subBlock, weight, j * subBlock);
      }
      scale[j] = bestScale;
      minimum[j] = bestMinimum;
    }
    float d = half(blockScale());
    float dmin = half(blockMinimum());
    float bestD = d;
    float bestDmin = dmin;
    double least = Double.POSITIVE_INFINITY;
    for (int round = 0; round < ROUNDS; round++) {
      double error = 0;
      for (int j = 0; j < subBlocks; j++) {
        error += chooseSubScales(x, at + j * subBlock, weight, j, d, dmin, round > 0);
      }
      if (!(error < least)) break;
      least = error;
      bestD = d;
      bestDmin = dmin;
      System.arraycopy(scaleCode, 0, bestScaleCode, 0, subBlocks);
      System.arraycopy(minimumCode, 0, bestMinimumCode, 0, subBlocks);
      refitBlock(x, at, weight, d, dmin);
      d = half(bestScale);
      dmin = half(bestMinimum);
    }
    store(x, at, bestD, bestDmin, target, start);
  }

  /// Fits `x = scale * code`.
  private void fitScale(float[] x, int at, float[] weight, int from) {
    float largest = 0;
    for (int i = 0; i < subBlock; i++) {
      if (Math.abs(x[at + i]) > Math.abs(largest)) largest = x[at + i];
    }
    startFit();
    if (largest == 0) return;
    for (int rung = -RUNGS; rung <= RUNGS; rung++) {
      tryScale(x, at, weight, from, (lowest + rung * RUNG) / largest);
      tryScale(x, at, weight, from, (highest + rung * RUNG) / largest);
    }
    for (int i = 0; i < REFITS && bestScale != 0; i++) {
      double before = bestGain;
      tryScale(x, at, weight, from, 1 / bestScale);
      if (bestGain <= before) break;
    }
  }

  private void tryScale(float[] x, int at, float[] weight, int from, float inverse) {
    double xq = 0;
    double qq = 0;
    for (int i = 0; i < subBlock; i++) {
      float q = code(x[at + i] * inverse);
      float wq = weight[from + i] * q;
      xq += wq * x[at + i];
      qq += wq * q;
    }
    double gain = xq * xq / qq; // by which the squared error falls below that of all zeros
    if (gain > bestGain) {
      bestGain = gain;
      bestScale = (float) (xq / qq);
    }
  }

  /// Fits `x = scale * code - minimum`; in types with sub-blocks a minimum is not negative.
  private void fitRange(float[] x, int at, float[] weight, int from) {
    float least = layout.scales() == ScalePacking.NONE ? x[at] : 0;
    float most = x[at];
    for (int i = 0; i < subBlock; i++) {
      least = Math.min(least, x[at + i]);
      most = Math.max(most, x[at + i]);
    }
    startFit();
    if (least == most) {
      bestMinimum = -least;
      return;
    }
    for (int rung = -RUNGS; rung <= RUNGS; rung++) {
      tryRange(x, at, weight, from, (highest + rung * RUNG) / (most - least), -least);
    }
    for (int i = 0; i < REFITS && bestScale != 0; i++) {
      double before = bestGain;
      tryRange(x, at, weight, from, 1 / bestScale, bestMinimum);
      if (bestGain <= before) break;
    }
  }

  private void tryRange(float[] x, int at, float[] weight, int from, float inverse, float minimum) {
    double w1 = 0;
    double wx = 0;
    double wq = 0;
    double wqq = 0;
    double wxq = 0;
    for (int i = 0; i < subBlock; i++) {
      float value = x[at + i];
      float w = weight[from + i];
      float q = code((value + minimum) * inverse);
      w1 += w;
      wx += w * value;
      wq += w * q;
      wqq += w * q * q;
      wxq += w * value * q;
    }
    double determinant = w1 * wqq - wq * wq;
    double s = wqq == 0 ? 0 : wxq / wqq;
    double m = 0;
    if (determinant > 0) {
      double offset = (wqq * wx - wq * wxq) / determinant;
      if (offset < 0 || layout.scales() == ScalePacking.NONE) {
        s = (w1 * wxq - wx * wq) / determinant;
        m = -offset;
      }
    }
    double gain = 2 * (s * wxq - m * wx) - s * s * wqq + 2 * s * m * wq - m * m * w1;
    if (gain > bestGain && s > 0) {
      bestGain = gain;
      bestScale = (float) s;
      bestMinimum = (float) m;
    }
  }

  private void startFit() {
    bestGain = 0;
    bestScale = 0;
    bestMinimum = 0;
  }

  /// Returns the block's scale: the sub-blocks' largest lands on the largest code for scales.
  private float blockScale() {
    if (layout.scales() == ScalePacking.NONE) return scale[0];
    float largest = 0;
    for (float s : scale) if (Math.abs(s) > Math.abs(largest)) largest = s;
    int least = layout.scales().least();
    return least < 0 ? largest / least : largest / layout.scales().most();
  }

  private float blockMinimum() {
    if (layout.scales() == ScalePacking.NONE) return -minimum[0];
    float largest = 0;
    for (float m : minimum) largest = Math.max(largest, m);
    return largest / layout.scales().most();
  }

  /// Chooses the codes of a sub-block's scale and minimum, and returns its error.
  ///
  /// @param near whether to look around the codes chosen before, else around the wish
  private double chooseSubScales(
      float[] x, int at, float[] weight, int j, float d, float dmin, boolean near) {
    if (layout.scales() == ScalePacking.NONE) {
      scaleCode[j] = 1;
      minimumCode[j] = -1;
      return error(x, at, weight, j * subBlock, d, -dmin);
    }
    int s = near ? scaleCode[j] : nearest(scale[j], d);
    int m = near ? minimumCode[j] : nearest(minimum[j], dmin);
    double least = Double.POSITIVE_INFINITY;
    int from = layout.scales().least();
    int to = layout.scales().most();
    for (int ds = -1; ds <= 1; ds++) {
      if (s + ds < from || s + ds > to) continue;
      for (int dm = minima ? -1 : 0; dm <= (minima ? 1 : 0); dm++) {
        if (minima && (m + dm < 0 || m + dm > to)) continue;
        double error = error(x, at, weight, j * subBlock, d * (s + ds), dmin * (m + dm));
        if (error < least) {
          least = error;
          scaleCode[j] = s + ds;
          minimumCode[j] = m + dm;
        }
      }
    }
    return least;
  }

  private int nearest(float value, float unit) {
    if (unit == 0) return 0;
    return Math.clamp(Math.round(value / unit), layout.scales().least(), layout.scales().most());
  }

  private float error(float[] x, int at, float[] weight, int from, float s, float m) {
    float inverse = s == 0 ? 0 : 1 / s;
    float error = 0;
    for (int i = 0; i < subBlock; i++) {
      float difference = s * code((x[at + i] + m) * inverse) - m - x[at + i];
      error += weight[from + i] * difference * difference;
    }
    return error;
  }

  /// Fits the block's scale and minimum to the sub-blocks' codes: `value = d * a - dmin * b`.
  private void refitBlock(float[] x, int at, float[] weight, float d, float dmin) {
    double aa = 0;
    double ab = 0;
    double bb = 0;
    double ax = 0;
    double bx = 0;
    for (int j = 0; j < subBlocks; j++) {
      float s = d * scaleCode[j];
      float m = dmin * minimumCode[j];
      float inverse = s == 0 ? 0 : 1 / s;
      for (int i = j * subBlock; i < (j + 1) * subBlock; i++) {
        double a = scaleCode[j] * code((x[at + i] + m) * inverse);
        double b = minima ? -minimumCode[j] : 0;
        aa += weight[i] * a * a;
        ab += weight[i] * a * b;
        bb += weight[i] * b * b;
        ax += weight[i] * a * x[at + i];
        bx += weight[i] * b * x[at + i];
      }
    }
    double determinant = aa * bb - ab * ab;
    if (determinant > 1e-9 * aa * bb) {
      bestScale = (float) ((ax * bb - bx * ab) / determinant);
      bestMinimum = (float) ((bx * aa - ax * ab) / determinant);
    } else {
      bestScale = aa == 0 ? d : (float) ((ax - dmin * ab) / aa);
      bestMinimum = dmin;
    }
  }

  private void store(float[] x, int at, float d, float dmin, MemorySegment target, long start) {
    Arrays.fill(codes, layout.zero());
    for (int j = 0; j < subBlocks; j++) {
      float s = d * bestScaleCode[j];
      float m = dmin * bestMinimumCode[j];
      float inverse = s == 0 ? 0 : 1 / s;
      for (int i = j * subBlock; i < (j + 1) * subBlock; i++) {
        codes[i] = (int) code((x[at + i] + m) * inverse) + layout.zero();
      }
    }
    layout.encode(
        Float.floatToFloat16(d),
        Float.floatToFloat16(dmin),
        bestScaleCode,
        bestMinimumCode,
        codes,
        target,
        start);
  }

  /// Returns the nearest code, as a float.
  private float code(float value) {
    return Math.clamp(value, lowest, highest) + ROUNDER - ROUNDER;
  }

  private static float half(float value) {
    return Float.float16ToFloat(
        Float.floatToFloat16(Math.clamp(value, -LARGEST_HALF, LARGEST_HALF)));
  }
}
