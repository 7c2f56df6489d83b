package altiplano.hub;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import altiplano.hub.ModelStore.Request;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Pulls from a server on this machine that answers, and misbehaves, as the hub does: every
/// download is a redirect to another host name.
class ModelStoreTest {
  private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

  @TempDir Path home;

  private final byte[] weights = new byte[40_000_000];
  private final byte[] config = "{\"model_type\": \"llama\"}".getBytes(UTF_8);
  private final ConcurrentLinkedQueue<String> requests = new ConcurrentLinkedQueue<>();
  private final AtomicInteger failures = new AtomicInteger();
  private Misbehaviour misbehaviour = Misbehaviour.NONE;
  private String commit = COMMIT;
  private boolean ggufs;
  private final HttpServer server;
  private ModelStore store = new ModelStore(Path.of(""));

  ModelStoreTest() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
  }

  private enum Misbehaviour {
    NONE,
    BUSY,
    CUT,
    WRONG_BYTES,
    WRONG_LENGTH,
    ALWAYS_CUT,
    CHANGED_MIDWAY,
    SILENT,
    REFUSING
  }

  @BeforeEach
  void start() {
    var random = new SplittableRandom(1);
    random.nextBytes(weights);
    store = new ModelStore(home);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::answer);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private URI endpoint() {
    return URI.create("http://localhost:" + server.getAddress().getPort());
  }

  private static Network network() {
    return new Network(
        ProxySelector.of(null), Optional.empty(), Duration.ofMillis(1), Duration.ofSeconds(2));
  }

  private ModelStore.Model pull(String... include) {
    return pull(new Source.HuggingFace(endpoint()), "main", include);
  }

  private ModelStore.Model pull(Source source, String revision, String... include) {
    var token = source instanceof Source.LocalFolder ? "" : "hf_secret";
    return store.pull(
        new Request(
            source,
            "org/model",
            revision,
            List.of(include),
            Optional.of(token).filter(text -> !text.isEmpty())),
        network(),
        (_, _) -> {});
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      var path = exchange.getRequestURI().getPath();
      var range = exchange.getRequestHeaders().getFirst("Range");
      var headers = exchange.getRequestHeaders();
      var token = headers.getFirst("Authorization");
      requests.add(path + " " + range + " " + (token == null ? headers.getFirst("Cookie") : token));
      exchange.getResponseHeaders().set("ETag", '"' + commit + '"');
      if (misbehaviour == Misbehaviour.REFUSING) {
        send(exchange, 401, new byte[0]);
      } else if (path.equals("/api/v1/models/org/model/repo/files")) {
        send(exchange, 200, modelScopeFiles().getBytes(UTF_8));
      } else if (path.startsWith("/models/org/model/resolve/master/")) {
        sendRange(exchange, path.endsWith(".json") ? config : weights, range);
      } else if (path.equals("/api/models/org/model/revision/main")) {
        send(exchange, 200, "{\"sha\": \"%s\"}".formatted(commit).getBytes(UTF_8));
      } else if (path.startsWith("/api/models/org/model/tree/")) {
        send(exchange, 200, tree().getBytes(UTF_8));
      } else if (path.startsWith("/org/model/resolve/" + commit + "/")) {
        var name = path.substring(path.lastIndexOf('/') + 1);
        exchange
            .getResponseHeaders()
            .set(
                "Location",
                "http://127.0.0.1:%d/cdn/%s".formatted(server.getAddress().getPort(), name));
        exchange.sendResponseHeaders(302, -1);
      } else if (path.startsWith("/cdn/")) {
        sendRange(exchange, path.endsWith(".json") ? config : weights, range);
      } else {
        send(exchange, 404, new byte[0]);
      }
    }
  }

  private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
  }

  private void sendRange(HttpExchange exchange, byte[] content, String range) throws IOException {
    var bounds = range.substring("bytes=".length()).split("-", 2);
    int from = Integer.parseInt(bounds[0]);
    int count = Integer.parseInt(bounds[1]) - from + 1;
    boolean fails = failures.getAndIncrement() < 2;
    if (fails && misbehaviour == Misbehaviour.BUSY) {
      exchange.getResponseHeaders().set("Retry-After", "0");
      exchange.sendResponseHeaders(429, -1);
      return;
    }
    int size = content.length + (misbehaviour == Misbehaviour.WRONG_LENGTH ? 1 : 0);
    exchange
        .getResponseHeaders()
        .set("Content-Range", "bytes %d-%d/%d".formatted(from, from + count - 1, size));
    exchange.sendResponseHeaders(206, count);
    boolean cut =
        (fails && misbehaviour == Misbehaviour.CUT)
            || (misbehaviour == Misbehaviour.ALWAYS_CUT && from + count == weights.length);
    if (misbehaviour == Misbehaviour.CHANGED_MIDWAY && from > 0) {
      var changed = content.clone();
      changed[from]++;
      exchange.getResponseBody().write(changed, from, count);
    } else if (misbehaviour == Misbehaviour.SILENT && fails) {
      exchange.getResponseBody().write(content, from, count / 2);
      exchange.getResponseBody().flush();
      pause();
    } else if (misbehaviour == Misbehaviour.WRONG_BYTES) {
      exchange.getResponseBody().write(new byte[count]);
    } else {
      exchange.getResponseBody().write(content, from, cut ? count / 2 : count);
    }
  }

  private static void pause() throws IOException {
    try {
      Thread.sleep(5000);
    } catch (InterruptedException over) {
      throw new IOException(over);
    }
  }

  private String modelScopeFiles() {
    return """
    {"Code": 200, "Data": {"Files": [
      {"Type": "tree", "Path": "original"},
      {"Type": "blob", "Path": "config.json", "Size": %d, "Sha256": "%s"},
      {"Type": "blob", "Path": "model.safetensors", "Size": %d, "Sha256": "%s"}]}}
    """
        .formatted(config.length, hex("SHA-256", config), weights.length, hex("SHA-256", weights));
  }

  private String tree() {
    if (ggufs) return ggufTree();
    return """
    [{"type": "directory", "path": "original", "size": 0, "oid": "x"},
     {"type": "file", "path": "original/params.json", "size": 3, "oid": "x"},
     {"type": "file", "path": "config.json", "size": %d, "oid": "%s"},
     {"type": "file", "path": "model.safetensors", "size": %d, "oid": "x",
      "lfs": {"oid": "%s", "size": %d}}]
    """
        .formatted(
            config.length,
            hex("SHA-1", ("blob " + config.length + "\0").getBytes(UTF_8), config),
            weights.length,
            hex("SHA-256", weights),
            weights.length);
  }

  private String ggufTree() {
    var files = new StringBuilder("[");
    for (var name : List.of("m-Q4_K_M.gguf", "m-Q8_0.gguf")) {
      files.append(
          """
          {"type": "file", "path": "%s", "size": %d, "oid": "x", "lfs": {"oid": "%s", "size": 1}},
          """
              .formatted(name, weights.length, hex("SHA-256", weights)));
    }
    return files + "{\"type\": \"file\", \"path\": \"a.txt\", \"size\": 3, \"oid\": \"x\"}]";
  }

  private static String hex(String algorithm, byte[]... parts) {
    try {
      var digest = MessageDigest.getInstance(algorithm);
      for (var part : parts) digest.update(part);
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException missing) {
      throw new IllegalStateException(missing);
    }
  }

  private void assertWhole(ModelStore.Model model) throws IOException {
    assertThat(Files.readAllBytes(model.path().resolve("model.safetensors"))).isEqualTo(weights);
    assertThat(model.path().resolve("config.json")).hasBinaryContent(config);
    assertThat(model.commit()).isEqualTo(commit);
    try (var files = Files.list(model.path())) {
      assertThat(files.map(file -> String.valueOf(file.getFileName())))
          .containsExactlyInAnyOrder("config.json", "model.safetensors", ".altiplano.json");
    }
  }

  @Test
  void a_model_is_pulled_whole_listed_and_removed() throws IOException {
    assertWhole(pull());
    assertThat(store.list()).extracting(ModelStore.Model::name).containsExactly("org/model");
    assertThat(store.remove("org/model")).isTrue();
    assertThat(store.remove("org/model")).isFalse();
    assertThat(store.list()).isEmpty();
  }

  @Test
  void the_token_goes_to_the_hub_and_not_to_where_it_redirects() {
    pull();
    assertThat(requests)
        .allSatisfy(request ->
            assertThat(request.endsWith(" Bearer hf_secret"))
                .isEqualTo(!request.startsWith("/cdn/")));
  }

  @Test
  void a_busy_server_and_cut_connections_are_outlasted() throws IOException {
    misbehaviour = Misbehaviour.BUSY;
    assertWhole(pull());
    store.remove("org/model");
    failures.set(0);
    misbehaviour = Misbehaviour.CUT;
    assertWhole(pull());
  }

  @Test
  void wrong_bytes_are_refused_and_not_kept() {
    misbehaviour = Misbehaviour.WRONG_BYTES;
    assertThatThrownBy(this::pull)
        .isInstanceOf(HubException.class)
        .hasMessageContaining("what arrived is not what the hub announced");
    assertThat(store.list()).isEmpty();
  }

  @Test
  void a_file_whose_length_changed_is_refused() {
    misbehaviour = Misbehaviour.WRONG_LENGTH;
    assertThatThrownBy(this::pull).hasMessageContaining("the file changed");
  }

  @Test
  void what_came_is_not_fetched_again() throws IOException {
    misbehaviour = Misbehaviour.ALWAYS_CUT;
    assertThatThrownBy(this::pull).hasMessageContaining("what came is kept");
    misbehaviour = Misbehaviour.NONE;
    requests.clear();
    assertWhole(pull());
    assertThat(requests).noneMatch(request -> request.startsWith("/cdn/config.json"));
    assertThat(requests.stream().filter(request -> request.startsWith("/cdn/"))).hasSize(1);
  }

  @Test
  void a_new_commit_is_noticed_and_replaces_the_model() throws IOException {
    pull();
    weights[7]++;
    commit = COMMIT.replace('0', 'f');
    assertWhole(pull());
  }

  @Test
  void two_pulls_at_once_fetch_the_model_once() throws Exception {
    try (var workers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var model :
          workers.invokeAll(List.<Callable<ModelStore.Model>>of(this::pull, this::pull))) {
        assertWhole(model.get());
      }
    }
    assertThat(requests.stream().filter(request -> request.startsWith("/cdn/config"))).hasSize(1);
  }

  @Test
  void names_cannot_leave_the_store() {
    assertThat(store.remove("../x")).isFalse();
    assertThatThrownBy(() ->
            new Request(
                new Source.HuggingFace(endpoint()),
                "a/../../b",
                "main",
                List.of(),
                Optional.empty()))
        .hasMessageContaining("no model's name");
  }

  @Test
  void a_file_that_changes_in_the_middle_is_refused_and_not_kept() throws IOException {
    misbehaviour = Misbehaviour.CHANGED_MIDWAY;
    assertThatThrownBy(this::pull)
        .hasMessageContaining("what arrived is not what the hub announced");
    assertThat(store.list()).isEmpty();
    misbehaviour = Misbehaviour.NONE;
    assertWhole(pull());
  }

  @Test
  void a_connection_on_which_nothing_arrives_is_given_up_and_tried_again() throws IOException {
    misbehaviour = Misbehaviour.SILENT;
    assertWhole(pull());
  }

  @Test
  void no_message_shows_the_token() {
    misbehaviour = Misbehaviour.REFUSING;
    assertThatThrownBy(this::pull)
        .hasMessageContaining("set HF_TOKEN to a token that may read it")
        .hasMessageNotContaining("hf_secret");
    assertThat(
            new Request(
                new Source.HuggingFace(endpoint()),
                "org/model",
                "main",
                List.of(),
                Optional.of("hf_secret")))
        .asString()
        .doesNotContain("hf_secret");
    assertThatThrownBy(
            () -> new Source.HuggingFace(endpoint()).token(Map.of("HF_TOKEN", "hf_se\ncret")))
        .hasMessage("HF_TOKEN: holds characters that no token has. Set it again.");
  }

  @Test
  void modelscope_is_a_source() throws IOException {
    commit = pull(new Source.ModelScope(endpoint()), "master").commit();
    assertWhole(store.find("org/model").orElseThrow());
    assertThat(requests)
        .allSatisfy(request -> assertThat(request).endsWith(" m_session_id=hf_secret"));
    weights[3]++;
    assertThat(pull(new Source.ModelScope(endpoint()), "master").commit()).isNotEqualTo(commit);
  }

  @Test
  void a_folder_is_a_source_and_its_digest_its_revision() throws IOException {
    var source = Files.createDirectory(home.resolve("source"));
    Files.write(source.resolve("model.safetensors"), weights);
    Files.write(source.resolve("config.json"), config);
    Files.writeString(source.resolve("notes.txt"), "not of the model");
    var folder = new Source.LocalFolder(source);
    commit = pull(folder, "main").commit();
    assertWhole(store.find("org/model").orElseThrow());
    assertThat(pull(folder, commit.substring(0, 8)).commit()).isEqualTo(commit);
    assertThatThrownBy(() -> pull(folder, "0000")).hasMessageContaining("not 0000");
    assertThat(requests).isEmpty();
  }

  @Test
  void of_several_models_side_by_side_one_is_chosen() throws IOException {
    ggufs = true;
    assertThatThrownBy(this::pull)
        .hasMessage(
            "org/model: holds several models: m-Q4_K_M.gguf, m-Q8_0.gguf. Choose one by"
                + " --include.");
    assertThatThrownBy(() -> pull("*Q2*")).hasMessageContaining("--include *Q2* chooses none of");
    assertThat(pull("*Q8*").file()).hasFileName("m-Q8_0.gguf").hasBinaryContent(weights);
  }

  @Test
  void of_a_model_that_changed_only_the_changed_files_are_fetched() throws IOException {
    pull();
    config[0] = ' ';
    commit = COMMIT.replace('0', 'f');
    requests.clear();
    assertWhole(pull());
    assertThat(requests).noneMatch(request -> request.startsWith("/cdn/model.safetensors"));
  }

  @Test
  void what_killed_processes_left_is_finished_or_removed() throws IOException {
    pull();
    var folder = home.resolve("models/org");
    Files.move(folder.resolve("model"), folder.resolve(".model.replaced"));
    Files.createDirectories(folder.resolve(".model." + COMMIT.replace('0', 'a')));
    Files.createDirectories(folder.resolve(".model.removed/x"));
    requests.clear();
    assertWhole(pull());
    assertThat(requests).noneMatch(request -> request.startsWith("/cdn/"));
    try (var files = Files.list(folder)) {
      assertThat(files.map(file -> String.valueOf(file.getFileName())))
          .containsExactlyInAnyOrder("model", ".model.lock");
    }
  }

  @Test
  void two_processes_at_once_fetch_the_model_once() throws Exception {
    var command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            Puller.class.getName(),
            home.toString(),
            endpoint().toString());
    var log = home.resolve("log").toFile();
    var both = new ArrayList<Process>();
    for (int i = 0; i < 2; i++) {
      both.add(
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
              .start());
    }
    for (var process : both) assertThat(process.waitFor()).isZero();
    assertWhole(store.find("org/model").orElseThrow());
    assertThat(requests.stream().filter(request -> request.startsWith("/cdn/config"))).hasSize(1);
  }

  /// The program of the two processes.
  static final class Puller {
    private Puller() {}

    static void main(String[] arguments) {
      new ModelStore(Path.of(arguments[0]))
          .pull(
              new Request(
                  new Source.HuggingFace(URI.create(arguments[1])),
                  "org/model",
                  "main",
                  List.of(),
                  Optional.empty()),
              network(),
              (_, _) -> {});
    }
  }
}
