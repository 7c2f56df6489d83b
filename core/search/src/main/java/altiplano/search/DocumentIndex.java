package altiplano.search;

import altiplano.tasks.Passage;
import altiplano.tasks.Passages;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.cjk.CJKAnalyzer;
import org.apache.lucene.document.Field.Store;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.LockObtainFailedException;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.util.QueryBuilder;
import org.apache.lucene.util.VectorUtil;
import org.jspecify.annotations.Nullable;

/// Documents in a folder on disk that can be searched by words and by meaning.
///
/// ```java
/// try (var model = Llama3Model.load();
///     var index = DocumentIndex.open(Path.of("index"), Optional.of(Embedder.of(model)))) {
///   index.update(Document.in(Path.of("papers"), IO::println));
///   var answer = model.answerQuestion("…?", index, TaskOptions.DEFAULT);
/// }
/// ```
///
/// Passages are ranked by BM25 over Lucene's analysis of Chinese, Japanese and Korean (pairs of
/// characters; other scripts by words) and by the cosine of their vectors; both rankings are fused
/// by reciprocal rank (Cormack et al. 2009). Updates are whole or not at all. Thread-safe; one
/// process at a time may update an index, any number may search it.
public final class DocumentIndex implements Passages, AutoCloseable {
  private static final String DOCUMENT = "document";
  private static final String START = "start";
  private static final String END = "end";
  private static final String TEXT = "text";
  private static final String HASH = "hash";
  private static final String VECTOR = "vector";

  /// What the index says of itself: how many numbers a vector has (0: none), and the first of them
  /// for a text that every model reads.
  private static final String DIMENSIONS = "altiplano.dimensions";

  private static final String PROBE = "altiplano.probe";
  private static final String PROBE_TEXT = "Altiplano 1 中文";
  private static final int PROBE_NUMBERS = 4;
  private static final double PROBE_TOLERANCE = 0.02;

  /// How many of each ranking are fused, and the constant of reciprocal rank fusion.
  private static final int CANDIDATES = 50;

  private static final int FUSION = 60;

  /// Passages whose vectors are made together.
  private static final int TOGETHER = 32;

  static {
    // Lucene tells on standard error which instructions it uses, once: nobody asked.
    var lucene = Logger.getLogger("org.apache.lucene");
    var level = lucene.getLevel();
    lucene.setLevel(Level.SEVERE);
    var one = new float[] {1};
    if (VectorUtil.dotProduct(one, one) != 1 || MMapDirectory.supportsMadvise()) {
      lucene.finest("asked");
    }
    lucene.setLevel(level);
  }

  private final FSDirectory folder;
  private final Optional<Embedder> embedder;
  private final Analyzer analyzer = new CJKAnalyzer();
  private @Nullable DirectoryReader reader;

  private DocumentIndex(FSDirectory folder, Optional<Embedder> embedder) {
    this.folder = folder;
    this.embedder = embedder;
  }

  /// Opens an index, or makes an empty one in memory until its first update.
  ///
  /// @param embedder absent: by words alone
  /// @throws IndexException if the folder holds something else, or an index made with vectors of
  ///   another model
  public static DocumentIndex open(Path path, Optional<Embedder> embedder) {
    try {
      if (Files.exists(path) && !Files.isDirectory(path)) {
        throw new IndexException(path + ": a file, and an index is a folder. Choose another name.");
      }
      boolean exists = Files.isDirectory(path) && holdsAnything(path);
      var folder = FSDirectory.open(path);
      var index = new DocumentIndex(folder, embedder);
      if (exists) {
        if (!DirectoryReader.indexExists(folder)) {
          folder.close();
          throw new IndexException(
              path + ": holds files that are no index. Choose an empty folder or a new name.");
        }
        index.reader = DirectoryReader.open(folder);
        index.checkVectors();
      }
      return index;
    } catch (IOException failed) {
      throw new IndexException(
          "%s: cannot be opened as an index (%s). Make it again.".formatted(path, failed), failed);
    }
  }

  private static boolean holdsAnything(Path path) throws IOException {
    try (var entries = Files.list(path)) {
      return entries.findAny().isPresent();
    }
  }

