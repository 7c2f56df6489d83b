package altiplano.training.torch;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;

/// Unpacks libtorch from its jar, whole or not at all.
///
/// JavaCPP alone takes a library that is there for whole: a process that is killed while it unpacks
/// leaves a cut one behind, and every later start crashes in the loader of the system (SIGBUS).
/// Here a mark says that all libraries are unpacked; without it they are unpacked anew.
public final class NativeLibraries {
  private static final String CACHE = "org.bytedeco.javacpp.cachedir";

  private NativeLibraries() {}

  /// Makes the libraries ready below `home` and loads them. Two processes that start at once wait
  /// for each other. Where the user has set JavaCPP's own property, that holds.
  ///
  /// @throws IOException if `home` cannot be written
  public static void load(Path home) throws IOException {
    if (System.getProperty(CACHE) == null) {
      Path folder = home.resolve("native").resolve("libtorch-" + version());
      System.setProperty(CACHE, folder.toAbsolutePath().toString());
      unpack(folder);
    }
    Loader.load(torch.class);
  }

  private static void unpack(Path folder) throws IOException {
    Path mark = folder.resolve("whole");
    if (Files.exists(mark)) return;
    Files.createDirectories(folder.getParent());
    Path lock = folder.resolveSibling(folder.getFileName() + ".lock");
    try (var channel = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        var _ = channel.lock()) {
      if (Files.exists(mark)) return;
      delete(folder);
      Files.createDirectories(folder);
      Loader.load(torch.class);
      Files.createFile(mark);
    }
  }

  private static String version() {
    String version = torch.class.getPackage().getImplementationVersion();
    return version == null ? "unversioned" : version;
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) return;
    try (var files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) Files.delete(file);
    }
  }
}
