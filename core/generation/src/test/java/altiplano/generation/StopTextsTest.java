package altiplano.generation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StopTextsTest {
  @Test
  void text_flows_at_once_where_nothing_can_stop_it() {
    var stops = new StopTexts(List.of("END"));
    assertThat(stops.add("some text")).isEqualTo("some text");
    assertThat(stops.hit()).isFalse();
  }

  @Test
  void a_possible_beginning_is_held_back_until_it_is_none() {
    var stops = new StopTexts(List.of("END"));
    assertThat(stops.add("the E")).isEqualTo("the ");
    assertThat(stops.add("N")).isEmpty();
    assertThat(stops.add("EMY")).isEqualTo("ENEMY");
  }

  @Test
  void a_stop_text_made_of_pieces_ends_the_text_before_it() {
    var stops = new StopTexts(List.of("END", "\n\n"));
    assertThat(stops.add("one\n")).isEqualTo("one");
    assertThat(stops.add("\ntwo END")).isEmpty();
    assertThat(stops.hit()).isTrue();
    assertThat(stops.finish()).isEmpty();
  }

  @Test
  void what_is_held_back_comes_at_the_end() {
    var stops = new StopTexts(List.of("END"));
    assertThat(stops.add("the EN")).isEqualTo("the ");
    assertThat(stops.finish()).isEqualTo("EN");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void pieces_make_no_difference(long seed) {
    var random = new SplittableRandom(seed);
    for (int round = 0; round < 200; round++) {
      var text = letters(random, random.nextInt(40));
      var stops = List.of(letters(random, 1 + random.nextInt(5)), letters(random, 4));
      int cut = text.length();
      for (int end = 1; end <= text.length() && cut == text.length(); end++) {
        var ended = text.substring(0, end);
        for (var stop : stops) {
          if (ended.endsWith(stop)) cut = Math.min(cut, end - stop.length());
        }
      }
      var streamed = new StopTexts(stops);
      var result = new StringBuilder();
      for (int at = 0; at < text.length() && !streamed.hit(); ) {
        int end = Math.min(text.length(), at + 1 + random.nextInt(4));
        result.append(streamed.add(text.substring(at, end)));
        at = end;
      }
      result.append(streamed.finish());
      assertThat(result.toString()).as("%s, %s", text, stops).isEqualTo(text.substring(0, cut));
    }
  }

  private static String letters(SplittableRandom random, int length) {
    return random
        .ints(length, 'a', 'c' + 1)
        .mapToObj(Character::toString)
        .collect(Collectors.joining());
  }
}
