# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What the commands in this folder share. To be sourced: sets `root`, the top of the source tree.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# The Python environment of scripts/parity, outside the tree. Others use its packages.
# shellcheck disable=SC2034
parity_venv=${DGX_PARITY_VENV:-${XDG_CACHE_HOME:-$HOME/.cache}/dgx-music/parity}

# Makes that environment where it is missing or of other versions (some 6 GB with torch).
make_parity_environment() {
  local requirements=$root/tests/parity/requirements.txt
  cmp -s "$requirements" "$parity_venv/requirements.txt" ||
    step "Making $parity_venv" fill_parity_environment "$requirements"
}
fill_parity_environment() {
  python3 -m venv "$parity_venv" && "$parity_venv/bin/pip" install -r "$1" &&
    cp "$1" "$parity_venv/requirements.txt"
}

say() { printf '%s\n' "$*"; }

die() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 2
}

# step TITLE COMMAND...: runs a step and says how long it took. On a terminal the command's own
# output is shown. Elsewhere it goes to a file, and its end is shown if the command fails.
step() {
  local title=$1 log status=0 start=$SECONDS
  shift
  say "== $title"
  if [ -t 1 ]; then
    "$@" || status=$?
  else
    log=$(mktemp "${TMPDIR:-/tmp}/dgx-music-step-XXXXXX")
    "$@" >"$log" 2>&1 </dev/null || status=$?
    if [ "$status" -ne 0 ]; then tail -n 60 "$log"; fi
    rm -f "$log"
  fi
  if [ "$status" -ne 0 ]; then
    say "   failed after $((SECONDS - start)) s (exit status $status)"
  else
    say "   done in $((SECONDS - start)) s"
  fi
  return "$status"
}

# configure PRESET FOLDER [CMAKE ARGUMENT...]: configures a build folder of the source tree. A
# folder that was copied here from another place starts afresh: its paths are the old ones.
configure() {
  local preset=$1 folder=$2 home fresh=()
  shift 2
  if [ -f "$root/$folder/CMakeCache.txt" ]; then
    home=$(sed -n 's/^CMAKE_HOME_DIRECTORY:INTERNAL=//p' "$root/$folder/CMakeCache.txt")
    if [ "$home" != "$root" ]; then fresh=(--fresh); fi
  fi
  if command -v ccache >/dev/null; then set -- -DCMAKE_CXX_COMPILER_LAUNCHER=ccache "$@"; fi
  (cd "$root" && cmake --preset "$preset" "${fresh[@]}" "$@")
}

# configured PLUGIN: whether build/ is a build folder of this tree, with the instrument if it is ON.
configured() {
  local cache=$root/build/CMakeCache.txt
  [ -f "$root/build/build.ninja" ] &&
    grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$root" "$cache" &&
    { [ "$1" = OFF ] || grep -qxF DGX_BUILD_PLUGIN:BOOL=ON "$cache"; }
}

# Whether warnings are errors, as they are for scripts/test: with the same flags it compiles nothing
# again. They are not with a compiler that CI has not seen, which may warn of more.
warnings_as_errors() {
  if [ "$("${CXX:-c++}" -dumpversion)" = 12 ]; then say ON; else say OFF; fi
}

# build_programs PLUGIN TARGET...: builds targets in build/, which scripts/test uses too. PLUGIN, ON
# or OFF, says whether the instrument's libraries are needed. A folder that is configured with what
# is needed stays as it is, so that nothing is compiled twice.
build_programs() {
  local plugin=$1
  shift
  configured "$plugin" ||
    step "Configuring build/" configure release build -DDGX_BUILD_TESTS=OFF \
      -DDGX_BUILD_PLUGIN="$plugin" -DDGX_WARNINGS_AS_ERRORS="$(warnings_as_errors)" || return
  step "Building $*" cmake --build "$root/build" --target "$@"
}
