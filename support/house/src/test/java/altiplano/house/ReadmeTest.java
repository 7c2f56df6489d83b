package altiplano.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The READMEs tell the truth, and the same in both languages.
final class ReadmeTest {
  private static final String ENGLISH = Reactor.read(Reactor.ROOT.resolve("README.md"));
  private static final String CHINESE = Reactor.read(Reactor.ROOT.resolve("README.zh-CN.md"));
  private static final Pattern LINK = Pattern.compile("]\\(([^)]+)\\)");

  @Test
  void both_have_the_same_sections_tables_and_lists() {
    assertThat(shape(CHINESE)).isEqualTo(shape(ENGLISH));
  }

  @Test
  void both_have_the_same_code() {
    assertThat(Snippets.of(CHINESE).map(ReadmeTest::withoutComments).toList())
        .isNotEmpty()
        .isEqualTo(Snippets.of(ENGLISH).map(ReadmeTest::withoutComments).toList());
  }

  @Test
  void both_have_the_same_links() {
    assertThat(links(CHINESE))
        .filteredOn(link -> !link.startsWith("README"))
        .isEqualTo(links(ENGLISH).stream().filter(link -> !link.startsWith("README")).toList());
  }

  @Test
  void both_name_the_same_commands() {
    Pattern row = Pattern.compile("^\\| (`[^|]+) \\|", Pattern.MULTILINE);
    List<String> commands = row.matcher(ENGLISH).results().map(at -> at.group(1)).toList();
    assertThat(row.matcher(CHINESE).results().map(at -> at.group(1)).toList())
        .isNotEmpty()
        .isEqualTo(commands);
  }

  static Stream<Path> pages() throws java.io.IOException {
    try (Stream<Path> docs = Files.list(Reactor.ROOT.resolve("docs"))) {
      return Stream.concat(
              docs.toList().stream(),
              Stream.of("README.md", "README.zh-CN.md", "CONTRIBUTING.md")
                  .map(Reactor.ROOT::resolve))
          .filter(page -> page.toString().endsWith(".md"))
          .sorted();
    }
  }

  @ParameterizedTest
  @MethodSource("pages")
  void links_lead_somewhere(Path page) {
    assertThat(links(Reactor.read(page)))
        .filteredOn(link -> !link.contains("://") && !link.startsWith("#"))
        .allSatisfy(link -> assertThat(page.resolveSibling(link.replaceFirst("#.*", ""))).exists());
  }

  @Test
  void the_architecture_page_names_every_module() {
    String page = Reactor.read(Reactor.ROOT.resolve("docs/architecture.md"));
    assertThat(Reactor.modules())
        .allSatisfy(module -> assertThat(page).contains("`" + module.path() + "`"));
  }

  /// Headings, table rows and list items, without their words.
  private static List<String> shape(String page) {
    return page.lines()
        .map(line -> line.replaceFirst("^(#+ |\\| |- |```\\w*|\\[).*", "$1"))
        .filter(line -> line.matches("#+ |\\| |- |```\\w*"))
        .toList();
  }

  private static List<String> links(String page) {
    return LINK.matcher(page).results().map(at -> at.group(1)).toList();
  }

  private static String withoutComments(String code) {
    return code.replaceAll("(?m)\\s+# .*$", "");
  }
}
