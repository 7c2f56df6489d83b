package altiplano.files;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// The 256 special tokens of Llama 3.1, which follow its ordinary ones in this order.
///
/// Source: the model cards and `tokenizer.json` of Llama 3.1.
public final class Llama3SpecialTokens {
  public static final String BEGIN_OF_TEXT = "<|begin_of_text|>";
  public static final String END_OF_TEXT = "<|end_of_text|>";
  public static final String PADDING = "<|finetune_right_pad_id|>";
  public static final String START_HEADER = "<|start_header_id|>";
  public static final String END_HEADER = "<|end_header_id|>";
  public static final String END_OF_MESSAGE = "<|eom_id|>";
  public static final String END_OF_TURN = "<|eot_id|>";
  public static final String PYTHON_TAG = "<|python_tag|>";

  private static final List<String> NAMES =
      Stream.of(
              Stream.of(BEGIN_OF_TEXT, END_OF_TEXT),
              reserved(0, 1),
              Stream.of(PADDING),
              reserved(2, 2),
              Stream.of(START_HEADER, END_HEADER, END_OF_MESSAGE, END_OF_TURN, PYTHON_TAG),
              reserved(3, 247))
          .flatMap(names -> names)
          .toList();

  private Llama3SpecialTokens() {}

  /// Returns the names in order of their ids.
  public static List<String> names() {
    return NAMES;
  }

  private static Stream<String> reserved(int first, int last) {
    return IntStream.rangeClosed(first, last)
        .mapToObj(number -> "<|reserved_special_token_%d|>".formatted(number));
  }
}
