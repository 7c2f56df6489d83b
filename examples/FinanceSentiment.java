import altiplano.tasks.*;

/// The article, 5.3: the mood of finance news. An argument names another model.
void main(String[] arguments) {
  String financialNews = "某科技公司股价大幅上涨,市场反应积极。";
  try (var model = arguments.length > 0 ? Llama3Model.load(arguments[0]) : Llama3Model.load()) {
    var sentiment = model.analyzeSentiment(financialNews);
    IO.println("金融新闻情感分析结果:");
    IO.println(sentiment.label() + " " + sentiment.probabilities());
  }
}
