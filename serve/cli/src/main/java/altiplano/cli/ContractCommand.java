package altiplano.cli;

import altiplano.files.Json;
import altiplano.tasks.ContractReview;
import altiplano.tasks.ContractReview.Clause;
import altiplano.tasks.ContractReview.Finding;
import altiplano.tasks.ContractRules;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// What is done with contracts: `contract review FILE`.
@Command(name = "contract")
final class ContractCommand implements Runnable {
  private final Streams streams;
  @Spec private CommandSpec spec;
  @Mixin ReportOptions report;

  @Parameters(paramLabel = "review", index = "0")
  private String action;

  @Parameters(paramLabel = "FILE", index = "1")
  private String file;

  @Option(names = "--rules", paramLabel = "FILE")
  private Optional<Path> rules = Optional.empty();

  @Option(names = "--set", paramLabel = "NAME=NUMBER")
  private Map<String, BigDecimal> constants = Map.of();

  @Option(names = "--html", paramLabel = "FILE")
  private Optional<Path> html = Optional.empty();

  @Option(names = "--json")
  private boolean json;

  ContractCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public void run() {
    if (!action.equals("review")) {
      throw new ParameterException(
          spec.commandLine(), "contracts can be reviewed: contract review");
    }
    String contract = Inputs.documents(file, streams).getFirst().field("text");
    ContractReview review = rules().review(contract);
    streams.out().println(json ? toJson(review) : toText(review));
    html.ifPresent(page -> Marks.writePage(page, file, List.of(section(review, contract))));
  }

  private ContractRules rules() {
    var used = rules.map(ContractCommand::read).orElseGet(ContractRules::standard);
    for (var constant : constants.entrySet()) {
      used = used.with(constant.getKey(), constant.getValue());
    }
    return used;
  }

  private static ContractRules read(Path file) {
    try {
      return ContractRules.parse(Inputs.text(file));
    } catch (IllegalArgumentException | Json.JsonException wrong) {
      throw new CommandException(file + ": " + wrong.getMessage() + ". Correct the rules.", wrong);
    }
  }

  private static Marks.Section section(ContractReview review, String contract) {
    var marks = new ArrayList<Marks.Mark>();
    for (Finding finding : review.findings()) {
      if (finding.start().isEmpty()) continue;
      int start = finding.start().getAsInt();
      marks.add(new Marks.Mark(start, finding.end().orElseThrow(), finding.reason()));
    }
    return new Marks.Section(
        "%d / %d".formatted(review.clauses().size(), review.findings().size()),
        new Marks(contract, marks),
        toText(review).lines().toList());
  }

  private static String toJson(ContractReview review) {
    return Json.object()
        .put(
            "clauses",
            new Json.ArrayValue(review.clauses().stream().map(ContractCommand::json).toList()))
        .put(
            "findings",
            new Json.ArrayValue(review.findings().stream().map(ContractCommand::json).toList()))
        .end()
        .write();
  }

  private static Json json(Clause clause) {
    return Json.object()
        .put("number", clause.number())
        .put("title", text(clause.title()))
        .put("start", clause.start())
        .put("end", clause.end())
        .end();
  }

  private static Json json(Finding finding) {
    return Json.object()
        .put("clause", text(finding.clause()))
        .put("risk", lower(finding))
        .put("reason", finding.reason())
        .put("source", finding.source())
        .put("start", ExtractCommand.offset(finding.start()))
        .put("end", ExtractCommand.offset(finding.end()))
        .end();
  }

  private static Json text(Optional<String> text) {
    return text.map(Json::of).orElseGet(Json.NullValue::new);
  }

  private static String lower(Finding finding) {
    return finding.risk().name().toLowerCase(Locale.ROOT);
  }

  private static String toText(ContractReview review) {
    var lines = new StringBuilder();
    for (Finding finding : review.findings()) {
      lines.append(
          "%-7s %-8s %s %s%n"
              .formatted(
                  lower(finding),
                  finding.clause().orElse("—"),
                  finding.reason(),
                  finding.source()));
    }
    return lines.toString().stripTrailing();
  }
}
