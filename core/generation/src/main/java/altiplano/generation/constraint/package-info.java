/// The automaton behind constrained decoding; not part of the API.
///
/// Everything that can constrain a text ([RegexParser], [GbnfParser], [SchemaCompiler]) becomes a
/// [Grammar] over code points. [ByteGrammar] lowers it to bytes, [Automaton] runs it, [TokenMasks]
/// tells which tokens of a [Vocabulary] may follow.
package altiplano.generation.constraint;
