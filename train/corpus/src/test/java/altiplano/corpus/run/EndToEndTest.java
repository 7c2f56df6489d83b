package altiplano.corpus.run;

import static org.assertj.core.api.Assertions.assertThat;

import altiplano.corpus.report.Report;
import altiplano.files.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A folder of all formats and all dirt, cleaned once in memory and once on Spark.
class EndToEndTest {
  private static final String RIVER =
      "长江是亚洲第一长河，发源于青藏高原的唐古拉山脉，自西向东流经十一个省级行政区，最后注入东海。它的流域面积约占全国陆地面积的五分之一，"
          + "养育了全国三分之一的人口，是中华文明的摇篮之一，沿岸有重庆、武汉、南京、上海等大城市。";
  private static final String LIGHTHOUSE =
      "The lighthouse keeper climbed the stairs every evening at dusk, carrying oil and a clean cloth"
          + " for the lens, and wrote the weather and the names of passing ships into a book that"
          + " nobody but the inspector would ever read, once a year, in a hurry.";
  private static final String REPEATED = "欢迎来到我们的论坛，请先阅读版规再发表自己的意见。";
  private static final String[] TOPICS = {
    "养花要注意浇水的时间，早晚各一次就够了，中午不要浇。", "做红烧肉先把肉焯水，再用小火慢慢炖上一个小时。", "昨晚的球赛踢到了加时，主队在最后一分钟进球获胜。",
    "新修的地铁线下个月通车，从城东到城西只要半个小时。", "图书馆延长了开放时间，周末可以一直看到晚上十点钟。", "这部老电影的摄影很讲究，每一个镜头都像一幅油画。",
    "小猫不肯吃饭的时候，可以把猫粮用温水泡软了再喂。", "今年的苹果收成好，可是价钱比去年低了差不多三成。"
  };

  @TempDir private static Path folder;
  private static Report report;
  private static List<Json.ObjectValue> documents;
  private static List<Json.ObjectValue> rejects;

  @BeforeAll
  static void clean() throws IOException {
    Path inputs = Files.createDirectory(folder.resolve("in"));
    write(inputs);
    var options = new CleanRun.Options(true, true);
    List<String> all = List.of(inputs.toString());
    report =
        CleanRun.run(
            () -> {
              throw new AssertionError("so little needs no Spark");
            },
            all,
            folder.resolve("memory"),
            options,
            message -> {});
    documents = lines(folder.resolve("memory/documents.jsonl"));
    rejects = lines(folder.resolve("memory/rejects.jsonl"));
    CleanRun.run(SharedSpark.SESSION, all, folder.resolve("spark"), options, message -> {});
  }

