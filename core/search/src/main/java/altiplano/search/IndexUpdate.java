package altiplano.search;

/// What an update of an index did, in documents.
///
/// @param unchanged were there already, and were not read by the model again
/// @param passages in the index now
public record IndexUpdate(int added, int changed, int removed, int unchanged, int passages) {}
