package altiplano.corpus.steps;

import altiplano.corpus.Document;
import altiplano.corpus.Script;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import opennlp.tools.langdetect.LanguageDetectorME;
import opennlp.tools.langdetect.LanguageDetectorModel;

/// Labels a document with its language and, where asked, removes all others.
///
/// The script decides where it can (Chinese, Japanese, Korean, Thai and others). For the scripts
/// that many languages share, English is told by its function words and the rest by Apache
/// OpenNLP's detector, whose model is under the Apache licence.
final class Language {
  private static final int SAMPLE = 4_000;

  private static final Set<String> ENGLISH =
      Set.of(
          "the of and to a in is that it for was on are as with his they be at this have from or had by not but what all were we when your can said there use an each which she do how their if will up other about out many then them these so some her would make like him into time has look two more see could no people my than first been who its now did get i you he me hello hello, thank thanks please good great nice bad love"
              .split(" "));

  private static final Set<Writing> IDEOGRAPHIC =
      EnumSet.of(Writing.HAN, Writing.KANA, Writing.HANGUL);

  private static final Map<String, String> TWO_LETTERS = twoLetters();

  private Language() {}

  /// @param kept language codes; all if empty
  static RowStep start(Set<String> kept) {
    return document -> {
      String found = identify(document.text());
      return kept.isEmpty() || kept.contains(found)
          ? new Outcome.Kept(document.withLanguage(found))
          : new Outcome.Removed("language " + found);
    };
  }

  /// Returns the ISO 639-1 code of a text's language, or `und`.
  static String identify(String text) {
    String sample = text.length() <= SAMPLE ? text : text.substring(0, SAMPLE);
    var counts = new EnumMap<Writing, Integer>(Writing.class);
    sample
        .codePoints()
        .filter(Character::isLetter)
        .forEach(c -> counts.merge(Writing.of(c), 1, Integer::sum));
    // One Chinese character says about as much as a word of letters.
    int han = counts.getOrDefault(Writing.HAN, 0) * 4;
    int kana = counts.getOrDefault(Writing.KANA, 0) * 4;
    int hangul = counts.getOrDefault(Writing.HANGUL, 0) * 4;
    Writing most = Writing.OTHER;
    int best = 0;
    for (var writing : counts.entrySet()) {
      if (IDEOGRAPHIC.contains(writing.getKey()) || writing.getValue() <= best) continue;
      best = writing.getValue();
      most = writing.getKey();
    }
    int cjk = han + kana + hangul;
    if (cjk == 0 && best == 0) return Document.UNDETERMINED;
    if (cjk >= best) {
      if (kana * 10 > cjk) return "ja";
      if (hangul * 3 > cjk) return "ko";
      return "zh";
    }
    if (!most.language.isEmpty()) return most.language;
    if (most == Writing.LATIN && isEnglish(sample)) return "en";
    return detect(sample);
  }

  private static boolean isEnglish(String sample) {
    String[] words = sample.toLowerCase(Locale.ROOT).split("[^\\p{L}']+", 0);
    long all = Arrays.stream(words).filter(word -> !word.isEmpty()).count();
    if (all == 0) return false;
    var different = new HashSet<String>();
    long function = 0;
    for (String word : words) {
      if (!ENGLISH.contains(word)) continue;
      function++;
      different.add(word);
    }
    // A short sentence of plain letters with one such word is more likely English than not.
    boolean plain = all <= 6 && sample.chars().allMatch(c -> c < 0x80);
    return function >= 0.2 * all && (different.size() >= 3 || plain);
  }

  private static String detect(String sample) {
    String code = Detector.INSTANCE.predictLanguage(sample).getLang();
    return TWO_LETTERS.getOrDefault(code, Document.UNDETERMINED);
  }

  private static Map<String, String> twoLetters() {
    var codes = new HashMap<String, String>();
    for (String two : Locale.getISOLanguages()) codes.put(Locale.of(two).getISO3Language(), two);
    // The detector tells some varieties apart that ISO 639-1 joins.
    codes.putAll(
        Map.of(
            "cmn", "zh", "ekk", "et", "lvs", "lv", "pes", "fa", "zlm", "ms", "nob", "no", "nno",
            "no", "als", "sq", "plt", "mg", "gug", "gn"));
    codes.putAll(
        Map.of("uzn", "uz", "azj", "az", "khk", "mn", "pnb", "pa", "arb", "ar", "swh", "sw"));
    return Map.copyOf(codes);
  }

  /// Loaded when the first text needs it: ten megabytes.
  private static final class Detector {
    static final LanguageDetectorME INSTANCE = load();

    private static LanguageDetectorME load() {
      try (InputStream model =
          LanguageDetectorModel.class.getResourceAsStream("/langdetect-183.bin")) {
        if (model == null)
          throw new IllegalStateException("langdetect-183.bin is not on the class path");
        return new LanguageDetectorME(new LanguageDetectorModel(model));
      } catch (IOException broken) {
        throw new UncheckedIOException(broken);
      }
    }
  }

  /// Scripts, with the language of those that have only one of weight.
  private enum Writing {
    HAN(""),
    KANA("ja"),
    HANGUL("ko"),
    LATIN(""),
    CYRILLIC(""),
    ARABIC(""),
    DEVANAGARI(""),
    GREEK("el"),
    HEBREW("he"),
    THAI("th"),
    ARMENIAN("hy"),
    GEORGIAN("ka"),
    BENGALI("bn"),
    TAMIL("ta"),
    TELUGU("te"),
    KHMER("km"),
    LAO("lo"),
    MYANMAR("my"),
    TIBETAN("bo"),
    OTHER("");

    private final String language;

    Writing(String language) {
      this.language = language;
    }

    static Writing of(int c) {
      if (c < 0x250) return LATIN;
      if (Script.isHan(c)) return HAN;
      if (Script.isKana(c)) return KANA;
      if (Script.isHangul(c)) return HANGUL;
      return switch (Character.UnicodeScript.of(c)) {
        case LATIN -> LATIN;
        case CYRILLIC -> CYRILLIC;
        case ARABIC -> ARABIC;
        case DEVANAGARI -> DEVANAGARI;
        case GREEK -> GREEK;
        case HEBREW -> HEBREW;
        case THAI -> THAI;
        case ARMENIAN -> ARMENIAN;
        case GEORGIAN -> GEORGIAN;
        case BENGALI -> BENGALI;
        case TAMIL -> TAMIL;
        case TELUGU -> TELUGU;
        case KHMER -> KHMER;
        case LAO -> LAO;
        case MYANMAR -> MYANMAR;
        case TIBETAN -> TIBETAN;
        default -> OTHER;
      };
    }
  }
}
