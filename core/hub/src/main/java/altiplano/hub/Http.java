package altiplano.hub;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongConsumer;

/// Requests to a hub, repeated with patience where that helps.
///
/// Redirects are followed here rather than by the client: the token goes to the hub alone, never to
/// the host it redirects to.
final class Http implements Ranges {
  private static final int ATTEMPTS = 6;
  private static final int REDIRECTS = 5;
  private static final int LARGEST_ANSWER = 64 << 20;
  private static final Duration ANSWER = Duration.ofSeconds(60);
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);

  private final HttpClient client;
  private final Source source;
  private final Optional<String> token;
  private final Network network;

  /// @param token sent to the source only, and named in no message
  Http(Source source, Optional<String> token, Network network) {
    var builder =
        HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(Duration.ofSeconds(20))
            .proxy(network.proxy());
    network.authenticator().ifPresent(builder::authenticator);
    this.client = builder.build();
    this.source = source;
    this.token = token;
    this.network = network;
  }

  /// Returns a small answer.
  byte[] get(URI uri) throws IOException {
    return repeated(
        uri,
        () -> {
          var response = send(uri, Optional.empty());
          try (var body = response.body()) {
            require(uri, response, 200);
            var bytes = body.readNBytes(LARGEST_ANSWER + 1);
            if (bytes.length > LARGEST_ANSWER) {
              throw new HubException(uri + ": the answer is too long. Check the endpoint.");
            }
            return bytes;
          }
        });
  }

  @Override
  public void range(
      RemoteFile file, long start, int count, FileChannel target, LongConsumer progress)
      throws IOException {
    int[] done = {0};
    repeated(
        file.location(),
        () -> {
          long from = start + done[0];
          var range = "bytes=%d-%d".formatted(from, start + count - 1);
          var response = send(file.location(), Optional.of(range));
          try (var body = response.body()) {
            require(file.location(), response, 206);
            var expected = "bytes %d-%d/%d".formatted(from, start + count - 1, file.size());
            var found = response.headers().firstValue("Content-Range").orElse("nothing");
            if (!found.equals(expected)) {
              throw new HubException(
                  "%s: the hub sends %s instead of %s: the file changed. Pull it again."
                      .formatted(file.location(), found, expected));
            }
            try (var watch = new StallWatch(body, network.patience())) {
              copy(
                  body,
                  target,
                  start,
                  count,
                  done,
                  bytes -> {
                    watch.arrived();
                    progress.accept(bytes);
                  });
            }
          }
          if (done[0] < count) throw new IOException("the connection was cut");
          return done;
        });
  }

  private static void copy(
      InputStream body,
      FileChannel target,
      long start,
      int count,
      int[] done,
      LongConsumer progress)
      throws IOException {
    var buffer = new byte[1 << 16];
    while (done[0] < count) {
      int read = body.read(buffer, 0, Math.min(buffer.length, count - done[0]));
      if (read < 0) return;
      try {
        for (var rest = ByteBuffer.wrap(buffer, 0, read); rest.hasRemaining(); ) {
          done[0] += target.write(rest, start + done[0]);
        }
      } catch (IOException disk) {
        // Not the network's fault: trying again would not help.
        throw new UncheckedIOException(disk);
      }
      progress.accept(read);
    }
  }

  private HttpResponse<InputStream> send(URI uri, Optional<String> range) throws IOException {
    URI at = uri;
    for (int i = 0; i <= REDIRECTS; i++) {
      var request = request(uri, at);
      range.ifPresent(bytes -> request.header("Range", bytes));
      if (sameHost(at)) {
        token.ifPresent(secret -> {
          if (source instanceof Source.ModelScope) {
            request.header("Cookie", "m_session_id=" + secret);
          } else {
            request.header("Authorization", "Bearer " + secret);
          }
        });
      }
      var response = exchange(uri, request.build());
      if (response.statusCode() / 100 != 3) return response;
      response.body().close();
      var location = response.headers().firstValue("Location");
      if (location.isEmpty()) throw new HubException(uri + ": a redirect to nowhere. Try again.");
      at = redirected(uri, at, location.get());
    }
    throw new HubException(uri + ": redirected over and over. Check the endpoint.");
  }

  /// Where redirects lead is not shown: signed addresses open the file to anyone.
  private static URI redirected(URI uri, URI at, String location) {
    try {
      return at.resolve(location);
    } catch (IllegalArgumentException noAddress) {
      throw new HubException(uri + ": redirects to no address. Check the endpoint.", noAddress);
    }
  }

  private HttpRequest.Builder request(URI uri, URI at) {
    try {
      return HttpRequest.newBuilder(at).timeout(ANSWER);
    } catch (IllegalArgumentException notWeb) {
      throw new HubException(uri + ": redirects away from the web. Check the endpoint.", notWeb);
    }
  }

  private boolean sameHost(URI at) {
    var endpoint = source.endpoint();
    return endpoint.getAuthority().equals(at.getAuthority())
        && endpoint.getScheme().equals(at.getScheme());
  }

  private HttpResponse<InputStream> exchange(URI uri, HttpRequest request) throws IOException {
    try {
      return client.send(request, BodyHandlers.ofInputStream());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new HubException(uri + ": interrupted. Pull again to go on.", interrupted);
    }
  }

  private void require(URI uri, HttpResponse<?> response, int expected) throws IOException {
    int status = response.statusCode();
    if (status == expected) return;
    if (status == 429 || status >= 500) {
      var wait = response.headers().firstValue("Retry-After").filter(s -> s.matches("\\d{1,4}"));
      throw new BusyException(
          "status " + status, wait.map(Integer::parseInt).map(Duration::ofSeconds));
    }
    throw new HubException(
        switch (status) {
          case 401, 403 ->
              uri
                  + ": not allowed. Accept the model's licence on the hub and set %s to a token that may"
                      .formatted(
                          source instanceof Source.ModelScope ? "MODELSCOPE_API_TOKEN" : "HF_TOKEN")
                  + " read it.";
          case 404 -> uri + ": not found. Check the model's name and the revision.";
          case 200 -> uri + ": the server does not send parts of files. Use another endpoint.";
          default -> uri + ": status " + status + ". Check the endpoint.";
        });
  }

  private interface Attempt<T> {
    T run() throws IOException;
  }

  /// The server asks to come back later.
  private static final class BusyException extends IOException {
    private static final long serialVersionUID = 1L;
    private final transient Optional<Duration> wait;

    BusyException(String message, Optional<Duration> wait) {
      super(message);
      this.wait = wait;
    }
  }

  private <T> T repeated(URI uri, Attempt<T> attempt) throws IOException {
    for (int i = 1; ; i++) {
      try {
        return attempt.run();
      } catch (IOException failed) {
        if (i == ATTEMPTS) {
          throw new HubException(
              "%s: %s, %d times. Check the network and pull again; what came is kept."
                  .formatted(uri, words(failed), ATTEMPTS),
              failed);
        }
        var wait =
            failed instanceof BusyException busy
                ? busy.wait.orElse(network.pause().multipliedBy(1L << i))
                : network.pause().multipliedBy(1L << i);
        sleep(uri, wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait);
      }
    }
  }

  /// A refused connection has no message.
  private static String words(IOException failed) {
    return Optional.ofNullable(failed.getMessage()).orElse(failed.getClass().getSimpleName());
  }

  private static void sleep(URI uri, Duration wait) {
    try {
      Thread.sleep(wait);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new HubException(uri + ": interrupted. Pull again to go on.", interrupted);
    }
  }
}
