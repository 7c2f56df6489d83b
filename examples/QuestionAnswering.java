import altiplano.tasks.*;

/// The article, 6.3: a question. An argument names another model.
void main(String[] arguments) {
  String question = "Llama3.1 的核心技术是什么?";
  try (var model = arguments.length > 0 ? Llama3Model.load(arguments[0]) : Llama3Model.load()) {
    var answer = model.answerQuestion(question);
    IO.println("示例3:问答系统");
    IO.println("回答:" + answer);
    answer.sources().stream().limit(1).forEach(source -> IO.println("出处:" + source.document()));
  }
}
