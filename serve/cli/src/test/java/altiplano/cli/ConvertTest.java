package altiplano.cli;

import static org.assertj.core.api.Assertions.assertThat;

import altiplano.files.ModelFile;
import altiplano.tensor.ElementType;
import altiplano.testing.Shared;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConvertTest {
  @TempDir Path folder;

  private static String fixture(String name) {
    return Shared.path("fixtures/" + name).toString();
  }

  private String out(String name) {
    return folder.resolve(name).toString();
  }

  @Test
  void convert_writes_a_folder_as_gguf_and_back() {
    assertThat(CliRun.of("convert", fixture("tiny-hf"), out("m.gguf")).exitCode()).isZero();
    var back = CliRun.of("convert", out("m.gguf"), out("back"), "--split-size", "1M");
    assertThat(back).isEqualTo(new CliRun(0, "", ""));
    try (var model = ModelFile.open(folder.resolve("back"))) {
      assertThat(model.tensors()).hasSize(22);
    }
  }

  @Test
  void what_exists_is_refused_without_force() {
    CliRun.of("convert", fixture("tiny-hf"), out("m.gguf"));
    var again = CliRun.of("convert", fixture("tiny-hf"), out("m.gguf"));
    assertThat(again.exitCode()).isEqualTo(1);
    assertThat(again.err())
        .isEqualTo(
            "altiplano: %s: exists. Choose another name or give --force.\n"
                .formatted(out("m.gguf")));
    assertThat(CliRun.of("convert", fixture("tiny-hf"), out("m.gguf"), "--force").exitCode())
        .isZero();
  }

  @Test
  void quantize_takes_a_type_in_small_letters_and_warns_of_a_second_loss() {
    var first =
        CliRun.of("quantize", fixture("tiny-hf"), out("q8.gguf"), "--type", "q8_0", "--reference");
    assertThat(first).isEqualTo(new CliRun(0, "", ""));
    var second = CliRun.of("quantize", out("q8.gguf"), out("q4.gguf"), "--type", "q4_k");
    assertThat(second.exitCode()).isZero();
    assertThat(second.err()).contains("already quantised");
    try (var model = ModelFile.open(folder.resolve("q4.gguf"))) {
      assertThat(model.tensor("blk.0.attn_q.weight").type()).isEqualTo(ElementType.Q4_K);
    }
  }

  @Test
  void an_impossible_size_is_wrong_use() {
    var wrong = CliRun.of("convert", fixture("tiny-hf"), out("m.gguf"), "--split-size", "many");
    assertThat(wrong.exitCode()).isEqualTo(2);
    assertThat(wrong.err()).contains("a size is written as 500M or 4G, not many");
  }
}
