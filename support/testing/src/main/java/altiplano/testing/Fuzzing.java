package altiplano.testing;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Runs a fuzz target in a VM of its own: Jazzer changes classes as they are loaded.
///
/// A target is a class with `static void fuzzerTestOneInput(byte[])` that throws what must not
/// happen. `support/fuzz/run` runs the same targets for longer.
public final class Fuzzing {
  private static final String JAZZER = "com.code_intelligence.jazzer.Jazzer";
  private static final String API = "com.code_intelligence.jazzer.api.FuzzedDataProvider";
  private static final int MOST_SECONDS = 600;

  private Fuzzing() {}

  /// Feeds a target and returns what Jazzer says; its last lines hold `DONE` where nothing was
  /// found.
  ///
  /// @param seeds inputs to start from, by name
  /// @param folder an empty one, for seeds and findings
  /// @param runs inputs to try
  /// @param needed classes from each module and library that the target uses
  public static String run(
      Class<?> target, Map<String, byte[]> seeds, Path folder, int runs, Class<?>... needed)
      throws IOException, InterruptedException {
    Path corpus = Files.createDirectory(folder.resolve("corpus"));
    for (var seed : seeds.entrySet()) {
      Files.write(corpus.resolve(seed.getKey()), seed.getValue());
    }
    String classPath =
        Stream.concat(Stream.of(target, jazzer(JAZZER), jazzer(API)), Stream.of(needed))
            .map(Fuzzing::place)
            .distinct()
            .collect(Collectors.joining(File.pathSeparator));
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:-OmitStackTraceInFastThrow"));
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-XX:+EnableDynamicAgentLoading"));
    command.addAll(List.of("--sun-misc-unsafe-memory-access=allow", "-cp", classPath, JAZZER));
    command.addAll(
        List.of(
            "--target_class=" + target.getName(),
            "--instrumentation_includes=altiplano.**",
            "--reproducer_path=" + folder,
            "-artifact_prefix=" + folder + "/",
            "-seed=1",
            "-runs=" + runs,
            "-timeout=60",
            "-rss_limit_mb=0",
            corpus.toString()));
    Path log = folder.resolve("log");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    try {
      if (!process.waitFor(MOST_SECONDS, TimeUnit.SECONDS)) {
        throw new IllegalStateException("the fuzzer did not end: " + Files.readString(log));
      }
    } finally {
      process.destroyForcibly();
    }
    String said = Files.readString(log, StandardCharsets.UTF_8);
    if (process.exitValue() != 0) throw new AssertionError(said);
    return said;
  }

  private static Class<?> jazzer(String type) {
    try {
      return Class.forName(type, false, ClassLoader.getSystemClassLoader());
    } catch (ClassNotFoundException missing) {
      throw new IllegalStateException("Jazzer is not on the class path", missing);
    }
  }

  private static String place(Class<?> type) {
    return Path.of(URI.create(type.getProtectionDomain().getCodeSource().getLocation().toString()))
        .toString();
  }
}
