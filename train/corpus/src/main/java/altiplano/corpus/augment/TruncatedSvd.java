package altiplano.corpus.augment;

import java.util.SplittableRandom;

/// Dense vectors of the rows of a sparse matrix: its projection on its strongest directions.
///
/// Subspace iteration (Halko, Martinsson and Tropp 2011, algorithm 4.4) from seeded random
/// directions, on one thread in a fixed order: the same matrix gives the same bits.
public final class TruncatedSvd {
  private static final int ROUNDS = 4;

  private TruncatedSvd() {}

  /// A sparse matrix, row after row.
  ///
  /// @param starts `[rows + 1]` where each row begins in the other two
  /// @param columns `[values]`
  /// @param values `[values]`
  /// @param width number of columns
  public record Sparse(int[] starts, int[] columns, float[] values, int width) {
    public int rows() {
      return starts.length - 1;
    }
  }

  /// Returns vectors of length 1 in the 2-norm; a row of zeros stays one.
  ///
  /// @param dimensions of the vectors
  /// @return `[rows][dimensions]`; the angle of two is that of their rows in the strongest
  ///   directions
  public static float[][] rows(Sparse matrix, int dimensions, long seed) {
    int size = Math.min(dimensions, matrix.width);
    var random = new SplittableRandom(seed);
    var directions = new float[matrix.width][size];
    for (float[] row : directions) {
      for (int i = 0; i < size; i++) row[i] = (float) random.nextGaussian();
    }
    orthonormalise(directions, size);
    for (int round = 0; round < ROUNDS; round++) {
      directions = transposedTimes(matrix, times(matrix, directions, size), size);
      orthonormalise(directions, size);
    }
    float[][] vectors = times(matrix, directions, size);
    for (float[] vector : vectors) normalise(vector);
    return vectors;
  }

  private static float[][] times(Sparse matrix, float[][] right, int size) {
    var product = new float[matrix.rows()][size];
    for (int row = 0; row < matrix.rows(); row++) {
      for (int i = matrix.starts[row]; i < matrix.starts[row + 1]; i++) {
        addScaled(product[row], right[matrix.columns[i]], matrix.values[i]);
      }
    }
    return product;
  }

  private static float[][] transposedTimes(Sparse matrix, float[][] right, int size) {
    var product = new float[matrix.width][size];
    for (int row = 0; row < matrix.rows(); row++) {
      for (int i = matrix.starts[row]; i < matrix.starts[row + 1]; i++) {
        addScaled(product[matrix.columns[i]], right[row], matrix.values[i]);
      }
    }
    return product;
  }

  private static void addScaled(float[] sum, float[] vector, float factor) {
    for (int i = 0; i < sum.length; i++) sum[i] += factor * vector[i];
  }

  /// Modified Gram-Schmidt over the columns.
  private static void orthonormalise(float[][] columns, int size) {
    for (int column = 0; column < size; column++) {
      for (int before = 0; before < column; before++) {
        double dot = 0;
        for (float[] row : columns) dot += (double) row[before] * row[column];
        for (float[] row : columns) row[column] -= (float) (dot * row[before]);
      }
      double norm = 0;
      for (float[] row : columns) norm += (double) row[column] * row[column];
      // What is left of a direction that the others span already is rounding error.
      float factor = norm > 1e-12 ? (float) (1 / Math.sqrt(norm)) : 0;
      for (float[] row : columns) row[column] *= factor;
    }
  }

  private static void normalise(float[] vector) {
    double norm = 0;
    for (float x : vector) norm += (double) x * x;
    if (norm == 0) return;
    for (int i = 0; i < vector.length; i++) vector[i] = (float) (vector[i] / Math.sqrt(norm));
  }
}