  private static void write(Path in) throws IOException {
    jsonl(
        in.resolve("near.jsonl"),
        RIVER,
        RIVER.replace("大城市", "许多大城市"),
        LIGHTHOUSE,
        LIGHTHOUSE.replace("in a hurry", "in great hurry"),
        RIVER,
        "尊敬的客户，您尾号1234的账户于3月5日支出人民币100元，余额5000元，如有疑问请致电客服热线咨询。",
        "尊敬的客户，您尾号9876的账户于11月28日支出人民币42元，余额777元，如有疑问请致电客服热线咨询。");
    jsonl(in.resolve("forum.jsonl"), Stream.of(TOPICS).map(t -> REPEATED + "\n" + t).toArray());
    jsonl(
        in.resolve("private.jsonl"),
        "有事请打手机13812345678，或者写信到zhang@example.com.cn，我们一定尽快回复您的来信。",
        "The server at 203.0.113.5 answers, and the one beside it does not answer at all.");
    Files.write(in.resolve("big5.txt"), "今天的天氣很好，我們一起去公園裡面看花。".getBytes(Charset.forName("Big5")));
    Files.write(in.resolve("gb.txt"), "明天可能会下雨，出门记得带上一把伞。".getBytes(Charset.forName("GB18030")));
    Files.write(in.resolve("utf16.txt"), "后天应该是个晴天，适合洗衣服晒被子。".getBytes(StandardCharsets.UTF_16));
    Files.writeString(
        in.resolve("table.csv"),
        "label,text\n1,\"这本书写得真好，\n我一口气就读完了。\"\n0,\"Not my kind of a book, I gave it to a friend.\"\n");
    Files.writeString(
        in.resolve("page.html"),
        "<html><nav><a href='/'>首页</a></nav><article><p>网页的正文在这里，讲的是怎样挑选西瓜。</p></article></html>");
    Files.writeString(in.resolve("crawl.wet"), wet("网上抓来的文字，讲的是怎样给自行车的链条上油。"));
    Files.writeString(
        in.resolve("notes.md"), "---\ntitle: x\n---\n# 笔记\n\n周末去爬山，山顶的风很大，记得带一件外套。\n");
    parquet(in.resolve("rows.parquet"), "列式文件里的一行，讲的是怎样用柠檬除去水垢。");
    // What cannot be read.
    Files.createFile(in.resolve("empty.txt"));
    byte[] noise = new byte[3_000];
    new java.util.Random(2).nextBytes(noise);
    Files.write(in.resolve("noise.txt"), noise);
    var rows = new StringBuilder();
    for (int i = 0; i < 400; i++) {
      rows.append("{\"text\":\"%s这是第%d个编号为%x的样本。\"}\n".formatted(TOPICS[i % 8], i, i * 7919L * 31));
    }
    byte[] packed = gzip(rows.toString().getBytes(StandardCharsets.UTF_8));
    Files.write(in.resolve("cut.jsonl.gz"), Arrays.copyOf(packed, packed.length * 2 / 3));
    var bytes = new ByteArrayOutputStream();
    bytes.write("{\"text\":\"好的一行，讲的是怎样保存茶叶不受潮。\"}\n{\"text\":\"".getBytes(StandardCharsets.UTF_8));
    bytes.write(new byte[] {(byte) 0xFF, (byte) 0xC0, '"', '}', '\n'});
    bytes.write("no json at all\n".getBytes(StandardCharsets.UTF_8));
    Files.write(in.resolve("bad.jsonl"), bytes.toByteArray());
  }

  @Test
  void memory_and_spark_write_the_same_bytes() throws IOException {
    for (String file : List.of("documents.jsonl", "rejects.jsonl")) {
      assertThat(Files.readString(folder.resolve("spark").resolve(file)))
          .as(file)
          .isEqualTo(Files.readString(folder.resolve("memory").resolve(file)));
    }
    assertThat(withoutTimings("spark")).isEqualTo(withoutTimings("memory"));
  }

  @Test
  void every_row_went_somewhere() {
    assertThat(report.documentsOut()).isEqualTo(documents.size());
    long removed = report.steps().stream().mapToLong(step -> step.in() - step.out()).sum();
    assertThat(report.documentsIn()).isEqualTo(report.documentsOut() + removed);
    assertThat((long) rejects.size()).isEqualTo(report.rejected() + removed);
    assertThat(report.rejected()).isEqualTo(5);
  }

  @Test
  void of_near_duplicates_the_longest_stays_and_templates_stay_both() {
    assertThat(texts()).contains(RIVER.replace("大城市", "许多大城市")).doesNotContain(RIVER);
    assertThat(texts()).filteredOn(text -> text.startsWith("The lighthouse")).hasSize(1);
    assertThat(texts()).filteredOn(text -> text.startsWith("尊敬的客户")).hasSize(2);
    assertThat(reasons("near.jsonl"))
        .containsExactlyInAnyOrder("near-duplicates", "near-duplicates", "exact-duplicates");
  }

  @Test
  void a_line_of_many_documents_goes_and_the_documents_stay() {
    assertThat(texts()).contains(TOPICS).noneMatch(text -> text.contains(REPEATED));
  }

  @Test
  void personal_data_are_masked_and_counted() {
    assertThat(report.masked())
        .containsEntry("mobile", 1L)
        .containsEntry("email", 1L)
        .containsEntry("ip", 1L)
        .containsEntry("bank_card", 0L);
    assertThat(texts().toString()).contains("[MOBILE]", "[EMAIL]", "[IP]").doesNotContain("138123");
  }

