import altiplano.tasks.*;

/// The moods of many reviews, one a line: `ReviewBatch REVIEWS.txt [MODEL]`.
void main(String[] arguments) throws IOException {
  if (arguments.length < 1) {
    IO.println("usage: ReviewBatch REVIEWS.txt [MODEL]");
    return;
  }
  var reviews =
      Files.readAllLines(Path.of(arguments[0])).stream().filter(line -> !line.isBlank()).toList();
  try (var model = arguments.length > 1 ? Llama3Model.load(arguments[1]) : Llama3Model.load()) {
    var moods =
        model.analyzeSentiment(reviews, Optional.of(Sentiment.Scale.REVIEW), TaskOptions.DEFAULT);
    for (int i = 0; i < reviews.size(); i++) {
      IO.println("%+.2f  %s".formatted(moods.get(i).score(), reviews.get(i)));
    }
    double mean = moods.stream().mapToDouble(Sentiment::score).average().orElse(0);
    IO.println("%+.2f  mean of %d".formatted(mean, reviews.size()));
  }
}
