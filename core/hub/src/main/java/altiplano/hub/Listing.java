package altiplano.hub;

import altiplano.files.Json;
import altiplano.hub.RemoteFile.Digest;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/// The files of a model at one moment.
///
/// @param commit to which `files` are pinned; on ModelScope a digest of their digests
record Listing(String commit, List<RemoteFile> files) {
  private static final String SHA1 = "[0-9a-f]{40}";
  private static final String SHA256 = "[0-9a-f]{64}";

  /// Asks the hub.
  ///
  /// @param name `organisation/model`
  /// @param revision a branch, tag or commit
  static Listing of(Source source, Http http, String name, String revision) throws IOException {
    return switch (source) {
      case Source.LocalFolder folder -> local(folder, name, revision);
      case Source.HuggingFace(var endpoint) -> huggingFace(endpoint, http, name, revision);
      case Source.ModelScope(var endpoint) -> modelScope(endpoint, http, name, revision);
    };
  }

  /// A folder is what it holds: its revision is a digest of its digests.
  private static Listing local(Source.LocalFolder source, String name, String revision)
      throws IOException {
    var files = LocalFiles.list(LocalFiles.folder(source, name));
    var digests = new StringBuilder();
    for (var file : files) digests.append(file.path()).append(file.fingerprint());
    var commit = sha256(digests.toString());
    if (!revision.equals("main") && !commit.startsWith(revision)) {
      throw new HubException(
          "%s: holds revision %s, not %s. Leave out --revision or choose another folder."
              .formatted(source.path(), commit, revision));
    }
    return new Listing(commit, files);
  }

  /// Returns the files without those weights that no pattern chooses; other files stay.
  ///
  /// @param include patterns such as `*Q4_K_M*`; none chooses all
  /// @throws HubException if a pattern chooses nothing, or none does where several whole models lie
  ///   side by side
  Listing only(String name, List<String> include) {
    var patterns =
        include.stream()
            .map(glob -> FileSystems.getDefault().getPathMatcher("glob:" + glob))
            .toList();
    var weights = files.stream().map(RemoteFile::path).filter(Listing::weights).toList();
    if (include.isEmpty()) {
      var models = weights.stream().filter(path -> path.endsWith(".gguf")).map(Listing::model);
      if (models.distinct().count() > 1) {
        throw new HubException(
            "%s: holds several models: %s. Choose one by --include."
                .formatted(name, String.join(", ", weights)));
      }
      return this;
    }
    var chosen =
        files.stream()
            .filter(file ->
                !weights(file.path())
                    || patterns.stream().anyMatch(one -> one.matches(Path.of(file.path()))))
            .toList();
    if (chosen.stream().map(RemoteFile::path).noneMatch(Listing::weights)) {
      throw new HubException(
          "%s: --include %s chooses none of %s. Give one of these names or a pattern such as *Q4_K*."
              .formatted(name, String.join(" ", include), String.join(", ", weights)));
    }
    return new Listing(commit, chosen);
  }

  private static boolean weights(String path) {
    return path.endsWith(".gguf") || path.endsWith(".safetensors");
  }

  /// Returns the name that the parts of a split file share.
  private static String model(String path) {
    return path.replaceFirst("-\\d{5}-of-\\d{5}\\.gguf$", ".gguf");
  }

  private static Listing huggingFace(URI endpoint, Http http, String name, String revision)
      throws IOException {
    var model = at(endpoint, "/api/models/%s/revision/%s".formatted(name, revision));
    var commit = text(model, json(http, model), "sha");
    if (!commit.matches(SHA1)) throw odd(model, "the commit " + commit);
    var tree = at(endpoint, "/api/models/%s/tree/%s?recursive=true".formatted(name, commit));
    var files = new ArrayList<RemoteFile>();
    for (var entry : elements(tree, json(http, tree))) {
      if (!text(tree, entry, "type").equals("file")) continue;
      var path = text(tree, entry, "path");
      if (!wanted(path)) continue;
      var large = member(entry, "lfs");
      Digest digest =
          large instanceof Json.ObjectValue lfs
              ? new Digest.Sha256(text(tree, lfs, "oid").replaceFirst("^sha256:", ""))
              : new Digest.GitBlob(text(tree, entry, "oid"));
      files.add(
          new RemoteFile(
              path,
              number(tree, entry, "size"),
              digest,
              at(endpoint, "/%s/resolve/%s/%s".formatted(name, commit, path))));
    }
    return new Listing(commit, files);
  }

  private static Listing modelScope(URI endpoint, Http http, String name, String revision)
      throws IOException {
    var uri =
        at(
            endpoint,
            "/api/v1/models/%s/repo/files?Revision=%s&Recursive=true".formatted(name, revision));
    var files = new ArrayList<RemoteFile>();
    var digests = new StringBuilder();
    for (var entry : elements(uri, member(member(json(http, uri), "Data"), "Files"))) {
      if (!text(uri, entry, "Type").equals("blob")) continue;
      var path = text(uri, entry, "Path");
      if (!wanted(path)) continue;
      var digest = text(uri, entry, "Sha256");
      if (!digest.matches(SHA256)) throw odd(uri, "the digest " + digest);
      digests.append(digest);
      files.add(
          new RemoteFile(
              path,
              number(uri, entry, "Size"),
              new Digest.Sha256(digest),
              at(endpoint, "/models/%s/resolve/%s/%s".formatted(name, revision, path))));
    }
    return new Listing(sha256(digests.toString()), files);
  }

  /// Returns whether a model folder needs a file of a repository.
  static boolean wanted(String path) {
    return !path.contains("/")
        && path.matches(
            "(generation_)?config\\.json|tokenizer(_config)?\\.json|tokenizer\\.model"
                + "|chat_template\\.jinja|.*\\.safetensors(\\.index\\.json)?|.*\\.gguf"
                + "|(LICENSE|NOTICE|USE_POLICY|README)(\\.\\w+)?");
  }

  private static URI at(URI endpoint, String path) {
    return URI.create(endpoint.toString().replaceFirst("/+$", "") + path);
  }

  private static Json json(Http http, URI uri) throws IOException {
    try {
      return Json.parse(http.get(uri), 1_000_000);
    } catch (Json.JsonException broken) {
      throw new HubException(uri + ": " + broken.getMessage() + ". Check the endpoint.", broken);
    }
  }

  private static Json member(Json value, String key) {
    return value instanceof Json.ObjectValue object
        ? object.get(key).orElse(new Json.NullValue())
        : new Json.NullValue();
  }

  private static String text(URI uri, Json value, String key) {
    if (member(value, key) instanceof Json.TextValue(var text)) return text;
    throw odd(uri, "no text \"" + key + "\"");
  }

  private static long number(URI uri, Json value, String key) {
    if (member(value, key) instanceof Json.NumberValue(var number)
        && number.scale() == 0
        && number.precision() < 19) {
      return number.longValue();
    }
    throw odd(uri, "no number \"" + key + "\"");
  }

  private static List<Json> elements(URI uri, Json value) {
    if (value instanceof Json.ArrayValue(var elements)) return elements;
    throw odd(uri, "no list of files");
  }

  private static HubException odd(URI uri, String what) {
    return new HubException("%s: %s in the answer. Check the endpoint.".formatted(uri, what));
  }

  private static String sha256(String text) {
    var digest = RemoteFile.digest("SHA-256");
    return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
  }
}
