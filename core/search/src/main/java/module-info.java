import org.jspecify.annotations.NullMarked;

/// Documents, a Lucene index, and answers with sources.
@NullMarked
module altiplano.search {
  requires transitive altiplano.tasks;
  requires static transitive org.jspecify;
  requires java.logging;
  requires org.apache.lucene.analysis.common;
  requires org.apache.lucene.core;

  exports altiplano.search;
}
