package altiplano.corpus.steps;

import altiplano.corpus.Document;
import altiplano.corpus.Document.Format;
import altiplano.corpus.Masked;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Masks identity-card, mobile and bank-card numbers, e-mail and IP addresses; look-alikes stay.
///
/// - Identity card (GB 11643): 18 characters whose province, date of birth and check digit (ISO
///   7064, MOD 11-2) are valid.
/// - Bank card: 13 to 19 digits that begin as a card scheme's and pass Luhn's check (ISO 7812).
/// - Mobile: 11 digits that begin as an allocated Chinese mobile prefix, with or without +86.
/// - E-mail: an address with a top-level domain; not the user of a Git URL, not `icon@2x.png`.
/// - IP: version 4 and 6; not loopback, netmasks and multicast, not a number of a version or
///   section.
public final class PersonalData {
  private static final Pattern EMAIL =
      Pattern.compile(
          "(?<![\\w.+/@-])[A-Za-z0-9][\\w.+-]{0,63}@((?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\\.){1,6}([A-Za-z]{2,18}))(?![\\w@-])(?!:[\\w./~])");
  private static final Set<String> FILE_SUFFIXES =
      Set.of(
          "png", "jpg", "jpeg", "gif", "svg", "webp", "ico", "js", "css", "py", "java", "ts",
          "json", "html", "md", "txt", "so", "sh", "service", "local");
  private static final Pattern IDENTITY =
      Pattern.compile("(?<![0-9A-Za-z])[1-9]\\d{16}[0-9Xx](?![0-9A-Za-z])");
  private static final Pattern CARD =
      Pattern.compile(
          "(?<![0-9A-Za-z.\\-])(?:\\d{13,19}|\\d{4}(?:[ -]\\d{4}){2,3}[ -]\\d{1,4}|\\d{4}["
              + " -]\\d{6}[ -]\\d{5})(?![0-9A-Za-z]|[.\\-]\\d)");
  private static final Pattern MOBILE =
      Pattern.compile(
          "(?<![0-9A-Za-z.])(?<!\\d-)(?:(?:\\+|00)86["
              + " -]?)?(1(?:3\\d|4[5-9]|5[0-35-9]|6[2567]|7[0-8]|8\\d|9[0-35-9])(?:\\d{8}|["
              + " -]\\d{4}[ -]\\d{4}))(?![0-9A-Za-z]|[.\\-]\\d)");
  private static final String OCTET = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
  private static final Pattern IPV4 =
      Pattern.compile(
          "(?<![0-9A-Za-z.])(?<!(?:版本|第|v|V|version|Version|release|章|节|§)[ :：]{0,2})"
              + OCTET
              + "(?:\\."
              + OCTET
              + "){3}(?![0-9A-Za-z]|\\.\\d)");
  private static final Pattern IPV6 =
      Pattern.compile(
          "(?<![0-9A-Za-z:.])[23][0-9a-fA-F]{3}(?::(?:[0-9a-fA-F]{1,4})?){2,7}(?![0-9A-Za-z:])");
  private static final Set<String> PROVINCES =
      Set.of(
          "11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37",
          "41", "42", "43", "44", "45", "46", "50", "51", "52", "53", "54", "61", "62", "63", "64",
          "65", "71", "81", "82", "83");
  private static final int[] IDENTITY_WEIGHTS = {
    7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2
  };

  private PersonalData() {}

  static RowStep start() {
    return document -> {
      var masking = new Masking(document.text());
      if (masking.candidates.isEmpty()) return new Outcome.Kept(document);
      // From the longest and surest to the shortest: an identity number may pass as a card.
      int email = masking.find(EMAIL, "[EMAIL]", PersonalData::isAddress);
      int identity = masking.find(IDENTITY, "[IDENTITY_CARD]", m -> isIdentity(m.group()));
      int card = masking.find(CARD, "[BANK_CARD]", m -> isCard(m.group()));
      int mobile = masking.find(MOBILE, "[MOBILE]", m -> true);
      int ip =
          masking.find(IPV4, "[IP]", m -> isHost(m.group()))
              + masking.find(IPV6, "[IP]", m -> isIpv6(m.group()));
      return new Outcome.Kept(
          document.masked(masking.masked(), new Masked(identity, mobile, card, email, ip)));
    };
  }

  /// Masks what is in a text that leaves the pipeline by another way, such as a reject.
  public static String mask(String text) {
    var document = Document.read("", 1, Format.PLAIN, text);
    return start().apply(document) instanceof Outcome.Kept(var kept) ? kept.text() : text;
  }

