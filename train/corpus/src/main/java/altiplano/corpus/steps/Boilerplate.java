package altiplano.corpus.steps;

import java.util.List;
import java.util.regex.Pattern;

/// Removes lines that belong to a site or a tool and not to the text: copyright, sharing,
/// navigation, headers of translators and of documentation tools.
///
/// A rule applies to a whole line outside code, and only to short ones: a paragraph that mentions
/// copyright stays. The rules on cookies, policies and JavaScript are C4's (Raffel et al. 2020),
/// which removes such lines at any length.
final class Boilerplate {
  private static final int LONGEST_LINE = 120;

  private static final List<Pattern> LINES =
      List.of(
          // Sites, Chinese.
          line(
              "((©|版权所有(?!者)).{0,60}|著作权归.{0,20}所有|未经.{0,12}(许可|授权|允许).{0,12}(转载|复制)|转载请(注明|联系).*|本文(由|来自|转载自|首发于).{0,40}|原文链接.*|阅读原文.*|责任编辑.{0,12})"),
          line(
              "(上一[篇页章].{0,40}|下一[篇页章].{0,40}|返回(顶部|首页|目录|列表)|点击(查看|展开|加载)(更多|全文|原文).{0,12}|查看更多.{0,12}|加载中.{0,3}|分享到.{0,30}|分享至.{0,30}|扫(码|一扫|描二维码).{0,30}|关注(我们|公众号).{0,30}|欢迎关注.{0,40}|收藏本站|设为首页.{0,12}|您的位置.{0,40}|当前位置.{0,40}|相关(阅读|推荐|文章)[:：]?.{0,3}|热门(推荐|文章)|猜你喜欢|广告)"),
          line(".{0,20}ICP[备证]\\s?\\d+号.{0,40}"),
          // Sites, English.
          line("(©|copyright\\s+(©|\\(c\\)|\\d{4})|all rights reserved).{0,80}"),
          line(
              "(share (this|on) .{0,30}|skip to (main )?content|back to top|(read|load|show)"
                  + " more|previous (post|page|chapter)|next (post|page|chapter)|related"
                  + " (posts|articles)|leave a (comment|reply)|sign (in|up)|log ?in|subscribe( to"
                  + " our newsletter)?.{0,30}|follow us on .{0,30}|advertisement|click here( to"
                  + " .{0,40})?)[.!»>→]?"),
          line(
              ".*((we|site|website) uses? cookies|accept (all )?cookies|cookie policy|privacy"
                  + " policy|terms of (use|service)|enable javascript|javascript is"
                  + " (disabled|required)).*"),
          // Translators' and documentation tools' headers.
          line("\\[#\\]:\\s*.*"),
          line("\\[\\^?[\\w-]+\\]:\\s*(https?:|/).*"),
          line("(>\\s*)?[-*]?\\s*(原文(地址|作者|标题|出处)|译者|校对者?|审校|作者|编译自|via)\\s*[:：].*"),
          line("(编译自|via)\\s*[:：]?\\s*https?://.*"),
          line("!\\[[^\\]]*\\]\\([^)]*\\)"),
          line("!?[^\\s()]{0,40}\\(https?://[^)\\s]+\\.(png|jpe?g|gif|svg|webp)[^)]*\\)"),
          line("author: .*"),
          line(
              "(title|date|layout|tags?|categor(y|ies)|description|aliases|summary|permalink|weight):"
                  + " .*"));

  private static final Pattern COMMENT = Pattern.compile("<!--(?s:.){0,2000}?-->");

  private Boilerplate() {}

  static RowStep start() {
    return RowStep.onText(Boilerplate::remove);
  }

  static String remove(String text) {
    String body = text.contains("<!--") ? COMMENT.matcher(text).replaceAll("") : text;
    TextLines lines = TextLines.of(withoutFrontMatter(body));
    var out = new StringBuilder(body.length());
    for (int i = 0; i < lines.lines().size(); i++) {
      String line = lines.lines().get(i);
      if (!lines.isVerbatim(i) && isBoilerplate(line)) continue;
      out.append(line).append('\n');
    }
    out.setLength(Math.max(0, out.length() - 1));
    return out.toString();
  }

  private static boolean isBoilerplate(String line) {
    String trimmed = line.strip();
    if (trimmed.isEmpty()
        || (trimmed.length() > LONGEST_LINE
            && !trimmed.startsWith("![")
            && !trimmed.startsWith("["))) return false;
    return LINES.stream().anyMatch(rule -> rule.matcher(trimmed).matches());
  }

  /// Drops the block of YAML with which documentation tools begin a page.
  private static String withoutFrontMatter(String text) {
    if (!text.startsWith("---\n")) return text;
    int end = text.indexOf("\n---\n", 3);
    if (end < 0 || end > 2_000) return text;
    String block = text.substring(4, Math.max(4, end));
    boolean keys =
        block.lines().allMatch(line -> line.matches("(\\s+|-\\s|[\\w-]+:).*") || line.isBlank());
    return keys ? text.substring(end + 5) : text;
  }

  private static Pattern line(String regex) {
    return Pattern.compile(regex, Pattern.CASE_INSENSITIVE);
  }
}
