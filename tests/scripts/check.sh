# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# For tests of scripts. To be sourced: sets `work`, an empty folder that is gone at the end.

work=$(mktemp -d "${TMPDIR:-/tmp}/dgx-test-XXXXXX")
trap 'rm -rf -- "$work"' EXIT

fail() {
  printf 'FAILED: %s\n' "$*" >&2
  if [ -f "$work/output" ]; then sed 's/^/  | /' "$work/output" >&2; fi
  exit 1
}

# expect STATUS COMMAND...: runs it with its output in $work/output and checks its exit status.
expect() {
  local wanted=$1 status=0
  shift
  "$@" >"$work/output" 2>&1 </dev/null || status=$?
  [ "$status" -eq "$wanted" ] || fail "$* ended with $status, not $wanted"
}

expect_text() { grep -qF -- "$1" "$work/output" || fail "the output does not say: $1"; }
expect_no_text() { ! grep -qF -- "$1" "$work/output" || fail "the output says: $1"; }
