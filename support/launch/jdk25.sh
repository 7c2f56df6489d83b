# Sourced by ./altiplano and ./build: finds a JDK 25 whatever `java` is the default. Works with bash 3.2 (macOS).

# Prints the home of the first JDK 25 found, or returns 1.
find_jdk25() {
  local candidate javac_home=""
  if command -v javac >/dev/null 2>&1; then
    javac_home=$(command -v javac)
    while [ -L "$javac_home" ]; do
      local target
      target=$(readlink "$javac_home")
      case $target in
        /*) javac_home=$target ;;
        *) javac_home=$(dirname "$javac_home")/$target ;;
      esac
    done
    javac_home=$(dirname "$(dirname "$javac_home")")
  fi
  for candidate in \
    "${JAVA_HOME:-}" \
    "$javac_home" \
    /usr/lib/jvm/*25* \
    /usr/java/*25* \
    /opt/java/*25* /opt/jdk*25* /opt/*jdk*25* \
    "${HOME:-}"/.sdkman/candidates/java/25* \
    "${HOME:-}"/.jdks/*25* \
    /Library/Java/JavaVirtualMachines/*25*/Contents/Home \
    "${HOME:-}"/Library/Java/JavaVirtualMachines/*25*/Contents/Home \
    /opt/homebrew/opt/openjdk@25/libexec/openjdk.jdk/Contents/Home \
    /usr/local/opt/openjdk@25/libexec/openjdk.jdk/Contents/Home; do
    if [ -n "$candidate" ] && [ -x "$candidate/bin/javac" ] && [ -r "$candidate/release" ] &&
      grep -q '^JAVA_VERSION="25' "$candidate/release"; then
      printf '%s\n' "$candidate"
      return 0
    fi
  done
  return 1
}

# Says where a JDK 25 can be had and ends the script.
require_jdk25() {
  JDK25=$(find_jdk25) || {
    echo "altiplano: JDK 25: none found (looked at JAVA_HOME, PATH and the usual folders). Install one from https://adoptium.net/temurin/releases/?version=25 or with SDKMAN ('sdk install java 25-tem'), or set JAVA_HOME." >&2
    exit 1
  }
}
