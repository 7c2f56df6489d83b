package altiplano.hub;

import altiplano.files.AtomicFile;
import altiplano.files.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;

/// The models on this machine, each a folder `models/ORGANISATION/NAME` of the store.
///
/// A model appears there whole: it grows in a hidden folder beside, under a lock that a second
/// process waits for. Thread-safe.
public final class ModelStore {
  private static final String PIN = ".altiplano.json";
  private static final String REPLACED = "replaced";
  private static final String REMOVED = "removed";
  private static final String NAME = "[\\w-][\\w.-]*/[\\w-][\\w.-]*";

  private static final Map<Path, ReentrantLock> IN_THIS_VM = new ConcurrentHashMap<>();

  private final Path models;

  /// @param home the store's folder; it is made when a model is pulled
  public ModelStore(Path home) {
    this.models = home.resolve("models");
  }

  /// Returns the store that the environment names.
  public static ModelStore of(Map<String, String> environment) {
    return new ModelStore(home(environment));
  }

  /// Returns the store's folder: `ALTIPLANO_HOME`, or `.altiplano` in the home folder.
  public static Path home(Map<String, String> environment) {
    return Optional.ofNullable(environment.get("ALTIPLANO_HOME"))
        .map(Path::of)
        .orElseGet(() -> Path.of(System.getProperty("user.home"), ".altiplano"));
  }

  /// A model in the store.
  ///
  /// @param name `organisation/model`
  /// @param source address it came from
  /// @param revision as asked for
  /// @param commit what it was then
  public record Model(
      String name, Path path, String source, String revision, String commit, long bytes) {

    /// Returns what opens the model: its folder, or the GGUF file (of a split one the first part)
    /// that is all the folder holds.
    public Path file() {
      try (var files = Files.list(path)) {
        var names = files.map(file -> String.valueOf(file.getFileName())).sorted().toList();
        if (names.contains("config.json") && names.stream().anyMatch(ModelStore::safetensors)) {
          return path;
        }
        return names.stream()
            .filter(name -> name.endsWith(".gguf"))
            .findFirst()
            .map(path::resolve)
            .orElse(path);
      } catch (IOException failed) {
        throw new UncheckedIOException(failed);
      }
    }
  }

  private static boolean safetensors(String name) {
    return name.endsWith(".safetensors");
  }

  /// What to pull.
  ///
  /// @param name `organisation/model`
  /// @param revision a branch, tag or commit, such as `main`; of a folder the start of the digest
  ///   that it must have
  /// @param include patterns for the names of weights, such as `*Q4_K_M*`, where a repository holds
  ///   several models; empty chooses all
  /// @param token for models that ask for one; it goes to the source only
  public record Request(
      Source source, String name, String revision, List<String> include, Optional<String> token) {
    public Request {
      requireName(name);
      include = List.copyOf(include);
      if (!revision.matches("[\\w-][\\w.-]*")) {
        throw new HubException(revision + ": no revision. Give a branch, tag or commit.");
      }
    }

    /// Without the token.
    @Override
    public String toString() {
      return "%s@%s from %s".formatted(name, revision, source);
    }
  }

  /// Listens to a download.
  @FunctionalInterface
  public interface Progress {
    /// Says how far it is; called from several threads.
    void arrived(long bytes, long total);
  }

