package altiplano.cli;

import altiplano.files.Json;
import altiplano.kernels.Kernels;
import altiplano.model.MemoryEstimate;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Says which engine runs here, why, and what would make it faster.
@Command(name = "doctor")
final class DoctorCommand implements Runnable {
  private final Streams streams;
  @Mixin private EngineOptions engine;
  @Mixin ReportOptions report;

  @Option(names = "--json")
  private boolean json;

  DoctorCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public void run() {
    Machine machine = Machine.here();
    try (Kernels kernels = Kernels.open(engine.kernels())) {
      List<String> advice = advice(kernels, machine);
      streams.out().print(json ? json(machine, kernels, advice) : text(machine, kernels, advice));
    }
  }

  private static List<String> advice(Kernels kernels, Machine machine) {
    var advice = new ArrayList<String>();
    boolean vectorModule = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
    if (!vectorModule) {
      advice.add(
          "Start Java with --add-modules jdk.incubator.vector, as ./altiplano does, for the vector"
              + " engine.");
    } else if (kernels.name().equals("scalar")) {
      advice.add("Leave out --engine scalar: it is the reference, not the fast engine.");
    }
    if (kernels.threads() < machine.processors()) {
      advice.add(
          "Leave out --threads: %d of %d processors compute."
              .formatted(kernels.threads(), machine.processors()));
    }
    return advice;
  }

  private static String json(Machine machine, Kernels kernels, List<String> advice) {
    return Json.object()
            .put("java", machine.java())
            .put("processor", machine.processor())
            .put("engine", kernels.name())
            .put("reason", kernels.reason())
            .put("advice", new Json.ArrayValue(advice.stream().<Json>map(Json::of).toList()))
            .put("threads", kernels.threads())
            .put("memory_bytes", machine.memoryBytes())
            .put("system", machine.system())
            .end()
            .write()
        + "\n";
  }

  private static String text(Machine machine, Kernels kernels, List<String> advice) {
    return """
    java       %s
    system     %s
    processor  %s (%d processors)
    memory     %s
    engine     %s, %d threads: %s
    advice     %s
    """
        .formatted(
            machine.java(),
            machine.system(),
            machine.processor(),
            machine.processors(),
            MemoryEstimate.text(machine.memoryBytes()),
            kernels.name(),
            kernels.threads(),
            kernels.reason(),
            advice.isEmpty() ? "none" : String.join("\n           ", advice));
  }
}
