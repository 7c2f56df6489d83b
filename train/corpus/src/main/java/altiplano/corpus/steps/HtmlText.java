package altiplano.corpus.steps;

import altiplano.corpus.Document;
import altiplano.corpus.Document.Format;
import java.util.Set;
import java.util.regex.Pattern;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Element;
import org.jsoup.nodes.Node;
import org.jsoup.nodes.TextNode;
import org.jsoup.parser.Parser;
import org.jsoup.select.Elements;

/// HTML to text: the main content without menus, and entities in texts that are not HTML.
///
/// The content is the page's `article` or `main` if there is one, else all of the body that is not
/// navigation by its element, role, class or id, and not a block of links (more than half of its
/// text inside `a`; Kohlschütter et al. 2010 call that link density).
final class HtmlText {
  private static final Set<String> DROPPED =
      Set.of(
          "script",
          "style",
          "noscript",
          "template",
          "iframe",
          "svg",
          "nav",
          "footer",
          "aside",
          "form",
          "button",
          "select",
          "input",
          "head",
          "object",
          "canvas");
  private static final Set<String> BLOCKS =
      Set.of(
          "p",
          "div",
          "section",
          "article",
          "main",
          "header",
          "h1",
          "h2",
          "h3",
          "h4",
          "h5",
          "h6",
          "ul",
          "ol",
          "li",
          "dl",
          "dt",
          "dd",
          "table",
          "tr",
          "blockquote",
          "pre",
          "figure",
          "figcaption",
          "address",
          "hr",
          "body",
          "center",
          "td",
          "th",
          "tbody",
          "thead");
  private static final Set<String> PARAGRAPHS =
      Set.of("p", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "blockquote", "ul", "ol", "table");
  private static final Pattern NAVIGATION =
      Pattern.compile(
          "(^|[\\s_-])(nav(bar|igation)?|menu|sidebar|side-bar|footer|breadcrumbs?|share|social|related|recommend(ed|ations)?|comments?|advert(isement)?|ads?|banner|cookies?|popup|modal|pagination|pager|toolbar|copyright|login|subscribe|newsletter|skip-link)([\\s_-]|$)",
          Pattern.CASE_INSENSITIVE);
  private static final Pattern PAGE =
      Pattern.compile(
          "(?si)^\\s*(<\\?xml[^>]*>\\s*)?<(!doctype\\s+html|html|head|body|div|p|article|section|table|span|h[1-6]|ul|main)\\b.*>\\s*$");
  private static final Pattern ENTITY =
      Pattern.compile(
          "&(nbsp|amp|lt|gt|quot|apos|ldquo|rdquo|lsquo|rsquo|mdash|ndash|hellip|middot|#\\d{1,6}|#x[0-9a-fA-F]{1,5});");

  private HtmlText() {}

  static RowStep start() {
    return document ->
        new Outcome.Kept(
            isPage(document)
                ? document.asPlain(mainText(document.text()))
                : document.withText(withoutEntities(document.text())));
  }

  private static boolean isPage(Document document) {
    if (document.format() == Format.HTML) return true;
    String text = document.text();
    return text.length() < 4_000_000
        && text.stripLeading().startsWith("<")
        && text.contains("</")
        && PAGE.matcher(text).matches();
  }

  static String withoutEntities(String text) {
    if (text.indexOf('&') < 0) return text;
    return TextLines.of(text)
        .map(line ->
            line.indexOf('`') < 0 && ENTITY.matcher(line).find()
                ? Parser.unescapeEntities(line, true)
                : line);
  }

  static String mainText(String html) {
    Element body = Jsoup.parse(html).body();
    // Deepest first, so that a page of a thousand nested elements takes linear time.
    body.select("*").stream()
        .filter(e -> !e.equals(body) && isDropped(e))
        .toList()
        .forEach(Node::remove);
    Element content = content(body);
    removeLinkBlocks(content);
    var out = new StringBuilder();
    write(content, out);
    return out.toString().strip();
  }

  private static boolean isDropped(Element element) {
    String name = element.normalName();
    if (DROPPED.contains(name)) return true;
    if (name.equals("header"))
      return element.parent() != null
          && element.parent().normalName().equals("body")
          && element.select("h1").isEmpty();
    if (element.hasAttr("hidden") || element.attr("aria-hidden").equals("true")) return true;
    if (element.attr("style").replace(" ", "").contains("display:none")) return true;
    if (Set.of("navigation", "banner", "contentinfo", "complementary", "search")
        .contains(element.attr("role"))) return true;
    if (name.equals("article") || name.equals("main") || name.equals("html")) return false;
    return NAVIGATION.matcher(element.className() + " " + element.id()).find();
  }

  private static Element content(Element body) {
    int all = body.text().length();
    Elements marked = body.select("article, main, [role=main]");
    Element longest = body;
    int longestLength = 0;
    for (Element element : marked) {
      int length = element.text().length();
      if (length > longestLength) {
        longest = element;
        longestLength = length;
      }
    }
    // Several articles, or one that is only a teaser: the page is the content.
    return longestLength * 3 >= all ? longest : body;
  }

  private static void removeLinkBlocks(Element content) {
    for (Element block : content.select("ul, ol, div, section, table, p, dl")) {
      if (block.equals(content) || block.parent() == null) continue;
      int text = block.text().length();
      int links = block.select("a").stream().mapToInt(a -> a.text().length()).sum();
      int count = block.select("a").size();
      if (count >= 2 && links > text / 2) block.remove();
    }
  }

  private static void write(Node node, StringBuilder out) {
    switch (node) {
      case TextNode text -> appendText(text.getWholeText(), out);
      case Element element -> writeElement(element, out);
      default -> {}
    }
  }

  private static void writeElement(Element element, StringBuilder out) {
    String name = element.normalName();
    if (name.equals("br")) {
      trimEnd(out);
      out.append('\n');
      return;
    }
    if (name.equals("pre")) {
      breakLine(out, 2);
      out.append(element.wholeText().stripTrailing());
      breakLine(out, 2);
      return;
    }
    boolean cell = name.equals("td") || name.equals("th");
    boolean block = BLOCKS.contains(name) && !cell;
    if (block) breakLine(out, PARAGRAPHS.contains(name) ? 2 : 1);
    if (cell && element.previousElementSibling() != null) out.append(' ');
    if (name.equals("li")) out.append("- ");
    for (Node child : element.childNodes()) write(child, out);
    if (block) breakLine(out, PARAGRAPHS.contains(name) ? 2 : 1);
  }

  private static void appendText(String text, StringBuilder out) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == ' ' || c == '\n' || c == '\t' || c == '\r') {
        if (!out.isEmpty()
            && out.charAt(out.length() - 1) != ' '
            && out.charAt(out.length() - 1) != '\n') out.append(' ');
      } else {
        out.append(c);
      }
    }
  }

  private static void trimEnd(StringBuilder out) {
    while (!out.isEmpty() && out.charAt(out.length() - 1) == ' ') out.setLength(out.length() - 1);
  }

  private static void breakLine(StringBuilder out, int lines) {
    trimEnd(out);
    if (out.isEmpty()) return;
    int found = 0;
    while (found < out.length() && out.charAt(out.length() - 1 - found) == '\n') found++;
    for (; found < lines; found++) out.append('\n');
  }
}
