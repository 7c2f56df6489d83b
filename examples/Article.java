import altiplano.tasks.*;

/// The article, 6: its three examples in turn with one model. An argument names another model.
void main(String[] arguments) {
  try (var model = arguments.length > 0 ? Llama3Model.load(arguments[0]) : Llama3Model.load()) {
    IO.println("示例1:文本生成");
    String prompt = "未来的人工智能技术将会如何影响我们的生活";
    IO.println(model.generateText(prompt, 200));

    IO.println("\n示例2:情感分析");
    String review = "这款智能手表功能强大,设计时尚,非常满意。";
    var sentiment = model.analyzeSentiment(review);
    IO.println("情感分析结果:" + sentiment.label() + " " + sentiment.probabilities());

    IO.println("\n示例3:问答系统");
    String question = "Llama3.1 的核心技术是什么?";
    IO.println("回答:" + model.answerQuestion(question));
  }
}
