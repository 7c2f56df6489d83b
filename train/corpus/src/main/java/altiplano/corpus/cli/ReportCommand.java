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

@Command(name = "report")
final class ReportCommand implements Callable<Integer> {
  @Parameters(paramLabel = "DIR")
  private Path folder = Path.of("");

  @Option(names = "--json")
  private boolean json;

  @Override
  public Integer call() throws Exception {
    Json report = Json.parse(Files.readAllBytes(folder.resolve("report.json")));
    Path page = folder.resolve("report.html");
    Path temporary = folder.resolve(".report.html.tmp");
    Files.writeString(temporary, ReportPage.of(report));
    Files.move(
        temporary, page, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    System.out.print(json ? report.write() + "\n" : ReportText.of(report));
    return 0;
  }
}
