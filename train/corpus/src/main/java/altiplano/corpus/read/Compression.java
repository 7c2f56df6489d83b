package altiplano.corpus.read;

import com.github.luben.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.tukaani.xz.XZInputStream;

/// How a file is compressed, told by its first bytes and not by its name.
enum Compression {
  NONE(""),
  GZIP("1f8b"),
  BZIP2("425a68"),
  XZ("fd377a585a00"),
  ZSTD("28b52ffd");

  private static final int LONGEST_MAGIC = 6;

  private final String magic;

  Compression(String magic) {
    this.magic = magic;
  }

  /// Returns the uncompressed bytes of a stream.
  ///
  /// @throws IOException if the stream cannot be read or is not what its first bytes say
  static BufferedInputStream open(InputStream compressed) throws IOException {
    var in = new BufferedInputStream(compressed, 1 << 16);
    in.mark(LONGEST_MAGIC);
    byte[] start = in.readNBytes(LONGEST_MAGIC);
    in.reset();
    return switch (of(start)) {
      case NONE -> in;
      case GZIP -> buffered(new GZIPInputStream(in, 1 << 16));
      case BZIP2 -> buffered(new BZip2CompressorInputStream(in, true));
      case XZ -> buffered(new XZInputStream(in));
      case ZSTD -> buffered(new ZstdInputStream(in).setContinuous(false));
    };
  }

  /// Returns a file name without the suffix of a compression.
  static String withoutSuffix(String name) {
    return name.replaceFirst("(?i)\\.(gz|gzip|bz2|xz|zst|zstd)$", "");
  }

  private static Compression of(byte[] start) {
    return Arrays.stream(values())
        .filter(c -> c != NONE && startsWith(start, HexFormat.of().parseHex(c.magic)))
        .findFirst()
        .orElse(NONE);
  }

  private static boolean startsWith(byte[] bytes, byte[] prefix) {
    return bytes.length >= prefix.length
        && Arrays.equals(bytes, 0, prefix.length, prefix, 0, prefix.length);
  }

  private static BufferedInputStream buffered(InputStream in) {
    return new BufferedInputStream(in, 1 << 16);
  }
}
