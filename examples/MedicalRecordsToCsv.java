import altiplano.tasks.*;

/// A folder of medical records to a table: `MedicalRecordsToCsv FOLDER TABLE.csv [MODEL]`.
void main(String[] arguments) throws IOException {
  if (arguments.length < 2) {
    IO.println("usage: MedicalRecordsToCsv FOLDER TABLE.csv [MODEL]");
    return;
  }
  var rows = new ArrayList<String>();
  rows.add("file," + String.join(",", Domain.MEDICAL.fields()));
  try (var model = arguments.length > 2 ? Llama3Model.load(arguments[2]) : Llama3Model.load();
      var files = Files.list(Path.of(arguments[0]))) {
    for (Path file : files.filter(any -> any.toString().endsWith(".txt")).sorted().toList()) {
      var info =
          model.extractKeyInformation(Files.readString(file), Domain.MEDICAL, TaskOptions.DEFAULT);
      var cells = new ArrayList<String>(List.of(quoted(file.getFileName().toString())));
      for (String field : Domain.MEDICAL.fields()) cells.add(quoted(values(info.field(field))));
      rows.add(String.join(",", cells));
    }
  }
  Files.write(Path.of(arguments[1]), rows);
  IO.println(rows.size() - 1 + " records");
}

/// Returns values in one cell; a denied finding begins with 无.
String values(List<Span> spans) {
  return spans.stream()
      .map(span -> span.negated() ? "无" + span.value() : span.value())
      .collect(Collectors.joining("; "));
}

String quoted(String cell) {
  return "\"" + cell.replace("\"", "\"\"") + "\"";
}
