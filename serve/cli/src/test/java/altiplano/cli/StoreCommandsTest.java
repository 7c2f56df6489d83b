package altiplano.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import altiplano.files.Json;
import altiplano.testing.Shared;
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `pull`, `list`, `remove`, and store names as MODEL.
final class StoreCommandsTest {
  @TempDir private Path home;
  private final Map<String, String> environment = new HashMap<>();

  private CliRun run(String... arguments) {
    environment.putIfAbsent("ALTIPLANO_HOME", home.resolve("store").toString());
    return ScopedValue.where(Environment.VARIABLES, Map.copyOf(environment))
        .call(() -> CliRun.of(arguments));
  }

  private static String text(String line, String key) {
    var object = (Json.ObjectValue) Json.parse(line);
    return ((Json.TextValue) object.get(key).orElseThrow()).value();
  }

  @Test
  void a_model_is_pulled_from_a_folder_listed_used_by_name_and_removed() throws Exception {
    var source = Shared.path("fixtures/tiny-hf");
    var pulled = run("pull", "org/tiny", "--source", source.toString(), "--json");
    assertThat(pulled.exitCode()).as(pulled.err()).isZero();
    var path = Path.of(text(pulled.out(), "path"));
    assertThat(path.resolve("model.safetensors"))
        .hasSameBinaryContentAs(source.resolve("model.safetensors"));

    var listed = run("list", "--json");
    assertThat(listed.out()).isEqualTo(pulled.out());
    assertThat(run("list").out()).startsWith("org/tiny ").contains(" main\n").hasLineCount(1);

    for (var command : new String[] {"inspect org/tiny --json", "convert org/tiny OUT"}) {
      var used = run(command.replace("OUT", home.resolve("m.gguf").toString()).split(" ", -1));
      assertThat(used.exitCode()).as(used.err()).isZero();
    }
    var byName = run("logits", "org/tiny", "--tokens", "496 3 4", "--json", "--quiet");
    var byPath = run("logits", source.toString(), "--tokens", "496 3 4", "--json", "--quiet");
    assertThat(byName).isEqualTo(byPath);
    assertThat(byName.exitCode()).isZero();

    assertThat(run("remove", "org/tiny")).isEqualTo(new CliRun(0, "", "org/tiny: removed.\n"));
    assertThat(run("list"))
        .isEqualTo(
            new CliRun(
                0,
                "",
                "the store is empty. 'altiplano pull ORGANISATION/NAME' fetches a model.\n"));
  }

  @Test
  void a_gguf_file_in_the_store_is_opened_by_the_model_s_name() throws Exception {
    var source = Files.createDirectories(home.resolve("usb/org/small"));
    Files.copy(Shared.path("fixtures/tiny-q4_0.gguf"), source.resolve("tiny-q4_0.gguf"));
    var pulled = run("pull", "org/small", "--source", home.resolve("usb").toString());
    assertThat(pulled.out()).endsWith("org/small/tiny-q4_0.gguf\n");
    assertThat(run("inspect", "org/small").exitCode()).isZero();
  }

  @Test
  void offline_asks_no_server() {
    environment.put("HF_ENDPOINT", "http://localhost:1");
    var missing = run("pull", "org/tiny", "--offline");
    assertThat(missing)
        .isEqualTo(
            new CliRun(
                1,
                "",
                "altiplano: org/tiny: not in the store. Pull it without --offline, or from a folder"
                    + " by --source.\n"));
    run("pull", "org/tiny", "--source", Shared.path("fixtures/tiny-hf").toString());
    assertThat(run("pull", "org/tiny", "--offline").exitCode()).isZero();
    assertThat(run("pull", "org/tiny", "--offline", "--revision", "v2").err())
        .startsWith("altiplano: org/tiny: the store holds revision main (")
        .endsWith("not v2. Pull it without --offline.\n");
  }

  @Test
  void the_token_is_sent_to_the_named_endpoint_and_never_said() throws Exception {
    var asked = new ConcurrentLinkedQueue<String>();
    var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            asked.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
            exchange.sendResponseHeaders(401, -1);
          }
        });
    server.start();
    try {
      environment.put("HF_ENDPOINT", "http://localhost:" + server.getAddress().getPort());
      environment.put("HF_TOKEN", "hf_secret");
      var refused = run("pull", "org/closed", "--verbose");
      assertThat(refused.exitCode()).isEqualTo(1);
      assertThat(refused.err()).contains("set HF_TOKEN").doesNotContain("hf_secret");
      assertThat(asked).containsExactly("Bearer hf_secret");
    } finally {
      server.stop(0);
    }
  }

  @Test
  void what_is_neither_file_nor_name_says_where_names_come_from() {
    assertThat(run("run", "org/none", "Hi").err())
        .isEqualTo(
            "altiplano: org/none: not found. Give a GGUF file, a Hugging Face folder, a name in the"
                + " store or mini.\n");
    assertThat(run("remove", "org/none").err())
        .isEqualTo(
            "altiplano: org/none: not in the store. 'altiplano list' shows what is there.\n");
    assertThat(run("pull", "none").err())
        .isEqualTo("altiplano: none: no model's name. Give it as organisation/model.\n");
  }

  @Test
  void the_bar_says_share_speed_and_time_left() {
    assertThat(ProgressBar.line("m", 500_000_000, 2_000_000_000, 20_000_000))
        .startsWith("m  25% [######------------------] 500.0 MB / 2.0 GB  20.0 MB/s  ")
        .contains("1:15");
    assertThat(ProgressBar.line("m", 0, 0, 0)).startsWith("m 100% [########################] ");
    var err = new java.io.ByteArrayOutputStream();
    var streams =
        new Streams(
            java.io.InputStream.nullInputStream(),
            new Output("standard output", new java.io.ByteArrayOutputStream()),
            new Output("standard error", err),
            true,
            true);
    try (var bar = ProgressBar.of("m", new Messages(streams.err(), false), streams)) {
      long until = System.nanoTime() + 1_000_000_000L;
      for (long bytes = 0; System.nanoTime() < until; bytes += 1000) bar.at(bytes, 1L << 40);
    }
    assertThat(err.toString(UTF_8)).startsWith("\rm   0% [").endsWith(" \r");
  }
}
