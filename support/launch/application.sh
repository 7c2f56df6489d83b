# Sourced by ./altiplano: which application a command belongs to, its build, and its start.
# An application is one Maven module with a main class and a class path of its own. Its build lies in
# target/altiplano/NAME/HASH (jars, their order in `classpath`, AOT caches); the file
# target/altiplano/NAME/current holds the hash, and its time is that of the build's start.

# Sets application, module, main and computes (whether the command needs the Vector API's module:
# without it the VM starts sooner and prints no warning).
choose_application() {
  computes=yes
  case ${1:-} in
    corpus) application=corpus module=train/corpus main=altiplano.corpus.cli.Main ;;
    tokenizer) application=corpus module=train/corpus main=altiplano.corpus.cli.Main ;;
    evaluate) application=evaluation module=models/mini/evaluation main=altiplano.mini.evaluation.Main ;;
    train) application=training module=train/training main=altiplano.training.cli.Main ;;
    *) application=cli module=serve/cli main=altiplano.cli.Main ;;
  esac
  case ${1:-} in
    "" | -* | help | tokenize | completion | pull | list | remove | corpus | tokenizer) computes=no ;;
    inspect)
      computes=no
      case " $* " in *" --attention"*) computes=yes ;; esac
      ;;
  esac
  case " $* " in *" --help "* | *" -h "*) computes=no ;; esac
  builds=$here/target/altiplano/$application
}

# libtorch frees and allocates the same large blocks in every step: the C library shall keep them, since
# fetching fresh pages from the system takes longer than most operations.
keep_memory() {
  export MALLOC_ARENA_MAX=1 MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=100000000000 MALLOC_TOP_PAD_=67108864
}

# The one array of flags: an AOT cache serves only the flags it was made with.
set_flags() { # COMPUTES
  flags=(-XX:+UseSerialGC -Xlog:aot=off -Xlog:cds=off --enable-native-access=ALL-UNNAMED)
  if [ "$1" = yes ]; then flags+=(--add-modules=jdk.incubator.vector); fi
  if [ -r "$here/$module/jvm.flags" ]; then
    local flag
    while read -r flag; do
      case $flag in "" | \#*) ;; *) flags+=("$flag") ;; esac
    done <"$here/$module/jvm.flags"
  fi
}

