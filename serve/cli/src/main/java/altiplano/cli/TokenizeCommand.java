package altiplano.cli;

import altiplano.files.Json;
import altiplano.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Turns text into token ids, and back.
@Command(name = "tokenize")
final class TokenizeCommand implements Runnable {
  private final Streams streams;
  @Mixin ReportOptions report;

  @Parameters(paramLabel = "MODEL_OR_VOCABULARY")
  private String vocabulary;

  @Option(names = "--decode")
  private boolean decode;

  @Option(names = "--special")
  private boolean special;

  @Option(names = "--bos")
  private boolean beginOfText;

  @Option(names = "--json")
  private boolean json;

  TokenizeCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public void run() {
    Tokenizer tokenizer = Tokenizer.open(ModelArgument.path(vocabulary));
    String text = Inputs.decode("standard input", streams.readAll());
    if (decode) {
      decode(tokenizer, TokenIds.parse("standard input", text));
    } else {
      print(encode(tokenizer, text));
    }
  }

  private int[] encode(Tokenizer tokenizer, String text) {
    int[] ids = special ? tokenizer.encodeWithSpecialTokens(text) : tokenizer.encode(text);
    if (!beginOfText) return ids;
    OptionalInt first = tokenizer.beginOfText();
    if (first.isEmpty()) {
      throw new CommandException(vocabulary + ": has no begin-of-text token. Leave out --bos.");
    }
    return IntStream.concat(IntStream.of(first.getAsInt()), Arrays.stream(ids)).toArray();
  }

  private void print(int[] ids) {
    Json list = new Json.ArrayValue(Arrays.stream(ids).<Json>mapToObj(Json::of).toList());
    streams.out().println(json ? Json.object().put("ids", list).end().write() : TokenIds.join(ids));
  }

  private void decode(Tokenizer tokenizer, int[] ids) {
    for (int id : ids) {
      if (id < 0 || id >= tokenizer.size()) {
        throw new CommandException(
            "standard input: no token %d (the vocabulary has %,d). Give ids below that."
                .formatted(id, tokenizer.size()));
      }
    }
    int from = 0;
    for (int at = 0; special && at < ids.length; at++) {
      if (!tokenizer.isSpecial(ids[at])) continue;
      streams.out().write(tokenizer.decodeToBytes(Arrays.copyOfRange(ids, from, at)));
      streams.out().print(tokenizer.name(ids[at]));
      from = at + 1;
    }
    streams.out().write(tokenizer.decodeToBytes(Arrays.copyOfRange(ids, from, ids.length)));
  }
}
