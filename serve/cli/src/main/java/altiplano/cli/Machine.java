package altiplano.cli;

import altiplano.files.Json;
import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// The machine that runs this.
///
/// @param processors that the VM may use
/// @param memoryBytes the machine's, or its container's where that is less
record Machine(String processor, int processors, long memoryBytes, String system, String java) {

  static Machine here() {
    return new Machine(
        processorName(),
        Runtime.getRuntime().availableProcessors(),
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize(),
        System.getProperty("os.name") + " " + System.getProperty("os.arch"),
        System.getProperty("java.vm.name") + " " + Runtime.version());
  }

  /// Linux names the processor in /proc/cpuinfo; elsewhere its architecture has to do.
  private static String processorName() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse(System.getProperty("os.arch"));
    } catch (IOException elsewhere) {
      return System.getProperty("os.arch");
    }
  }

  Json toJson() {
    return Json.object()
        .put("processor", processor)
        .put("processors", processors)
        .put("memory_bytes", memoryBytes)
        .put("system", system)
        .put("java", java)
        .end();
  }
}
