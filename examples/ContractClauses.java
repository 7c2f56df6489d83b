import altiplano.tasks.*;

/// The article, 5.2: contract clauses. An argument names another model.
void main(String[] arguments) {
  String contractPrompt = "根据《劳动合同法》,本合同的主要条款如下:";
  try (var model = arguments.length > 0 ? Llama3Model.load(arguments[0]) : Llama3Model.load()) {
    var contractTerms = model.generateText(contractPrompt, 200);
    IO.println("生成的合同条款:");
    IO.println(contractTerms);
    // The same with the form of clauses: a number, a title, a body.
    IO.println(model.generateClause(contractPrompt));
  }
}
