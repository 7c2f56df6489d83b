package altiplano.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import altiplano.tasks.ContractReview.Clause;
import altiplano.tasks.ContractReview.Finding;
import altiplano.tasks.ContractReview.Risk;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContractRulesTest {
  private static final ContractRules RULES = ContractRules.standard();
  private static final String LABOUR = "劳动合同\n第一条 合同期限为一年，试用期六个月。\n第二条 月工资人民币5000元（大写：肆仟元整）。\n";

  private static List<String> reasons(String contract) {
    return RULES.review(contract).findings().stream().map(Finding::reason).toList();
  }

  @Test
  void clauses_run_from_number_to_number() {
    assertThat(ContractRules.clauses("序\n第一条 合同期限\n一年。\n\n第十二条 工资五千元。\n"))
        .containsExactly(
            new Clause("第一条", Optional.of("合同期限"), 2, 14),
            new Clause("第十二条", Optional.empty(), 16, 27));
  }

  @Test
  void a_finding_names_its_clause_its_law_and_its_words() {
    var findings = RULES.review(LABOUR).findings();
    Finding probation = findings.getFirst();
    assertThat(probation.clause()).contains("第一条");
    assertThat(probation.risk()).isEqualTo(Risk.HIGH);
    assertThat(probation.source()).isEqualTo("《劳动合同法》第十九条");
    assertThat(LABOUR.substring(probation.start().orElseThrow(), probation.end().orElseThrow()))
        .isEqualTo("试用期六个月");
    assertThat(findings)
        .anySatisfy(finding -> {
          assertThat(finding.reason()).isEqualTo("金额的小写与大写不一致。");
          assertThat(finding.clause()).contains("第二条");
        });
    assertThat(reasons(LABOUR)).contains("缺少社会保险条款。", "缺少违约责任条款。");
  }

  @ParameterizedTest
  @CsvSource({
    "劳动合同期限为三年，试用期6个月, false",
    "劳动合同期限为三年，试用期七个月, true",
    "劳动合同期限为一年，试用期2个月, false",
    "劳动合同期限为一年，试用期3个月, true",
    "劳动合同期限为六个月，试用期一个月, false",
    "劳动合同期限为六个月，试用期二个月, true",
    "劳动合同期限为两个月，试用期一个月, true"
  })
  void probation_is_measured_by_the_term(String contract, boolean found) {
    boolean probation = reasons(contract).stream().anyMatch(reason -> reason.contains("试用期"));
    assertThat(probation).isEqualTo(found);
  }

  @ParameterizedTest
  @CsvSource({
    "合同总价为10万元，定金2万元。, 定金, false",
    "合同总价为10万元，定金为三万元。, 定金, true",
    "借款年利率12%。, 利率, false",
    "借款年利率为12.1%。, 利率, true",
    "借款月利率1.5%。, 利率, true",
    "总价6000元（大写：陆仟元整）, 大写, false",
    "总价6050元（大写：陆仟零伍拾元整）, 大写, false",
    "总价6050.5元（大写：陆仟零伍拾元伍角）, 大写, false",
    "总价6500元（大写：陆仟零伍拾元整）, 大写, true",
    "房屋租赁期限为20年, 二十年, false",
    "房屋租赁期限为三十年, 二十年, true",
    "甲方有权随时单方解除本合同, 单方, true",
    "发生工伤的公司概不负责, 免除, true"
  })
  void other_rules(String contract, String word, boolean found) {
    boolean any = reasons(contract).stream().anyMatch(reason -> reason.contains(word));
    assertThat(any).isEqualTo(found);
  }

  @Test
  void the_cap_on_interest_follows_the_rate_that_is_set() {
    String loan = "借款年利率13%。";
    assertThat(RULES.constants()).containsEntry("lpr", new BigDecimal("3.0"));
    assertThat(reasons(loan)).anyMatch(reason -> reason.contains("3.0%"));
    var higher = RULES.with("lpr", new BigDecimal("3.45"));
    assertThat(higher.review(loan).findings()).noneMatch(f -> f.reason().contains("利率"));
    assertThat(higher.review("借款年利率14%。").findings())
        .anyMatch(finding -> finding.reason().contains("3.45%"));
    assertThatThrownBy(() -> RULES.with("shibor", BigDecimal.ONE))
        .hasMessage("the rules have no constant 'shibor', only [lpr]");
  }

  @Test
  void a_blank_party_is_found_where_it_is() {
    var contract = "甲方: ____\n乙方：某公司\n";
    assertThat(RULES.review(contract).findings())
        .filteredOn(finding -> finding.reason().startsWith("当事人"))
        .singleElement()
        .satisfies(finding -> assertThat(finding.start()).hasValue(0));
  }

  @Test
  void an_empty_text_has_neither_clauses_nor_numbers() {
    assertThat(RULES.review("").clauses()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "十二, 12",
    "二十, 20",
    "一百零五, 105",
    "三万五千, 35000",
    "1.5万, 15000",
    "'6,000', 6000",
    "壹亿贰仟万元整, 120000000",
    "叁佰元零伍分, 300.05"
  })
  void numbers_in_words_are_read(String text, String value) {
    assertThat(ChineseNumber.parse(text).orElseThrow()).isEqualByComparingTo(value);
  }
}