  /// Returns whether a folder holds an index, and whether that has vectors.
  public static Optional<Boolean> hasVectors(Path path) {
    if (!Files.isDirectory(path)) return Optional.empty();
    try (var folder = FSDirectory.open(path)) {
      if (!DirectoryReader.indexExists(folder)) return Optional.empty();
      try (var reader = DirectoryReader.open(folder)) {
        return Optional.of(vectors(reader).dimensions > 0);
      }
    } catch (IOException failed) {
      throw new IndexException(
          "%s: cannot be opened as an index (%s). Make it again.".formatted(path, failed), failed);
    }
  }

  private static Vectors vectors(DirectoryReader reader) throws IOException {
    return Vectors.read(reader.getIndexCommit().getUserData());
  }

  private void checkVectors() throws IOException {
    if (reader == null || embedder.isEmpty()) return;
    if (vectors(reader).agreeWith(Vectors.of(embedder.get()))) return;
    Path path = folder.getDirectory();
    close();
    throw new IndexException(
        path
            + ": made with another model's vectors, or with none. Name that model, or make the"
            + " index again.");
  }

  /// What the index says of its vectors.
  ///
  /// @param dimensions 0: there are none
  /// @param probe the first numbers of a text's vector, separated by spaces
  private record Vectors(int dimensions, String probe) {
    static final Vectors NONE = new Vectors(0, "");

    static Vectors of(Embedder embedder) {
      float[] vector = embedder.vectors(List.of(PROBE_TEXT)).getFirst();
      var numbers = new StringBuilder();
      for (int i = 0; i < Math.min(PROBE_NUMBERS, vector.length); i++) {
        numbers.append(i == 0 ? "" : " ").append(vector[i]);
      }
      return new Vectors(vector.length, numbers.toString());
    }

    static Vectors read(Map<String, String> saved) {
      return new Vectors(
          Integer.parseInt(saved.getOrDefault(DIMENSIONS, "0")), saved.getOrDefault(PROBE, ""));
    }

    Map<String, String> saved() {
      return Map.of(DIMENSIONS, Integer.toString(dimensions), PROBE, probe);
    }

    /// The same weights on another engine differ by rounding.
    boolean agreeWith(Vectors other) {
      String[] a = probe.split(" ", -1);
      String[] b = other.probe.split(" ", -1);
      boolean agree = dimensions == other.dimensions && a.length == b.length;
      for (int i = 0; agree && dimensions > 0 && i < a.length; i++) {
        agree = Math.abs(Double.parseDouble(a[i]) - Double.parseDouble(b[i])) < PROBE_TOLERANCE;
      }
      return agree;
    }
  }

  /// Makes the index hold exactly these documents: new and changed ones are read, those that are
  /// gone go, the rest stays as it is.
  ///
  /// @throws IllegalArgumentException if two documents have one name
  /// @throws IndexException if another process updates the index
  public IndexUpdate update(List<Document> documents) {
    return update(documents, _ -> {});
  }

  /// As [#update(List)].
  ///
  /// @param progress is told how many documents are done
  public synchronized IndexUpdate update(List<Document> documents, IntConsumer progress) {
    var names = new HashSet<String>();
    for (Document document : documents) {
      if (!names.add(document.name())) {
        throw new IllegalArgumentException("two documents are named " + document.name());
      }
    }
    try {
      if (embedder.isEmpty() && reader != null && vectors(reader).dimensions > 0) {
        throw new IndexException(
            folder.getDirectory()
                + ": made with a model's vectors. Name that model, or make the index again.");
      }
      var known = hashes();
      var settings = new IndexWriterConfig(analyzer);
      try (var writer = new IndexWriter(folder, settings)) {
        int added = 0;
        int changed = 0;
        int done = 0;
        for (Document document : documents) {
          String hash = hash(document.text());
          String before = known.get(document.name());
          if (!hash.equals(before)) {
            writer.deleteDocuments(new Term(DOCUMENT, document.name()));
            add(writer, document, hash);
            if (before == null) added++;
            else changed++;
          }
          progress.accept(++done);
        }
        Set<String> gone = new HashSet<>(known.keySet());
        gone.removeAll(names);
        for (String name : gone) writer.deleteDocuments(new Term(DOCUMENT, name));
        var vectors = embedder.map(Vectors::of).orElse(Vectors.NONE);
        writer.setLiveCommitData(vectors.saved().entrySet());
        writer.commit();
        reopen();
        int unchanged = documents.size() - added - changed;
        return new IndexUpdate(added, changed, gone.size(), unchanged, size());
      }
    } catch (LockObtainFailedException busy) {
      throw new IndexException(
          folder.getDirectory() + ": another process updates this index. Wait until it is done.",
          busy);
    } catch (IOException failed) {
      throw new UncheckedIOException(
          folder.getDirectory() + ": the index cannot be written: " + failed, failed);
    }
  }

