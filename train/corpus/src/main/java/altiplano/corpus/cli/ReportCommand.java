package altiplano.corpus.cli;

import altiplano.corpus.report.ReportPage;
import altiplano.files.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "report",
    description = "Draws report.html again from report.json and prints what each step did.",
    footer = {"", "Example:", "  altiplano corpus report cleaned"})
final class ReportCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "DIR",
      description = "A folder that `corpus clean` or `corpus run` wrote.")
  private Path folder = Path.of("");

  @Option(names = "--json", description = "Print report.json.")
  private boolean json;

  @Override
  public Integer call() throws Exception {
    Json report = Json.parse(Files.readAllBytes(folder.resolve("report.json")));
    Path page = folder.resolve("report.html");
    Path temporary = Files.createTempFile(folder, ".report", ".tmp");
    Files.writeString(temporary, ReportPage.of(report));
    Files.move(
        temporary, page, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    System.out.print(json ? report.write() + "\n" : ReportText.of(report));
    return 0;
  }
}
