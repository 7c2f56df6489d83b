package altiplano.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NetworkTest {
  @TempDir Path folder;

  private static String proxy(Map<String, String> environment, String target) {
    var proxy = Network.of(environment).proxy().select(URI.create(target)).getFirst();
    return proxy.equals(Proxy.NO_PROXY) ? "none" : String.valueOf(proxy.address());
  }

  @Test
  void the_environment_names_a_proxy_as_curl_reads_it() {
    var environment =
        Map.of("https_proxy", "proxy.example:3128", "NO_PROXY", "localhost, .inside.example");
    assertThat(proxy(environment, "https://huggingface.co")).contains("proxy.example", "3128");
    assertThat(proxy(environment, "https://hub.inside.example")).isEqualTo("none");
    assertThat(proxy(environment, "http://huggingface.co")).isEqualTo("none");
    assertThat(proxy(Map.of("ALL_PROXY", "http://p:1"), "http://a")).contains("p", "1");
  }

  @Test
  void a_broken_proxy_is_named_without_its_password() {
    assertThatThrownBy(() -> Network.of(Map.of("HTTPS_PROXY", "http://user:secret@")))
        .isInstanceOf(HubException.class)
        .hasMessageStartingWith("HTTPS_PROXY: no address of a proxy.")
        .hasMessageNotContaining("secret");
  }

  @Test
  void requests_go_through_the_proxy_with_its_password() throws Exception {
    var asked = new ConcurrentLinkedQueue<String>();
    var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            var login = exchange.getRequestHeaders().getFirst("Proxy-Authorization");
            asked.add(exchange.getRequestURI() + " " + login);
            if (login == null) {
              exchange.getResponseHeaders().set("Proxy-Authenticate", "Basic realm=\"x\"");
              exchange.sendResponseHeaders(407, -1);
            } else {
              var body = "hello".getBytes(StandardCharsets.UTF_8);
              exchange.sendResponseHeaders(200, body.length);
              exchange.getResponseBody().write(body);
            }
          }
        });
    server.start();
    try {
      var address = "http://user:pw@localhost:" + server.getAddress().getPort();
      var network = Network.of(Map.of("HTTP_PROXY", address));
      var hub = URI.create("http://hub.invalid");
      var http = new Http(new Source.HuggingFace(hub), Optional.empty(), network);
      assertThat(http.get(URI.create("http://hub.invalid/a"))).asString().isEqualTo("hello");
      assertThat(asked.stream().reduce((_, last) -> last).orElseThrow())
          .isEqualTo("http://hub.invalid/a Basic dXNlcjpwdw==");
    } finally {
      server.stop(0);
    }
  }

  @Test
  void sources_are_named_by_word_address_or_folder() {
    assertThat(Source.of("huggingface", Map.of()).endpoint())
        .isEqualTo(URI.create("https://huggingface.co"));
    assertThat(Source.of("huggingface", Map.of("HF_ENDPOINT", "https://m.example/")).endpoint())
        .isEqualTo(URI.create("https://m.example/"));
    assertThat(Source.of("modelscope", Map.of())).isInstanceOf(Source.ModelScope.class);
    assertThat(Source.of("http://localhost:1", Map.of())).isInstanceOf(Source.HuggingFace.class);
    assertThat(Source.of(folder.toString(), Map.of())).isEqualTo(new Source.LocalFolder(folder));
    assertThatThrownBy(() -> Source.of("nowhere", Map.of()))
        .hasMessageStartingWith("nowhere: no source.");
    assertThatThrownBy(() -> Source.of("huggingface", Map.of("HF_ENDPOINT", "u:secret@x")))
        .hasMessage("HF_ENDPOINT: no address of a hub. Give one such as https://huggingface.co.");
  }
}