  /// Returns the hash of each document's text. A document without any passage is not kept.
  private Map<String, String> hashes() throws IOException {
    var hashes = new HashMap<String, String>();
    if (reader == null) return hashes;
    var searcher = new IndexSearcher(reader);
    StoredFields fields = searcher.storedFields();
    for (ScoreDoc hit :
        searcher.search(MatchAllDocsQuery.INSTANCE, Math.max(1, size())).scoreDocs) {
      var found = fields.document(hit.doc, Set.of(DOCUMENT, HASH));
      hashes.put(found.get(DOCUMENT), found.get(HASH));
    }
    return hashes;
  }

  private void add(IndexWriter writer, Document document, String hash) throws IOException {
    List<Passage> passages = PassageSplitter.split(document);
    for (int from = 0; from < passages.size(); from += TOGETHER) {
      var some = passages.subList(from, Math.min(passages.size(), from + TOGETHER));
      var texts = some.stream().map(Passage::text).toList();
      Optional<List<float[]>> vectors = embedder.map(make -> make.vectors(texts));
      for (int i = 0; i < some.size(); i++) {
        Passage passage = some.get(i);
        var fields = new org.apache.lucene.document.Document();
        fields.add(new StringField(DOCUMENT, passage.document(), Store.YES));
        fields.add(new StoredField(HASH, hash));
        fields.add(new StoredField(START, passage.start()));
        fields.add(new StoredField(END, passage.end()));
        fields.add(new TextField(TEXT, passage.text(), Store.YES));
        int at = i;
        vectors.ifPresent(all ->
            fields.add(
                new KnnFloatVectorField(
                    VECTOR, all.get(at), VectorSimilarityFunction.DOT_PRODUCT)));
        writer.addDocument(fields);
      }
    }
  }

  private void reopen() throws IOException {
    var old = reader;
    reader = DirectoryReader.open(folder);
    if (old != null) old.close();
  }

  /// Returns the number of passages.
  public synchronized int size() {
    return reader == null ? 0 : reader.numDocs();
  }

  /// Returns the passages that fit best, best first; their scores are those of the fusion.
  @Override
  public synchronized List<Passage> search(String question, int limit) {
    if (limit < 1) throw new IllegalArgumentException("a search finds 1 or more, not " + limit);
    if (reader == null || reader.numDocs() == 0 || question.isBlank()) return List.of();
    try {
      var searcher = new IndexSearcher(reader);
      int candidates = Math.max(limit, CANDIDATES);
      var scores = new LinkedHashMap<Integer, Double>();
      @Nullable Query words = new QueryBuilder(analyzer).createBooleanQuery(TEXT, question);
      if (words != null) fuse(scores, searcher.search(words, candidates).scoreDocs);
      if (embedder.isPresent()) {
        float[] vector = embedder.get().vectors(List.of(question)).getFirst();
        var near = new KnnFloatVectorQuery(VECTOR, vector, candidates);
        fuse(scores, searcher.search(near, candidates).scoreDocs);
      }
      var best =
          scores.entrySet().stream()
              .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
              .limit(limit)
              .toList();
      var passages = new ArrayList<Passage>();
      StoredFields fields = searcher.storedFields();
      for (var hit : best) {
        passages.add(passage(fields.document(hit.getKey()), hit.getValue()));
      }
      return passages;
    } catch (IOException failed) {
      throw new UncheckedIOException(
          folder.getDirectory() + ": the index cannot be read: " + failed, failed);
    }
  }

  /// Adds `1 / (60 + rank)` for each hit of a ranking.
  private static void fuse(Map<Integer, Double> scores, ScoreDoc[] ranking) {
    for (int rank = 0; rank < ranking.length; rank++) {
      scores.merge(ranking[rank].doc, 1.0 / (FUSION + rank + 1), Double::sum);
    }
  }

  private static Passage passage(org.apache.lucene.document.Document fields, double score) {
    return new Passage(
        fields.get(DOCUMENT),
        fields.getField(START).numericValue().intValue(),
        fields.getField(END).numericValue().intValue(),
        fields.get(TEXT),
        score);
  }

  private static String hash(String text) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java has SHA-256", impossible);
    }
  }

  @Override
  public synchronized void close() {
    try {
      if (reader != null) reader.close();
      reader = null;
      folder.close();
      analyzer.close();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
