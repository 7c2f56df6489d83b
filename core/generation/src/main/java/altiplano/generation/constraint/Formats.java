package altiplano.generation.constraint;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/// The string formats of JSON Schema, by the documents it names.
final class Formats {
  private static final String HOUR_MINUTE = "([01][0-9]|2[0-3]):[0-5][0-9]";

  /// RFC 3339; a leap second only where UTC has one, at the end of a day.
  private static final String TIME =
      "("
          + HOUR_MINUTE
          + ":[0-5][0-9](\\.[0-9]+)?([Zz]|[+-]"
          + HOUR_MINUTE
          + ")|23:59:60(\\.[0-9]+)?([Zz]|[+-]00:00))";

  private static final String LEAP_YEAR =
      "([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)";
  private static final String DATE =
      "([0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])"
          + "|(0[469]|11)-(0[1-9]|[12][0-9]|30)"
          + "|02-(0[1-9]|1[0-9]|2[0-8]))|"
          + LEAP_YEAR
          + "-02-29)";
  private static final String DATE_TIME =
      "("
          + DATE
          + "[Tt]"
          + HOUR_MINUTE
          + ":[0-5][0-9](\\.[0-9]+)?([Zz]|[+-]"
          + HOUR_MINUTE
          + ")|[0-9]{4}-(06-30|12-31)[Tt]23:59:60(\\.[0-9]+)?([Zz]|[+-]00:00))";

  /// RFC 3339, appendix A.
  private static final String DURATION_TIME =
      "T([0-9]+H([0-9]+M([0-9]+S)?)?|[0-9]+M([0-9]+S)?|[0-9]+S)";

  private static final String DURATION =
      "P([0-9]+W|([0-9]+D|[0-9]+M([0-9]+D)?|[0-9]+Y([0-9]+M([0-9]+D)?)?)("
          + DURATION_TIME
          + ")?|"
          + DURATION_TIME
          + ")";

  /// RFC 4122, section 3.
  private static final String UUID = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}";

  /// RFC 3986, section 3.2.2, as RFC 2673 and RFC 4291 have them.
  private static final String OCTET = "([0-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5])";

  private static final String IPV4 = OCTET + "(\\." + OCTET + "){3}";
  private static final String GROUP = "[0-9a-fA-F]{1,4}";
  private static final String LAST_GROUPS = "(" + GROUP + ":" + GROUP + "|" + IPV4 + ")";
  private static final String IPV6 =
      "((G:){6}L|::(G:){5}L|(G)?::(G:){4}L|((G:){0,1}G)?::(G:){3}L|((G:){0,2}G)?::(G:){2}L"
          .concat("|((G:){0,3}G)?::G:L|((G:){0,4}G)?::L|((G:){0,5}G)?::G|((G:){0,6}G)?::)")
          .replace("G", GROUP)
          .replace("L", LAST_GROUPS);

  /// RFC 1123, section 2.1.
  private static final String LABEL = "[0-9a-zA-Z]([0-9a-zA-Z-]{0,61}[0-9a-zA-Z])?";

  private static final String HOSTNAME = LABEL + "(\\." + LABEL + ")*";

  /// RFC 5321, section 4.1.2, with the lengths of section 4.5.3.1.
  private static final String ATOM = "[0-9a-zA-Z!#$%&'*+/=?^_`{|}~-]+";

  private static final String LOCAL_PART =
      "(" + ATOM + "(\\." + ATOM + ")*|\"([ !#-\\[\\]-~]|\\\\[ -~])*\")";
  private static final String ADDRESS_LITERAL = "\\[(" + IPV4 + "|IPv6:" + IPV6 + ")\\]";

  /// RFC 3986, appendix A.
  private static final String UNRESERVED = "0-9a-zA-Z._~\\-";

  private static final String SUB_DELIMITERS = "!$&'()*+,;=";
  private static final String ENCODED = "%[0-9a-fA-F]{2}";
  private static final String PATH_CHARACTER =
      "([" + UNRESERVED + SUB_DELIMITERS + ":@]|" + ENCODED + ")";
  private static final String SEGMENTS = "(/" + PATH_CHARACTER + "*)*";
  private static final String HOST =
      "(\\[("
          + IPV6
          + "|[vV][0-9a-fA-F]+\\.["
          + UNRESERVED
          + SUB_DELIMITERS
          + ":]+)\\]|(["
          + UNRESERVED
          + SUB_DELIMITERS
          + "]|"
          + ENCODED
          + ")*)";
  private static final String USER = "([" + UNRESERVED + SUB_DELIMITERS + ":]|" + ENCODED + ")*@";
  private static final String QUERY = "(" + PATH_CHARACTER + "|[/?])*";
  private static final String URI =
      "[a-zA-Z][0-9a-zA-Z+.-]*:(//("
          + USER
          + ")?"
          + HOST
          + "(:[0-9]*)?"
          + SEGMENTS
          + "|/("
          + PATH_CHARACTER
          + "+"
          + SEGMENTS
          + ")?|"
          + PATH_CHARACTER
          + "+"
          + SEGMENTS
          + "|)(\\?"
          + QUERY
          + ")?(#"
          + QUERY
          + ")?";

  private static final Map<String, Supplier<Nfa>> MAKERS =
      Map.ofEntries(
          Map.entry("date-time", () -> nfa(DATE_TIME)),
          Map.entry("date", () -> nfa(DATE)),
          Map.entry("time", () -> nfa(TIME)),
          Map.entry("duration", () -> nfa(DURATION)),
          Map.entry("uuid", () -> nfa(UUID)),
          Map.entry("ipv4", () -> nfa(IPV4)),
          Map.entry("ipv6", () -> nfa(IPV6)),
          Map.entry("hostname", () -> nfa(HOSTNAME).and(atMost(253))),
          Map.entry("email", Formats::email),
          Map.entry("uri", () -> nfa(URI)));

  private static final Map<String, Nfa> MADE = new ConcurrentHashMap<>();

  private Formats() {}

  /// Returns the texts of a format, if it is supported.
  static Optional<Nfa> named(String format) {
    var maker = MAKERS.get(format);
    if (maker == null) return Optional.empty();
    return Optional.of(MADE.computeIfAbsent(format, _ -> maker.get()));
  }

  /// Returns the names of all supported formats.
  static List<String> names() {
    return List.copyOf(new TreeSet<>(MAKERS.keySet()));
  }

  private static Nfa nfa(String re2) {
    return Nfa.of(RegexParser.expression(re2));
  }

  private static Nfa atMost(int length) {
    return nfa("[ -~]{0," + length + "}");
  }

  private static Nfa email() {
    var mailbox = new Nfa();
    int local = mailbox.newState();
    int at = mailbox.newState();
    mailbox.add(Nfa.START, new Expression.Machine(nfa(LOCAL_PART).and(atMost(64))), local);
    mailbox.add(local, Expression.text("@"), at);
    mailbox.add(at, new Expression.Machine(nfa(HOSTNAME).and(atMost(255))), Nfa.ACCEPT);
    mailbox.add(at, RegexParser.expression(ADDRESS_LITERAL), Nfa.ACCEPT);
    return mailbox;
  }
}
