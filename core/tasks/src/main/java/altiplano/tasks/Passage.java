package altiplano.tasks;

/// A part of a document that may answer a question.
///
/// @param document its name
/// @param start in UTF-16 units of the document
/// @param end exclusive
/// @param score higher is better; comparable within one search
public record Passage(String document, int start, int end, String text, double score) {}
