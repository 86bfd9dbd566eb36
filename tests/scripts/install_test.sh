#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs a build that is ready into an empty prefix and takes it away again.
# install_test.sh SOURCE_DIR BUILD_DIR
set -euo pipefail
source_dir=$1 build_dir=$2
# shellcheck source=tests/scripts/check.sh
source "$(dirname "${BASH_SOURCE[0]}")/check.sh"

prefix=$work/prefix
install() { "$source_dir/scripts/install" --prefix "$prefix" --from "$build_dir" "$@"; }
listing() { (cd "$prefix" && find . -mindepth 1 | sort); }

expect 2 install --uninstall
expect_text "nothing is installed under $prefix"

expect 0 install
expect_text "files under $prefix"
for file in bin/dgx-music bin/dgx-music-engine bin/dgx-music-transfer share/man/man1/dgx-music.1 \
  share/bash-completion/completions/dgx-music share/zsh/site-functions/_dgx-music \
  share/fish/vendor_completions.d/dgx-music.fish share/doc/dgx-music/LICENSE \
  share/systemd/user/dgx-music.socket share/dgx-music/prompts.toml \
  share/dgx-music/lua-scripts/dgx_place_takes.lua \
  lib/lv2/dgx-music.lv2/manifest.ttl lib/lv2/dgx-music.lv2/dgx-music.ttl \
  lib/lv2/dgx-music.lv2/presets.ttl lib/lv2/dgx-music.lv2/dgx-music.so \
  lib/lv2/dgx-music.lv2/dgx-music_ui.so; do
  [ -s "$prefix/$file" ] || fail "$file was not installed"
done
grep -qxF "ExecStart=\"$prefix/bin/dgx-music\" serve --idle-exit 600" \
  "$prefix/share/systemd/user/dgx-music.service" || fail "the unit does not start $prefix/bin/dgx-music"
expect 0 "$prefix/bin/dgx-music" --version
expect_text "dgx-music"
first=$(listing)

# Twice is as good as once.
expect 0 install
[ "$(listing)" = "$first" ] || fail "a second installation changed what there is"

expect 0 install --uninstall
[ ! -e "$prefix" ] || fail "left behind: $(listing)"

# Of an account's plugins hosts know ~/.lv2.
HOME=$work/home
prefix=$HOME/.local
mkdir "$HOME"
expect 0 install
[ -s "$HOME/.lv2/dgx-music.lv2/dgx-music.so" ] || fail "the instrument is not in ~/.lv2"
[ ! -e "$prefix/lib/lv2" ] || fail "the instrument is in two places"
expect 0 install
expect 0 install --uninstall
[ -z "$(ls -A "$HOME")" ] || fail "left behind: $(cd "$HOME" && find .)"
prefix=$work/prefix

# What was there before stays, and is never written over.
mkdir -p "$prefix/bin"
echo mine >"$prefix/bin/dgx-music"
expect 2 install
expect_text "$prefix/bin/dgx-music is not as DGX Music installed it"
[ "$(listing)" = "./bin
./bin/dgx-music" ] || fail "a refused installation wrote something: $(listing)"
rm "$prefix/bin/dgx-music"
ln -s "$work/elsewhere" "$prefix/bin/dgx-music"
expect 2 install
rm "$prefix/bin/dgx-music"
echo mine >"$prefix/bin/other"

# What was changed afterwards is kept, and named.
expect 0 install
echo changed >>"$prefix/share/doc/dgx-music/licences.md"
expect 0 install --uninstall
expect_text "kept $prefix/share/doc/dgx-music/licences.md"
[ "$(listing)" = "./bin
./bin/other
./share
./share/doc
./share/doc/dgx-music
./share/doc/dgx-music/licences.md" ] || fail "not what was to stay: $(listing)"
