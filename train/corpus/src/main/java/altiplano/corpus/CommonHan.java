package altiplano.corpus;

import java.util.BitSet;

/// The most frequent Chinese characters, simplified and traditional.
///
/// They make up about three quarters of ordinary text and a few hundredths of what a wrong encoding
/// turns text into, which tells the two apart.
public final class CommonHan {
  private static final String SIMPLIFIED =
      "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去"
          + "法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点"
          + "正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西月话合回特代内信表化老给世位次度门任常先海通教儿原"
          + "东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命"
          + "山金指克许统区保至队形社便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交规万取"
          + "拉格望觉术领共确传师观清今切院让识候带导争运您谢请吧吗呢啊哪谁怎喜欢爱吃喝店买卖钱服务质价";
  private static final String TRADITIONAL =
      "這個們來為國說時會對於著過發後裡種經麼學現當沒動還進樣開從實軍無與長機業將兩間問點關應戰頭體見產話給門東聲員論處義認條係氣題爾"
          + "別變總電數報結務場計資許統區隊決馬書則聽達強難權記據邊張該規萬覺術領確傳師觀讓識帶導爭運您請嗎誰歡愛買賣錢質價";
  private static final BitSet SET = new BitSet();

  static {
    SIMPLIFIED.chars().forEach(SET::set);
    TRADITIONAL.chars().forEach(SET::set);
  }

  private CommonHan() {}

  /// Returns whether a character is one of them.
  public static boolean contains(char c) {
    return SET.get(c);
  }

  /// Returns the share of common ones among the Han characters of a text, 0 if it has none.
  public static double share(CharSequence text) {
    int han = 0;
    int common = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!Script.isHan(c)) continue;
      han++;
      if (SET.get(c)) common++;
    }
    return han == 0 ? 0 : (double) common / han;
  }
}