  /// Returns all models, by name.
  public List<Model> list() {
    if (!Files.isDirectory(models)) return List.of();
    try (var folders = Files.walk(models, 2)) {
      return folders
          .filter(folder -> Files.exists(folder.resolve(PIN)))
          .filter(folder -> !String.valueOf(folder.getFileName()).startsWith("."))
          .map(this::read)
          .sorted(Comparator.comparing(Model::name))
          .toList();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /// Returns a model that is in the store.
  public Optional<Model> find(String name) {
    if (!name.matches(NAME)) return Optional.empty();
    var folder = models.resolve(name);
    return Files.exists(folder.resolve(PIN)) ? Optional.of(read(folder)) : Optional.empty();
  }

  /// Removes a model; returns whether it was there.
  public boolean remove(String name) {
    if (find(name).isEmpty()) return false;
    try (var _ = lock(name)) {
      cleanUp(name, Optional.empty());
      // Out of sight at once, then piece by piece.
      var aside = hidden(name, REMOVED);
      Files.move(models.resolve(name), aside, StandardCopyOption.ATOMIC_MOVE);
      delete(aside);
      return true;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /// Fetches a model, going on where an earlier attempt stopped; one that is here in the revision's
  /// present state is left, and of one that changed only the changed files are fetched.
  ///
  /// @throws HubException if the model cannot be had
  /// @throws UncheckedIOException if it cannot be stored; what came is kept
  public Model pull(Request request, Network network, Progress progress) {
    try (var _ = lock(request.name())) {
      var http = new Http(request.source(), request.token(), network);
      var whole = Listing.of(request.source(), http, request.name(), request.revision());
      if (whole.files().stream()
          .noneMatch(file -> file.path().matches(".*\\.(safetensors|gguf)"))) {
        throw new HubException(
            request.name() + ": holds no model that is read. Choose one with safetensors or GGUF.");
      }
      var listing = whole.only(request.name(), request.include());
      cleanUp(request.name(), Optional.of(listing.commit()));
      var here = find(request.name());
      if (here.isPresent() && holds(here.get(), listing)) return here.get();
      var growing = hidden(request.name(), listing.commit());
      Files.createDirectories(growing);
      if (here.isPresent()) takeOver(here.get().path(), listing, growing);
      checkSpace(request.name(), listing, growing);
      fetch(
          request.source() instanceof Source.LocalFolder ? new LocalFiles() : http,
          listing,
          growing,
          progress);
      AtomicFile.write(
          growing.resolve(PIN), pin(request, listing).getBytes(StandardCharsets.UTF_8));
      publish(request.name(), growing);
      return find(request.name()).orElseThrow();
    } catch (IOException failed) {
      throw notStored(request.name(), failed);
    } catch (UncheckedIOException failed) {
      throw notStored(
          request.name(), Optional.ofNullable(failed.getCause()).orElseThrow(() -> failed));
    }
  }

  private static HubException notStored(String name, IOException failed) {
    return new HubException(
        "%s: cannot be stored: %s. Free space or set ALTIPLANO_HOME to another disk and pull again;"
                .formatted(name, failed.getMessage())
            + " what came is kept.",
        failed);
  }

  /// Finishes or removes what killed processes left of a model.
  ///
  /// @param keep the commit that is about to be fetched: what came of it stays
  private void cleanUp(String name, Optional<String> keep) throws IOException {
    var target = models.resolve(name);
    var replaced = hidden(name, REPLACED);
    if (Files.exists(replaced) && !Files.exists(target)) {
      Files.move(replaced, target, StandardCopyOption.ATOMIC_MOVE);
    }
    delete(replaced);
    delete(hidden(name, REMOVED));
    var growing =
        Pattern.compile(Pattern.quote("." + target.getFileName() + ".") + "([0-9a-f]{40,64})");
    try (var files = Files.list(target.toAbsolutePath().resolveSibling(""))) {
      for (var file : files.toList()) {
        var match = growing.matcher(String.valueOf(file.getFileName()));
        if (match.matches() && !keep.equals(Optional.of(match.group(1)))) delete(file);
      }
    }
  }

  private static boolean holds(Model model, Listing listing) throws IOException {
    if (!model.commit().equals(listing.commit())) return false;
    for (var file : listing.files()) {
      var path = model.path().resolve(file.path());
      if (!Files.exists(path) || Files.size(path) != file.size()) return false;
    }
    return true;
  }

  /// Links the files of an earlier state that did not change.
  private static void takeOver(Path from, Listing listing, Path growing) throws IOException {
    var known = fingerprints(from);
    for (var file : listing.files()) {
      var path = from.resolve(file.path());
      var target = growing.resolve(file.path());
      boolean same =
          file.fingerprint().equals(known.get(file.path()))
              && Files.exists(path)
              && Files.size(path) == file.size();
      if (same && !Files.exists(target)) Files.createLink(target, path);
    }
  }

  private static void checkSpace(String name, Listing listing, Path folder) throws IOException {
    long needed = 0;
    for (var file : listing.files()) {
      var part = folder.resolve(file.path() + ".part");
      if (Files.exists(folder.resolve(file.path()))) continue;
      needed += Math.max(0, file.size() - (Files.exists(part) ? Files.size(part) : 0));
    }
    long free = Files.getFileStore(folder).getUsableSpace();
    if (needed <= free) return;
    throw new HubException(
        "%s: needs %,d MB more, and %s has %,d MB free. Free space or set ALTIPLANO_HOME to another"
                .formatted(name, needed / 1_000_000, folder.getParent(), free / 1_000_000)
            + " disk.");
  }

  private static void fetch(Ranges source, Listing listing, Path folder, Progress progress)
      throws IOException {
    long total = listing.files().stream().mapToLong(RemoteFile::size).sum();
    var arrived = new AtomicLong();
    for (var file : listing.files()) {
      new Download(source, file, folder.resolve(file.path()))
          .run(bytes -> progress.arrived(arrived.addAndGet(bytes), total));
    }
  }

  private void publish(String name, Path growing) throws IOException {
    var target = models.resolve(name);
    var aside = hidden(name, REPLACED);
    if (Files.exists(target)) Files.move(target, aside, StandardCopyOption.ATOMIC_MOVE);
    Files.move(growing, target, StandardCopyOption.ATOMIC_MOVE);
    delete(aside);
  }

  private static String pin(Request request, Listing listing) {
    var files = new ArrayList<Json>();
    for (var file : listing.files()) {
      files.add(
          Json.object()
              .put("path", file.path())
              .put("size", file.size())
              .put("digest", file.fingerprint())
              .end());
    }
    return Json.object()
        .put("name", request.name())
        .put("endpoint", request.source().endpoint().toString())
        .put("revision", request.revision())
        .put("commit", listing.commit())
        .put("files", new Json.ArrayValue(files))
        .end()
        .writeIndented();
  }

  private static Map<String, String> fingerprints(Path folder) throws IOException {
    var digests = new LinkedHashMap<String, String>();
    if (readPin(folder).get("files").orElse(new Json.NullValue())
        instanceof Json.ArrayValue(var files)) {
      for (var file : files) {
        if (file instanceof Json.ObjectValue(var members)
            && members.get("path") instanceof Json.TextValue(var path)
            && members.get("digest") instanceof Json.TextValue(var digest)) {
          digests.put(path, digest);
        }
      }
    }
    return digests;
  }

  private static Json.ObjectValue readPin(Path folder) throws IOException {
    var file = folder.resolve(PIN);
    try {
      if (Json.parse(Files.readAllBytes(file)) instanceof Json.ObjectValue pin) return pin;
    } catch (Json.JsonException broken) {
      throw new HubException(
          file + ": " + broken.getMessage() + ". Remove its folder and pull again.", broken);
    }
    throw new HubException(file + ": not a JSON object. Remove its folder and pull again.");
  }

  private Model read(Path folder) {
    try {
      var texts = new LinkedHashMap<String, String>();
      readPin(folder)
          .members()
          .forEach((key, value) -> {
            if (value instanceof Json.TextValue(var text)) texts.put(key, text);
          });
      long bytes = 0;
      try (var files = Files.list(folder)) {
        for (var file : files.toList()) bytes += Files.size(file);
      }
      return new Model(
          models.relativize(folder).toString(),
          folder,
          texts.getOrDefault("endpoint", "unknown"),
          texts.getOrDefault("revision", "unknown"),
          texts.getOrDefault("commit", "unknown"),
          bytes);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private Path hidden(String name, String what) {
    return models
        .resolve(name)
        .resolveSibling(".%s.%s".formatted(models.resolve(name).getFileName(), what));
  }

  /// Waits until nobody else, here or in another process, pulls or removes this model. The empty
  /// lock file stays: without it two processes could hold different files of one name.
  private Held lock(String name) throws IOException {
    requireName(name);
    var file = hidden(name, "lock").toAbsolutePath();
    Files.createDirectories(models.resolve(name.substring(0, name.indexOf('/'))));
    var here = IN_THIS_VM.computeIfAbsent(file, _ -> new ReentrantLock());
    here.lock();
    try {
      var channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      channel.lock();
      return new Held(channel, here);
    } catch (IOException failed) {
      here.unlock();
      throw failed;
    }
  }

  private record Held(FileChannel file, ReentrantLock here) implements AutoCloseable {
    @Override
    public void close() throws IOException {
      // The file first: a VM may not lock a file twice.
      try {
        file.close();
      } finally {
        here.unlock();
      }
    }
  }

  private static void requireName(String name) {
    if (!name.matches(NAME)) {
      throw new HubException(name + ": no model's name. Give it as organisation/model.");
    }
  }

  private static void delete(Path tree) throws IOException {
    if (!Files.exists(tree)) return;
    try (var paths = Files.walk(tree)) {
      for (var path : paths.sorted(Comparator.reverseOrder()).toList()) Files.delete(path);
    }
  }
}
