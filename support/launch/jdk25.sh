# Sourced by ./altiplano and ./build: finds a JDK 25 whatever `java` is the default. Works with bash 3.2 (macOS).
# It starts as few processes as it can: each takes as long as the rest of the search.

# Sets JDK25 to the home of the first JDK 25 found, or returns 1.
find_jdk25() {
  local candidate
  JDK25=${JAVA_HOME:-}
  if is_jdk25 "$JDK25"; then return 0; fi
  if candidate=$(command -v javac 2>/dev/null); then
    while [ -L "$candidate" ]; do
      local target
      target=$(readlink "$candidate")
      case $target in
        /*) candidate=$target ;;
        *) candidate=${candidate%/*}/$target ;;
      esac
    done
    candidate=${candidate%/*}
    JDK25=${candidate%/*}
    if is_jdk25 "$JDK25"; then return 0; fi
  fi
  for JDK25 in \
    /usr/lib/jvm/*25* \
    /usr/java/*25* \
    /opt/java/*25* /opt/jdk*25* /opt/*jdk*25* \
    "${HOME:-}"/.sdkman/candidates/java/25* \
    "${HOME:-}"/.jdks/*25* \
    /Library/Java/JavaVirtualMachines/*25*/Contents/Home \
    "${HOME:-}"/Library/Java/JavaVirtualMachines/*25*/Contents/Home \
    /opt/homebrew/opt/openjdk@25/libexec/openjdk.jdk/Contents/Home \
    /usr/local/opt/openjdk@25/libexec/openjdk.jdk/Contents/Home; do
    if is_jdk25 "$JDK25"; then return 0; fi
  done
  JDK25=
  return 1
}

# Succeeds if a folder is the home of a JDK 25.
is_jdk25() { # HOME
  local line
  if [ -z "$1" ] || [ ! -x "$1/bin/javac" ] || [ ! -r "$1/release" ]; then return 1; fi
  while read -r line; do
    case $line in 'JAVA_VERSION="25'*) return 0 ;; esac
  done <"$1/release"
  return 1
}

# Says where a JDK 25 can be had and ends the script.
require_jdk25() {
  find_jdk25 || {
    echo "altiplano: JDK 25: none found (looked at JAVA_HOME, PATH and the usual folders). Install one from https://adoptium.net/temurin/releases/?version=25 or with SDKMAN ('sdk install java 25-tem'), or set JAVA_HOME." >&2
    exit 1
  }
}
