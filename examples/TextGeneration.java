import altiplano.tasks.*;

/// The article, 6.1: text generation. An argument names another model.
void main(String[] arguments) {
  String prompt = "未来的人工智能技术将会如何影响我们的生活";
  try (var model = arguments.length > 0 ? Llama3Model.load(arguments[0]) : Llama3Model.load()) {
    IO.println("示例1:文本生成");
    IO.println(model.generateText(prompt, 200));
  }
}
