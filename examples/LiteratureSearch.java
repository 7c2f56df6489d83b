import altiplano.search.*;
import altiplano.tasks.*;

/// Search in a folder of papers, and an answer with its source: `LiteratureSearch FOLDER INDEX
/// QUESTION [MODEL]`. The index is made at the first call and brought up to date at each.
void main(String[] arguments) {
  if (arguments.length < 3) {
    IO.println("usage: LiteratureSearch FOLDER INDEX QUESTION [MODEL]");
    return;
  }
  String question = arguments[2];
  try (var model = arguments.length > 3 ? Llama3Model.load(arguments[3]) : Llama3Model.load();
      var index = DocumentIndex.open(Path.of(arguments[1]), Optional.of(Embedder.of(model)))) {
    IO.println(index.update(Document.in(Path.of(arguments[0]), IO::println)));
    for (Passage hit : index.search(question, 5)) {
      IO.println("%.4f  %s: %s".formatted(hit.score(), hit.document(), hit.text()));
    }
    IO.println(model.answerQuestion(question, index, TaskOptions.DEFAULT));
  }
}
