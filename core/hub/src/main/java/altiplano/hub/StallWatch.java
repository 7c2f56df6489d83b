package altiplano.hub;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/// Ends a connection on which nothing arrives: the client's own time limit ends with the headers.
final class StallWatch implements AutoCloseable {
  private final InputStream body;
  private final long patienceNanos;
  private final Thread watcher;
  private volatile long last = System.nanoTime();

  StallWatch(InputStream body, Duration patience) {
    this.body = body;
    this.patienceNanos = patience.toNanos();
    this.watcher = Thread.ofVirtual().unstarted(this::watch);
    watcher.start();
  }

  void arrived() {
    last = System.nanoTime();
  }

  private void watch() {
    try {
      while (true) {
        long left = patienceNanos - (System.nanoTime() - last);
        if (left <= 0) break;
        Thread.sleep(Duration.ofNanos(left));
      }
      body.close();
    } catch (InterruptedException | IOException over) {
      // Whoever reads the body says what there is to say.
    }
  }

  @Override
  public void close() {
    watcher.interrupt();
  }
}
