package altiplano.hub;

import altiplano.files.AtomicFile;
import altiplano.files.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ProxySelector;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/// The models on this machine, each a folder `models/ORGANISATION/NAME` of the store.
///
/// A model appears there whole: it grows in a hidden folder beside, under a lock that a second
/// process waits for. Thread-safe.
public final class ModelStore {
  private static final String PIN = ".altiplano.json";
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
  /// @param revision as asked for
  /// @param commit what it was then
  public record Model(String name, Path path, String revision, String commit, long bytes) {}

  /// What to pull.
  ///
  /// @param name `organisation/model`
  /// @param revision a branch, tag or commit, such as `main`
  /// @param token for models that ask for one; it goes to the source only
  public record Request(Source source, String name, String revision, Optional<String> token) {
    public Request {
      requireName(name);
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
      // Out of sight at once, then piece by piece.
      var aside = hidden(name, "removed");
      delete(aside);
      Files.move(models.resolve(name), aside, StandardCopyOption.ATOMIC_MOVE);
      delete(aside);
      return true;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /// Fetches a model, going on where an earlier attempt stopped; one that is here in the revision's
  /// present state is left.
  public Model pull(Request request, Progress progress) {
    return pull(request, ProxySelector.getDefault(), Duration.ofMillis(500), progress);
  }

  Model pull(Request request, ProxySelector proxy, Duration pause, Progress progress) {
    var http = new Http(request.source().endpoint(), request.token(), proxy, pause);
    try (var _ = lock(request.name())) {
      var listing = Listing.of(request.source(), http, request.name(), request.revision());
      if (listing.files().isEmpty()) {
        throw new HubException(
            request.name() + ": holds no model that is read. Choose one with safetensors or GGUF.");
      }
      var here = find(request.name());
      if (here.isPresent() && here.get().commit().equals(listing.commit())) return here.get();
      var growing = hidden(request.name(), listing.commit());
      fetch(http, listing, growing, progress);
      AtomicFile.write(
          growing.resolve(PIN), pin(request, listing).getBytes(StandardCharsets.UTF_8));
      publish(request.name(), growing);
      return find(request.name()).orElseThrow();
    } catch (IOException failed) {
      throw new UncheckedIOException(
          request.name() + ": cannot be stored: " + failed.getMessage(), failed);
    }
  }

  private static void fetch(Http http, Listing listing, Path folder, Progress progress)
      throws IOException {
    long total = listing.files().stream().mapToLong(RemoteFile::size).sum();
    var arrived = new AtomicLong();
    Files.createDirectories(folder);
    for (var file : listing.files()) {
      new Download(http, file, folder.resolve(file.path()))
          .run(bytes -> progress.arrived(arrived.addAndGet(bytes), total));
    }
  }

  private void publish(String name, Path growing) throws IOException {
    var target = models.resolve(name);
    var aside = hidden(name, "replaced");
    delete(aside);
    if (Files.exists(target)) Files.move(target, aside, StandardCopyOption.ATOMIC_MOVE);
    Files.move(growing, target, StandardCopyOption.ATOMIC_MOVE);
    delete(aside);
  }

  private static String pin(Request request, Listing listing) {
    var files = new ArrayList<Json>();
    for (var file : listing.files()) {
      files.add(Json.object().put("path", file.path()).put("size", file.size()).end());
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

  private Model read(Path folder) {
    try {
      var pin = Json.parse(Files.readAllBytes(folder.resolve(PIN)));
      var texts = new LinkedHashMap<String, String>();
      if (pin instanceof Json.ObjectValue(var members)) {
        members.forEach((key, value) -> {
          if (value instanceof Json.TextValue(var text)) texts.put(key, text);
        });
      }
      long bytes = 0;
      try (var files = Files.list(folder)) {
        for (var file : files.toList()) bytes += Files.size(file);
      }
      return new Model(
          models.relativize(folder).toString(),
          folder,
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
