package altiplano.hub;

import altiplano.hub.RemoteFile.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.LongConsumer;

/// A folder on this machine as a hub: what it holds is read once for its digests, then copied.
final class LocalFiles implements Ranges {
  /// Returns the folder of a model: `ORGANISATION/NAME` in the source, or the source itself.
  static Path folder(Source.LocalFolder source, String name) {
    var inside = source.path().resolve(name);
    return Files.isDirectory(inside) ? inside : source.path();
  }

  /// Returns the files that a model folder needs.
  static List<RemoteFile> list(Path folder) throws IOException {
    var files = new ArrayList<RemoteFile>();
    try (var paths = Files.list(folder)) {
      for (var path : paths.sorted().toList()) {
        var name = String.valueOf(path.getFileName());
        if (!Files.isRegularFile(path) || !Listing.wanted(name)) continue;
        var digest = HexFormat.of().formatHex(digest(path));
        files.add(new RemoteFile(name, Files.size(path), new Digest.Sha256(digest), path.toUri()));
      }
    }
    return files;
  }

  private static byte[] digest(Path path) throws IOException {
    MessageDigest digest = RemoteFile.digest("SHA-256");
    try (var in = FileChannel.open(path, StandardOpenOption.READ)) {
      var buffer = ByteBuffer.allocateDirect(1 << 20);
      while (in.read(buffer) >= 0) {
        digest.update(buffer.flip());
        buffer.clear();
      }
    }
    return digest.digest();
  }

  @Override
  public void range(
      RemoteFile file, long start, int count, FileChannel target, LongConsumer progress)
      throws IOException {
    try (var in = FileChannel.open(Path.of(file.location()), StandardOpenOption.READ)) {
      for (long done = 0; done < count; ) {
        long copied =
            in.transferTo(
                start + done, Math.min(1 << 20, count - done), At.of(target, start + done));
        if (copied <= 0) {
          throw new HubException(
              file.location() + ": it became shorter while it was copied. Pull it again.");
        }
        done += copied;
        progress.accept(copied);
      }
    }
  }

  /// Writes at a place of a file that several threads fill.
  private static final class At implements WritableByteChannel {
    private final FileChannel file;
    private long at;

    private At(FileChannel file, long at) {
      this.file = file;
      this.at = at;
    }

    static At of(FileChannel file, long at) {
      return new At(file, at);
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
      int written = file.write(bytes, at);
      at += written;
      return written;
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {}
  }
}