# Succeeds if a source of the application is newer than its build, or there is none.
stale() {
  build=
  [ -r "$builds/current" ] || return 0
  read -r build <"$builds/current"
  if [ ! -r "$builds/$build/classpath" ]; then
    build=
    return 0
  fi
  local sources=() path
  for path in "$here"/{pom.xml,bom/pom.xml,{core/*,models/*,${module%/*}/*}/{pom.xml,jvm.flags,src/main}}; do
    if [ -e "$path" ]; then sources+=("$path"); fi
  done
  [ -n "$(find "${sources[@]}" -newer "$builds/current" -print)" ]
}

build_if_stale() {
  stale || return 0
  if ! mkdir -p "$builds" 2>/dev/null || [ ! -w "$builds" ]; then
    if [ -n "$build" ]; then
      say "$here: sources are newer than the build, and the folder is read-only: the earlier build runs."
      return 0
    fi
    fail "$here: not built yet, and the folder is read-only. Copy it to a folder of your own and start it there."
  fi
  take_lock
  if stale; then build_now; fi
  release_lock
}

build_now() {
  say "building $module and what it uses (only when sources are newer)..."
  command -v mvn >/dev/null 2>&1 ||
    fail "mvn: not found on the PATH. Install Maven 3.8 or newer (Debian: apt install maven)."
  local log=$builds/build.log began=$builds/began.$$
  touch "$began"
  rm -f "$here/$module/target/launch/altiplano-${module##*/}"-*.jar
  # Offline is quicker and works without a network; what is missing is then fetched.
  if ! maven -o >"$log" 2>&1 && { ! grep -q 'offline' "$log" || ! maven >"$log" 2>&1; }; then
    rm -f "$began"
    grep '^\[ERROR\]' "$log" | head -n 5 >&2 || true
    if [ -z "$build" ]; then
      fail "$module: the build failed (all of it in $log). Correct the error, or fetch a sound copy."
    fi
    say "$module: the build failed (all of it in $log): the earlier build runs."
    return 0
  fi
  gather "$began"
}

maven() {
  JAVA_HOME=$JDK25 MAVEN_OPTS="--sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED ${MAVEN_OPTS:-}" \
    mvn -B -q -f "$here/pom.xml" -Pquick -Dquick.folder=launch -pl "$module" -am package \
    -Dmaven.test.skip=true "$@"
}

# Copies the jars to a folder named by their hash, so that no running command and no AOT cache ever
# meets another build's jars.
gather() { # BEGAN
  local staged=$builds/staged.$$ jar previous=$build name
  rm -rf "$staged"
  mkdir "$staged"
  local old_ifs=$IFS
  IFS=:
  set -- "$1" "$here/$module/target/launch/altiplano-${module##*/}"-*.jar $(cat "$here/$module/target/launch/classpath")
  IFS=$old_ifs
  local began=$1
  shift
  for jar in "$@"; do
    name=${jar##*/}
    # Maven writes the reactor's jars in place: those are copied, the repository's linked.
    case $jar in
      "$here"/*) cp "$jar" "$staged/$name" ;;
      */picocli-*)
        # Its classes are too old a format for an AOT cache.
        "$JDK25/bin/java" "$here/support/launch/NewerClasses.java" "$jar" "$staged/$name" 2>/dev/null ||
          cp "$jar" "$staged/$name"
        ;;
      *) ln "$jar" "$staged/$name" 2>/dev/null || cp "$jar" "$staged/$name" ;;
    esac
    printf '%s\n' "$name" >>"$staged/classpath"
  done
  set_flags yes
  build=$({
    cd "$staged"
    sha256 *.jar classpath
    printf '%s\n' "${flags[@]}"
  } | sha256 | cut -c 1-16)
  if [ -d "$builds/$build" ]; then
    rm -rf "$staged"
  else
    make_caches "$staged"
    mv "$staged" "$builds/$build"
  fi
  printf '%s\n' "$build" >"$builds/current.$$"
  touch -r "$began" "$builds/current.$$"
  mv "$builds/current.$$" "$builds/current"
  rm -f "$began"
  # Commands that still run keep the jars of the build before; what is older goes.
  for name in "$builds"/*/; do
    name=${name%/}
    case ${name##*/} in "$build") ;; "$previous") rm -f "$name"/*.aot ;; *) rm -rf "$name" ;; esac
  done
}

# Makes the AOT caches, which halve the time to start. Without them everything works as well.
make_caches() { # FOLDER
  [ "$application" = cli ] || return 0
  local computes
  for computes in yes no; do
    set_flags "$computes"
    set_class_path "$1"
    "$JDK25/bin/java" "${flags[@]}" -XX:AOTCacheOutput="$1/computes-$computes.aot" -cp "$class_path" \
      "$main" warm-up </dev/null >/dev/null 2>&1 || true
  done
}

set_class_path() { # FOLDER
  local name
  class_path=
  while read -r name; do class_path=${class_path:+$class_path:}$1/$name; done <"$1/classpath"
}

start() {
  local folder=$builds/$build
  set_flags "$computes"
  set_class_path "$folder"
  if [ "$application" = training ]; then keep_memory; fi
  local cache=$folder/computes-$computes.aot
  if [ -r "$cache" ]; then flags+=(-XX:AOTCache="$cache"); fi
  exec "$JDK25/bin/java" "${flags[@]}" -cp "$class_path" "$main" "$@"
}

# One build at a time. The lock is a symbolic link to HOST:PID, which is made in one step; the lock of
# a process that is gone is taken over.
take_lock() {
  local lock=$builds/lock owner seconds=0
  while ! ln -s "${HOSTNAME:-}:$$" "$lock" 2>/dev/null; do
    owner=$(readlink "$lock" || true)
    case $owner in
      "${HOSTNAME:-}:"*)
        if ! kill -0 "${owner##*:}" 2>/dev/null && mv "$lock" "$lock.$$" 2>/dev/null; then
          # Whoever was quicker may hold a new lock by now: give that one back.
          if [ "$(readlink "$lock.$$")" != "$owner" ]; then mv -n "$lock.$$" "$lock"; fi
          rm -f "$lock.$$"
          continue
        fi
        ;;
    esac
    if [ "$seconds" = 0 ]; then say "another start is building: waiting for it..."; fi
    if [ "$seconds" -ge 900 ]; then
      fail "$lock: held by $owner for 15 minutes. If no build runs there, delete it and start again."
    fi
    sleep 1
    seconds=$((seconds + 1))
  done
  trap release_lock EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
}

release_lock() {
  rm -f "$builds/lock"
  trap - EXIT INT TERM
}

sha256() {
  if command -v sha256sum >/dev/null 2>&1; then sha256sum "$@"; else shasum -a 256 "$@"; fi
}

say() {
  echo "altiplano: $*" >&2
}

fail() {
  say "$*"
  exit 1
}
