package altiplano.corpus.steps;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PersonalDataTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "身份证号11010519491231002X。|身份证号[IDENTITY_CARD]。",
        "手机13812345678，请回电|手机[MOBILE]，请回电",
        "电话：+86 138-1234-5678|电话：[MOBILE]",
        "卡号6222021234567890128|卡号[BANK_CARD]",
        "Visa 4111 1111 1111 1111 expires|Visa [BANK_CARD] expires",
        "邮箱zhang.san@example.com.cn，谢谢|邮箱[EMAIL]，谢谢",
        "write to first.last+tag@mail.example.org.|write to [EMAIL].",
        "登录地址为203.0.113.5，端口22|登录地址为[IP]，端口22",
        "host 2001:db8::8a2e:370:7334 is up|host [IP] is up"
      })
  void personal_data_are_masked(String before, String after) {
    assertThat(PersonalData.mask(before)).isEqualTo(after);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "身份证号110105194912310021", // check digit
        "编号110105194913310024", // month 13
        "订单号6222021234567890123", // Luhn
        "时间戳1609459200000",
        "圆周率3.1415926535897932384626",
        "号码12812345678", // no mobile prefix
        "座机010-12345678",
        "长数138123456781381234567",
        "版本 1.2.3.4 发布",
        "地址256.300.1.1",
        "本机127.0.0.1和掩码255.255.255.0",
        "git@github.com:user/project.git",
        "图标logo@2x.png",
        "@Override",
        "第1.2.3.4节",
        "时间12:30:45"
      })
  void look_alikes_stay(String text) {
    assertThat(PersonalData.mask(text)).isEqualTo(text);
  }

  @org.junit.jupiter.api.Test
  void each_kind_is_counted() {
    var step = PersonalData.start();
    var document = Texts.document("a@b.com 13812345678 13912345678 11010519491231002X 8.8.8.8");
    assertThat(step.apply(document))
        .isInstanceOfSatisfying(
            Outcome.Kept.class,
            kept -> {
              assertThat(kept.document().masked())
                  .isEqualTo(new altiplano.corpus.Masked(1, 2, 0, 1, 1));
            });
  }
}
