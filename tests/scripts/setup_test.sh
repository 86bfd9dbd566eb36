#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016  # The stubs are to expand their own variables.
# scripts/setup against a package manager that only writes down what it is asked.
# setup_test.sh SOURCE_DIR BUILD_DIR
set -euo pipefail
source_dir=$1
# shellcheck source=tests/scripts/check.sh
source "$(dirname "${BASH_SOURCE[0]}")/check.sh"

# A PATH that holds only what is linked or written here.
bin=$work/bin
mkdir "$bin"
for tool in bash env awk sed grep dirname basename mktemp rm cat tail; do
  ln -s "$(command -v "$tool")" "$bin/$tool"
done
stub() {
  printf '#!/usr/bin/env bash\n%s\n' "$2" >"$bin/$1"
  chmod +x "$bin/$1"
}
setup() { env -i PATH="$bin" HOME="$work" "$source_dir/scripts/setup" "$@"; }

# The system has every package but those in $work/missing.
stub dpkg-query 'shift 3; for name; do
  grep -qxF "$name" "'"$work"'/missing" || echo "installed $name"; done'
stub apt-get 'echo "apt-get $*" >>"'"$work"'/calls"'
stub id 'echo 0'
: >"$work/missing"
: >"$work/calls"

expect 0 setup demo
[ ! -s "$work/output" ] || fail "it has something to say although nothing is missing"
[ ! -s "$work/calls" ] || fail "it called apt-get although nothing is missing"

printf 'libsoxr-dev\nffmpeg\nshellcheck\nchromium\n' >"$work/missing"
expect 0 setup demo
expect_text "libsoxr-dev"
expect_text "changes the sample rate"
expect_no_text "ffmpeg"
grep -qE -- '^apt-get install .*--no-install-recommends libsoxr-dev$' "$work/calls" ||
  fail "it did not install what was missing for demo: $(cat "$work/calls")"

: >"$work/calls"
expect 0 setup full
[ "$(grep -c '^apt-get install' "$work/calls")" -eq 1 ] || fail "not one call of apt-get install"
grep -q 'libsoxr-dev ffmpeg shellcheck$' "$work/calls" || fail "not all three: $(cat "$work/calls")"
: >"$work/calls"
expect 0 setup nightly
grep -q 'libsoxr-dev ffmpeg shellcheck chromium$' "$work/calls" ||
  fail "not all four: $(cat "$work/calls")"

stub id 'echo 1000'
: >"$work/calls"
expect 2 setup demo
expect_text "apt-get install --no-install-recommends libsoxr-dev"
[ ! -s "$work/calls" ] || fail "it called apt-get without being root"

stub sudo 'if [ "$1" = -n ]; then exit 0; fi; exec "$@"'
expect 0 setup demo
grep -q '^apt-get install' "$work/calls" || fail "it did not use sudo"

stub apt-get 'case $1 in install) exit 100 ;; esac'
expect 2 setup demo
expect_text "apt-get could not install all of: libsoxr-dev"

rm "$bin/apt-get"
expect 2 setup demo
expect_text "by their names in Debian 12"
expect_text "libsoxr-dev"

expect 2 setup everything
expect_text "the purpose must be demo, install, test, full or nightly, got everything"
