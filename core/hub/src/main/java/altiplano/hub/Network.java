package altiplano.hub;

import java.io.IOException;
import java.net.Authenticator;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// How hubs are reached.
///
/// @param proxyLogin where the proxy asks for a name and a password
/// @param pause before the second attempt of a request; it doubles with each
/// @param patience with a connection on which nothing arrives
public record Network(
    ProxySelector proxy,
    Optional<PasswordAuthentication> proxyLogin,
    Duration pause,
    Duration patience) {

  /// Returns the network that the environment describes: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`
  /// and `NO_PROXY`, in capitals or not, as curl reads them; where none is set, Java's own settings
  /// (`-Dhttps.proxyHost`).
  ///
  /// @throws HubException if one is no address; the message does not show it
  public static Network of(Map<String, String> environment) {
    var https = proxy(environment, "HTTPS_PROXY").or(() -> proxy(environment, "ALL_PROXY"));
    var http = proxy(environment, "HTTP_PROXY").or(() -> proxy(environment, "ALL_PROXY"));
    var selector =
        https.isEmpty() && http.isEmpty()
            ? ProxySelector.getDefault()
            : new Environment(https, http, List.of(value(environment, "NO_PROXY").split(",", -1)));
    return new Network(
        selector,
        https.or(() -> http).flatMap(Network::login),
        Duration.ofMillis(500),
        Duration.ofSeconds(60));
  }

  /// Without the password.
  @Override
  public String toString() {
    return "network with patience " + patience;
  }

  Optional<Authenticator> authenticator() {
    return proxyLogin.map(login ->
        new Authenticator() {
          @Override
          protected PasswordAuthentication getPasswordAuthentication() {
            // A hub that asks gets nothing: its token is sent without being asked for.
            return getRequestorType() == RequestorType.PROXY
                ? login
                : new PasswordAuthentication("", new char[0]);
          }
        });
  }

  private static String value(Map<String, String> environment, String name) {
    return Optional.ofNullable(environment.get(name))
        .orElseGet(() -> environment.getOrDefault(name.toLowerCase(Locale.ROOT), ""))
        .strip();
  }

  private static Optional<URI> proxy(Map<String, String> environment, String name) {
    var text = value(environment, name);
    if (text.isEmpty()) return Optional.empty();
    try {
      var address = URI.create(text.contains("://") ? text : "http://" + text);
      if (address.getHost() != null && address.getScheme().startsWith("http")) {
        return Optional.of(address);
      }
    } catch (IllegalArgumentException noAddress) {
      // Reported below, without the text: it may hold a password.
    }
    throw new HubException(
        name + ": no address of a proxy. Give one such as http://proxy.example:3128.");
  }

  private static Optional<PasswordAuthentication> login(URI proxy) {
    return Optional.ofNullable(proxy.getUserInfo())
        .map(info -> {
          int colon = info.indexOf(':');
          return colon < 0
              ? new PasswordAuthentication(info, new char[0])
              : new PasswordAuthentication(
                  info.substring(0, colon), info.substring(colon + 1).toCharArray());
        });
  }

  /// Chooses as the environment says.
  private static final class Environment extends ProxySelector {
    private final Optional<URI> https;
    private final Optional<URI> http;
    private final List<String> without;

    Environment(Optional<URI> https, Optional<URI> http, List<String> without) {
      this.https = https;
      this.http = http;
      this.without =
          without.stream()
              .map(host -> host.strip().toLowerCase(Locale.ROOT).replaceFirst("^\\*?\\.", ""))
              .filter(host -> !host.isEmpty())
              .toList();
    }

    @Override
    public List<Proxy> select(URI target) {
      var host = String.valueOf(target.getHost()).toLowerCase(Locale.ROOT);
      boolean direct =
          without.stream()
              .anyMatch(name -> name.equals("*") || host.equals(name) || host.endsWith("." + name));
      var proxy = "https".equals(target.getScheme()) ? https : http;
      if (direct || proxy.isEmpty()) return List.of(Proxy.NO_PROXY);
      int port = proxy.get().getPort();
      return List.of(
          new Proxy(
              Proxy.Type.HTTP,
              InetSocketAddress.createUnresolved(
                  proxy.get().getHost(),
                  port >= 0 ? port : "https".equals(proxy.get().getScheme()) ? 443 : 80)));
    }

    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException failed) {
      // The request itself reports it.
    }
  }
}
