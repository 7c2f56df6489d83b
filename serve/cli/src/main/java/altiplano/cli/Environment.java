package altiplano.cli;

import java.util.Map;

/// The environment's variables: the process's own, or those that a test gives.
final class Environment {
  static final ScopedValue<Map<String, String>> VARIABLES = ScopedValue.newInstance();

  private Environment() {}

  static Map<String, String> variables() {
    return VARIABLES.orElse(System.getenv());
  }
}
