package altiplano.mini.evaluation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/// Key information of clinical sentences by regular expressions: a quick set, and no measure of
/// what more work on them would reach.
final class MedicalExpressions {
  /// Each expression's first group is the value.
  private static final Map<String, List<Pattern>> FIELDS =
      Map.of(
          "sex", expressions("(男性|女性|男|女)"),
          "age", expressions("(\\d{1,3}\\s?(?:岁|周岁|个月|月龄|天))"),
          "chief_complaint",
              expressions(
                  "主诉[:：“]?\\s?([\\p{IsHan}]{2,8}?)(?=[,，、。;；”伴已]|持续|\\d|[一二三四五六七八九十半两]|$)",
                  "因[“]?([\\p{IsHan}]{2,8}?)(?=\\d|[一二三四五六七八九十半两])"),
          "duration",
              expressions(
                  "((?:约|近)?(?:\\d+|[一二三四五六七八九十半两数几]+)(?:余|多)?个?(?:小时|天|日|周|月|年|分钟)(?:余|多)?)(?!前|内|[一二两三]次)"),
          "history",
              expressions(
                  "(?:既往有|既往|有|否认)([\\p{IsHan}\\d]{2,8}?)(?:病史|史)",
                  "患([\\p{IsHan}\\d]{2,8}?)(?=\\d|[一二三四五六七八九十])"),
          "medication",
              expressions("(?:予|给予|口服|服用|加用|使用)([\\p{IsHan}]{2,10}?(?:片|胶囊|素|林|平|汀|唑|钠|芬|胍|尔|颗粒))"),
          "examination",
              expressions("(?:查|示|检查[:：]?)((?:血压|体温|心率|血糖|白细胞|CT|MRI|X线)[^,，。;；]{1,20})"),
          "diagnosis",
              expressions("(?:诊断为|诊断[:：]?|考虑)(?:\\d[.、])?([\\p{IsHan}\\d]{2,14}?)(?=[,，。;；、]|$)"));

  private MedicalExpressions() {}

  private static List<Pattern> expressions(String... expressions) {
    return List.of(expressions).stream().map(Pattern::compile).toList();
  }

  /// Returns `FIELD:START:END` of everything found.
  static Set<String> find(String text) {
    var found = new ArrayList<String>();
    FIELDS.forEach((field, patterns) -> {
      for (Pattern pattern : patterns) {
        for (MatchResult match : pattern.matcher(text).results().toList()) {
          found.add("%s:%d:%d".formatted(field, match.start(1), match.end(1)));
        }
      }
    });
    return Set.copyOf(found);
  }
}
