package altiplano.hub;

import java.net.URI;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// A file of a repository, as the hub describes it.
///
/// @param path inside the repository, with `/`
/// @param digest what the content must have
/// @param location where to fetch it, pinned to a commit
record RemoteFile(String path, long size, Digest digest, URI location) {
  RemoteFile {
    if (!path.matches("[\\w-][\\w.-]*(/[\\w-][\\w.-]*)*")) {
      throw new HubException(path + ": no plain file name. The hub's answer is not to be trusted.");
    }
    if (size < 0) throw new HubException(path + ": a size of " + size + ". Try again.");
  }

  /// The fingerprint of a content.
  sealed interface Digest {
    /// Of large files.
    record Sha256(String hex) implements Digest {}

    /// Of small files: SHA-1 over git's header and the content.
    record GitBlob(String hex) implements Digest {}
  }

  /// Returns the digest as the store remembers it.
  String fingerprint() {
    return switch (digest) {
      case Digest.Sha256(var hex) -> "sha256:" + hex;
      case Digest.GitBlob(var hex) -> "git:" + hex;
    };
  }

  /// Returns the name of the digest's algorithm.
  static String algorithm(Digest digest) {
    return switch (digest) {
      case Digest.Sha256 _ -> "SHA-256";
      case Digest.GitBlob _ -> "SHA-1";
    };
  }

  /// Returns a new digest.
  static MessageDigest digest(String algorithm) {
    try {
      return MessageDigest.getInstance(algorithm);
    } catch (NoSuchAlgorithmException missing) {
      throw new IllegalStateException("every JDK has SHA-1 and SHA-256", missing);
    }
  }

  /// Returns whether a digest, over git's header too where it is one of git, is the expected one.
  boolean matches(byte[] computed) {
    var hex = HexFormat.of().formatHex(computed);
    return switch (digest) {
      case Digest.Sha256(var expected) -> hex.equals(expected);
      case Digest.GitBlob(var expected) -> hex.equals(expected);
    };
  }
}
