package altiplano.corpus.read;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

class RowReaderTest {
  private static final String TEXT = "今天的天气很好，我们一起去公园里面看花。";
  private static final String TRADITIONAL = "今天的天氣很好，我們一起去公園裡面看花。";

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"UTF-8", "UTF-16LE", "UTF-16BE", "GB18030"})
  void encodings_are_told_apart_by_content(String charset) throws IOException {
    Path file = write("a.txt", TEXT.getBytes(Charset.forName(charset)));
    assertThat(texts(file)).containsExactly(TEXT);
  }

  @Test
  void big_5_is_told_from_gb_18030() throws IOException {
    Path file = write("a.txt", TRADITIONAL.getBytes(Charset.forName("Big5")));
    assertThat(texts(file)).containsExactly(TRADITIONAL);
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-16", "UTF-16LE", "GB18030"})
  void rows_are_read_in_any_encoding(String charset) throws IOException {
    String rows = "{\"text\":\"%s\"}\n{\"text\":\"第二行的内容是这样的。\"}\n".formatted(TEXT);
    Path file = write("a.jsonl", rows.getBytes(Charset.forName(charset)));
    assertThat(texts(file)).containsExactly(TEXT, "第二行的内容是这样的。");
  }

  @Test
  void compressions_are_told_by_content_and_not_by_name() throws IOException {
    byte[] rows = "{\"text\":\"一\"}\n{\"text\":\"二\"}\n".getBytes(StandardCharsets.UTF_8);
    var gzip = new ByteArrayOutputStream();
    compress(new GZIPOutputStream(gzip), rows);
    var bzip2 = new ByteArrayOutputStream();
    compress(new BZip2CompressorOutputStream(bzip2), rows);
    var xz = new ByteArrayOutputStream();
    compress(new XZOutputStream(xz, new LZMA2Options()), rows);
    byte[] zstd = com.github.luben.zstd.Zstd.compress(rows);
    for (byte[] packed :
        List.of(gzip.toByteArray(), bzip2.toByteArray(), xz.toByteArray(), zstd, rows)) {
      assertThat(texts(write("a.jsonl.gz", packed))).containsExactly("一", "二");
    }
  }

  @Test
  void a_cut_gzip_file_gives_its_rows_and_one_reject() throws IOException {
    var gzip = new ByteArrayOutputStream();
    var rows = new StringBuilder();
    for (int i = 0; i < 5_000; i++)
      rows.append("{\"text\":\"第").append(Integer.toHexString(i * 7919)).append("行\"}\n");
    compress(new GZIPOutputStream(gzip), rows.toString().getBytes(StandardCharsets.UTF_8));
    byte[] whole = gzip.toByteArray();
    Path file = write("a.jsonl.gz", Arrays.copyOf(whole, whole.length / 2));
    List<InputRow> read = read(file);
    assertThat(read.size()).isBetween(1_000, 4_999);
    assertThat(read.getLast())
        .isInstanceOfSatisfying(
            InputRow.Rejected.class,
            reject -> {
              assertThat(reject.reason()).contains("cut off");
              assertThat(reject.row()).isEqualTo(read.size());
            });
    assertThat(read.subList(0, read.size() - 1)).allMatch(row -> row instanceof InputRow.Accepted);
  }

  @Test
  void bad_rows_are_rejected_with_their_numbers_and_the_rest_is_read() throws IOException {
    var bytes = new ByteArrayOutputStream();
    bytes.write(
        "{\"text\":\"好\"}\n{\"text\":\n\n{\"txt\":\"x\"}\n".getBytes(StandardCharsets.UTF_8));
    bytes.write(
        new byte[] {
          '{', '"', 't', 'e', 'x', 't', '"', ':', '"', (byte) 0xFF, (byte) 0xFE, '"', '}', '\n'
        });
    bytes.write("{\"text\":\"也好\"}".getBytes(StandardCharsets.UTF_8));
    List<InputRow> rows = read(write("a.jsonl", bytes.toByteArray()));
    assertThat(rows).hasSize(5);
    assertThat(rejects(rows)).extracting(InputRow.Rejected::row).containsExactly(2L, 4L, 5L);
    assertThat(rejects(rows).get(1).reason()).isEqualTo("no text in the field 'text'");
    assertThat(rejects(rows).get(2).reason()).startsWith("invalid UTF-8");
  }

  @Test
  void a_row_of_fifty_megabytes_is_read() throws IOException {
    Path file = folder.resolve("a.jsonl");
    try (var out = Files.newBufferedWriter(file)) {
      out.write("{\"text\":\"");
      String block = "a long line of words that goes on and on ".repeat(1_000);
      for (int i = 0; i < 1_250; i++) out.write(block);
      out.write("\"}\n{\"text\":\"b\"}\n");
    }
    assertThat(texts(file)).hasSize(2).last().isEqualTo("b");
  }

  @Test
  void files_that_are_not_what_their_name_says_are_one_reject() throws IOException {
    var noise = new byte[4_096];
    new java.util.Random(1).nextBytes(noise);
    for (String name : List.of("a.txt", "a.jsonl", "a.parquet", "a.csv", "a.warc.gz", "a.html")) {
      List<InputRow> rows = read(write(name, noise));
      assertThat(rejects(rows)).as(name).isNotEmpty();
      assertThat(rows).as(name).allMatch(row -> row instanceof InputRow.Rejected);
    }
  }

  @Test
  void an_empty_file_and_a_missing_one_are_one_reject_each() throws IOException {
    assertThat(rejects(read(write("a.jsonl", new byte[0]))))
        .extracting(InputRow.Rejected::reason)
        .containsExactly("an empty file");
    assertThat(rejects(read(folder.resolve("missing.txt"))))
        .extracting(InputRow.Rejected::reason)
        .containsExactly("not found");
  }

  @Test
  void csv_is_read_with_quotes_and_line_breaks() throws IOException {
    Path file = write("a.csv", "label,text\n1,\"一，\n二\"\n0,三\n".getBytes(StandardCharsets.UTF_8));
    assertThat(texts(file)).containsExactly("一，\n二", "三");
    assertThat(
            rejects(read(write("b.csv", "label,body\n1,x\n".getBytes(StandardCharsets.UTF_8))))
                .getFirst()
                .reason())
        .isEqualTo("no column 'text', only [label, body]");
  }

  @Test
  void pages_of_a_warc_are_rows() throws IOException {
    String page = "<html><body><p>这是网页的正文内容。</p></body></html>";
    String http = "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + page;
    String warc =
        record("warcinfo", "application/warc-fields", "software: x\r\n")
            + record("response", "application/http; msgtype=response", http)
            + record("conversion", "text/plain", TEXT);
    assertThat(texts(write("a.warc", warc.getBytes(StandardCharsets.UTF_8))))
        .containsExactly(page, TEXT);
  }

  @Test
  void folders_and_globs_name_their_files_in_order() throws IOException {
    write("b.txt", new byte[] {'b'});
    write("a.md", new byte[] {'a'});
    write(".hidden", new byte[] {'h'});
    assertThat(InputFile.expand(folder.toString()))
        .extracting(InputFile::path)
        .containsExactly(folder.resolve("a.md").toString(), folder.resolve("b.txt").toString());
    assertThat(InputFile.expand(folder + "/*.txt"))
        .extracting(InputFile::path)
        .containsExactly(folder.resolve("b.txt").toString());
    assertThat(InputFile.expand(folder + "/*.none")).hasSize(1);
  }

  private static String record(String type, String contentType, String body) {
    int length = body.getBytes(StandardCharsets.UTF_8).length;
    return """
    WARC/1.0\r
    WARC-Type: %s\r
    WARC-Record-ID: <urn:uuid:%s>\r
    WARC-Date: 2024-01-01T00:00:00Z\r
    WARC-Target-URI: http://example.com/\r
    Content-Type: %s\r
    Content-Length: %d\r
    \r
    """
            .formatted(
                type,
                java.util.UUID.nameUUIDFromBytes(type.getBytes(StandardCharsets.UTF_8)),
                contentType,
                length)
        + body
        + "\r\n\r\n";
  }

  private Path write(String name, byte[] bytes) throws IOException {
    return Files.write(folder.resolve(name), bytes);
  }

  private static void compress(OutputStream out, byte[] bytes) throws IOException {
    try (out) {
      out.write(bytes);
    }
  }

  private static List<InputRow> read(Path file) throws IOException {
    var rows = new ArrayList<InputRow>();
    try (var reader = new RowReader(file.toString(), "text")) {
      reader.forEachRemaining(rows::add);
    }
    return rows;
  }

  private static List<String> texts(Path file) throws IOException {
    var texts = new ArrayList<String>();
    for (InputRow row : read(file)) {
      if (row instanceof InputRow.Accepted(var document, _)) texts.add(document.text());
    }
    return texts;
  }

  private static List<InputRow.Rejected> rejects(List<InputRow> rows) {
    var rejects = new ArrayList<InputRow.Rejected>();
    for (InputRow row : rows) if (row instanceof InputRow.Rejected reject) rejects.add(reject);
    return rejects;
  }
}
