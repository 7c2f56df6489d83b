import altiplano.tasks.*;

/// The article, 5.1: key information of a medical text. An argument names another model.
void main(String[] arguments) {
  String medicalText = "患者,男性,45岁,主诉头痛,持续两天。既往有高血压病史。";
  try (var model = arguments.length > 0 ? Llama3Model.load(arguments[0]) : Llama3Model.load()) {
    var keyInfo = model.extractKeyInformation(medicalText);
    IO.println("提取的关键信息:");
    keyInfo
        .fields()
        .forEach((field, values) -> {
          if (!values.isEmpty())
            IO.println(field + ": " + values.stream().map(Span::value).toList());
        });
  }
}