  private static boolean isAddress(Matcher found) {
    String top = found.group(2).toLowerCase(Locale.ROOT);
    return !FILE_SUFFIXES.contains(top);
  }

  static boolean isIdentity(String number) {
    if (!PROVINCES.contains(number.substring(0, 2))) return false;
    int sum = 0;
    for (int i = 0; i < 17; i++) sum += (number.charAt(i) - '0') * IDENTITY_WEIGHTS[i];
    if ("10X98765432".charAt(sum % 11) != Character.toUpperCase(number.charAt(17))) return false;
    int year = Integer.parseInt(number.substring(6, 10));
    int month = Integer.parseInt(number.substring(10, 12));
    int day = Integer.parseInt(number.substring(12, 14));
    if (year < 1850 || year > 2100 || month < 1 || month > 12 || day < 1) return false;
    return day <= LocalDate.of(year, month, 1).lengthOfMonth();
  }

  static boolean isCard(String number) {
    String digits = number.replaceAll("[ -]", "");
    if (digits.length() < 13 || digits.length() > 19 || !isScheme(digits)) return false;
    int sum = 0;
    for (int i = 0; i < digits.length(); i++) {
      int digit = digits.charAt(digits.length() - 1 - i) - '0';
      if (i % 2 == 1) digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
      sum += digit;
    }
    return sum % 10 == 0;
  }

  private static boolean isScheme(String digits) {
    int length = digits.length();
    int four = Integer.parseInt(digits.substring(0, 4));
    int two = four / 100;
    if (two == 62 || two == 60 || four == 9558) return length >= 16;
    if (two / 10 == 4) return length == 13 || length == 16 || length == 19;
    if ((two >= 51 && two <= 55) || (four >= 2221 && four <= 2720) || two == 35)
      return length == 16;
    return (two == 34 || two == 37) && length == 15;
  }

  private static boolean isHost(String address) {
    int first = Integer.parseInt(address.substring(0, address.indexOf('.')));
    return first != 0 && first != 127 && first < 224;
  }

  private static boolean isIpv6(String address) {
    int groups = address.split(":", -1).length;
    boolean shortened = address.contains("::");
    if (address.indexOf("::") != address.lastIndexOf("::") || address.contains(":::")) return false;
    return shortened ? groups <= 8 : groups == 8;
  }

  /// A text, the places in it that are worth a look, and what was found there.
  private static final class Masking {
    private final String text;
    private final List<Span> candidates = new ArrayList<>();
    private final TreeMap<Integer, Found> found = new TreeMap<>();

    private record Span(int start, int end) {}

    private record Found(int end, String mask) {}

    /// Numbers and addresses lie in runs of ASCII without line breaks; a run is worth a look that
    /// has an at sign, seven digits, three dots among digits, or colons.
    Masking(String text) {
      this.text = text;
      int digits = 0;
      int dots = 0;
      int colons = 0;
      boolean at = false;
      int start = 0;
      for (int i = 0; i <= text.length(); i++) {
        char c = i < text.length() ? text.charAt(i) : '\n';
        if ((c > ' ' && c < 0x7F) || (c == ' ' && i - start < 400)) {
          if (c >= '0' && c <= '9') digits++;
          else if (c == '.') dots++;
          else if (c == ':') colons++;
          else if (c == '@') at = true;
          continue;
        }
        if (at || digits >= 7 || (digits >= 4 && dots >= 3) || colons >= 2) {
          candidates.add(new Span(start, i));
        }
        start = i + 1;
        digits = 0;
        dots = 0;
        colons = 0;
        at = false;
      }
    }

    /// Finds one kind, where nothing has been found yet.
    int find(Pattern pattern, String mask, Predicate<Matcher> isReal) {
      int count = 0;
      Matcher matcher = pattern.matcher(text).useTransparentBounds(true).useAnchoringBounds(false);
      for (Span span : candidates) {
        matcher.region(span.start, span.end);
        while (matcher.find()) {
          if (!isReal.test(matcher) || overlaps(matcher.start(), matcher.end())) continue;
          found.put(matcher.start(), new Found(matcher.end(), mask));
          count++;
        }
      }
      return count;
    }

    private boolean overlaps(int start, int end) {
      var before = found.lowerEntry(end);
      return before != null && before.getValue().end > start;
    }

    String masked() {
      if (found.isEmpty()) return text;
      var out = new StringBuilder(text.length());
      int at = 0;
      for (var one : found.entrySet()) {
        out.append(text, at, one.getKey()).append(one.getValue().mask);
        at = one.getValue().end;
      }
      return out.append(text, at, text.length()).toString();
    }
  }
}
