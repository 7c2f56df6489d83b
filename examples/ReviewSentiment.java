import altiplano.tasks.*;

/// The article, 6.2: the mood of a review. An argument names another model.
void main(String[] arguments) {
  String review = "这款智能手表功能强大,设计时尚,非常满意。";
  try (var model = arguments.length > 0 ? Llama3Model.load(arguments[0]) : Llama3Model.load()) {
    var sentiment = model.analyzeSentiment(review);
    IO.println("示例2:情感分析");
    IO.println("情感分析结果:" + sentiment.label() + " " + sentiment.probabilities());
  }
}