  @Test
  void all_formats_and_encodings_are_read() {
    assertThat(texts())
        .contains(
            "今天的天气很好，我们一起去公园里面看花。",
            "明天可能会下雨，出门记得带上一把伞。",
            "后天应该是个晴天，适合洗衣服晒被子。",
            "这本书写得真好，\n我一口气就读完了。",
            "Not my kind of a book, I gave it to a friend.",
            "网页的正文在这里，讲的是怎样挑选西瓜。",
            "网上抓来的文字，讲的是怎样给自行车的链条上油。",
            "列式文件里的一行，讲的是怎样用柠檬除去水垢。",
            "好的一行，讲的是怎样保存茶叶不受潮。")
        .anyMatch(text -> text.contains("周末去爬山") && !text.contains("title"));
  }

  @Test
  void what_cannot_be_read_is_rejected_with_its_reason() {
    assertThat(reasons("empty.txt")).containsExactly("an empty file");
    assertThat(reasons("noise.txt")).singleElement().asString().startsWith("not a text");
    assertThat(reasons("bad.jsonl")).anyMatch(reason -> reason.startsWith("invalid UTF-8"));
    assertThat(reasons("bad.jsonl")).anyMatch(reason -> reason.startsWith("not JSON"));
    assertThat(reasons("cut.jsonl.gz")).anyMatch(reason -> reason.startsWith("cut off"));
    assertThat(documents)
        .filteredOn(row -> text(row, "source").endsWith("cut.jsonl.gz"))
        .isNotEmpty();
  }

  private static Json withoutTimings(String run) throws IOException {
    var whole =
        (Json.ObjectValue)
            Json.parse(Files.readAllBytes(folder.resolve(run).resolve("report.json")));
    var rest = Json.object();
    whole
        .members()
        .forEach((key, value) -> {
          if (!key.equals("timings")) rest.put(key, value);
        });
    return rest.end();
  }

  private static List<String> texts() {
    return documents.stream().map(row -> text(row, "text")).toList();
  }

  private static List<String> reasons(String file) {
    return rejects.stream()
        .filter(row -> text(row, "source").endsWith(file))
        .map(row -> text(row, "reason"))
        .toList();
  }

  private static String text(Json.ObjectValue row, String key) {
    return row.get(key).orElseThrow() instanceof Json.TextValue(var text) ? text : "";
  }

  private static List<Json.ObjectValue> lines(Path file) throws IOException {
    return Files.readAllLines(file).stream()
        .map(line -> (Json.ObjectValue) Json.parse(line))
        .toList();
  }

  private static void jsonl(Path file, Object... texts) throws IOException {
    var lines = new ArrayList<String>();
    for (Object text : texts) lines.add(Json.object().put("text", (String) text).end().write());
    Files.write(file, lines);
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    var packed = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(packed)) {
      out.write(bytes);
    }
    return packed.toByteArray();
  }

  private static String wet(String body) {
    return "WARC/1.0\r\nWARC-Type: conversion\r\nWARC-Record-ID: <urn:uuid:12345678-1234-1234-1234-123456789012>\r\n"
        + "WARC-Date: 2024-01-01T00:00:00Z\r\nWARC-Target-URI: http://example.com/\r\nContent-Type: text/plain\r\n"
        + "Content-Length: %d\r\n\r\n".formatted(body.getBytes(StandardCharsets.UTF_8).length)
        + body
        + "\r\n\r\n";
  }

  private static void parquet(Path file, String text) throws IOException {
    var schema =
        new StructType()
            .add("id", DataTypes.LongType, false)
            .add("text", DataTypes.StringType, false);
    Path parts = folder.resolve("parts");
    SharedSpark.SESSION
        .createDataset(List.of(RowFactory.create(7L, text)), Encoders.row(schema))
        .write()
        .parquet(parts.toUri().toString());
    try (Stream<Path> made = Files.list(parts)) {
      Path part = made.filter(p -> p.toString().endsWith(".parquet")).findFirst().orElseThrow();
      Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
