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
import java.util.HexFormat;
import java.util.List;
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
    ALWAYS_CUT
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

  private ModelStore.Model pull() {
    return store.pull(
        new Request(
            new Source.HuggingFace(endpoint()), "org/model", "main", Optional.of("hf_secret")),
        ProxySelector.of(null),
        Duration.ofMillis(1),
        (_, _) -> {});
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      var path = exchange.getRequestURI().getPath();
      var range = exchange.getRequestHeaders().getFirst("Range");
      var token = exchange.getRequestHeaders().getFirst("Authorization");
      requests.add(path + " " + range + " " + token);
      if (path.equals("/api/models/org/model/revision/main")) {
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
    if (misbehaviour == Misbehaviour.WRONG_BYTES) {
      exchange.getResponseBody().write(new byte[count]);
    } else {
      exchange.getResponseBody().write(content, from, cut ? count / 2 : count);
    }
  }

  private String tree() {
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
            new Request(new Source.HuggingFace(endpoint()), "a/../../b", "main", Optional.empty()))
        .hasMessageContaining("no model's name");
  }
}
