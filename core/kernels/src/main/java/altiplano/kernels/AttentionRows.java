package altiplano.kernels;

/// Consecutive query rows of one sequence that attend to its cache.
///
/// @param firstRow index of the first query row in the batch
/// @param rows number of query rows
/// @param firstPosition position of the first row; row `i` stands at `firstPosition + i`
/// @param causal whether row `i` sees positions `0 .. firstPosition + i` only; otherwise each row
///   sees all `firstPosition + rows` positions
/// @param pages the sequence's keys and values, those of these rows included
public record AttentionRows(
    int firstRow, int rows, int firstPosition, boolean causal, KeyValuePages pages) {}
