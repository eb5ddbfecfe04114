#!/usr/bin/env bash
# Services released from two folders with two CARGO_HOMEs each: one build id.
#   tests/same_public.sh           the scaffolded service
#   tests/same_public.sh CLONE...  these
# A CLONE is a git repository of a Rust service, by its path or address. One that declares nothing gets a Procfile, in one
# commit for both. Each folder has a HOME, a CARGO_HOME and a store of its own, all empty, so what is compiled is fetched
# anew. Cold compiles, two a service: minutes each. Needs `cargo build` before.
set -euo pipefail
program=$(cd "$(dirname "$0")/.." && pwd)/${CARGO_TARGET_DIR:-target}/debug/cargo-twelve
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cp "$program" "$work/cargo-twelve"
export GIT_CONFIG_GLOBAL=$work/gitconfig RUSTUP_HOME=${RUSTUP_HOME:-$HOME/.rustup}
git config --global user.name Ada; git config --global user.email ada@example.org
users_home=${CARGO_HOME:-$HOME/.cargo}

release() { # release FOLDER: what is said goes to FOLDER/said, the release's JSON to FOLDER/shown
  local folder=$1
  mkdir -p "$folder/home" "$folder/cargo-home"
  # A mirror is a matter of the machine; the bytes are verified.
  if [ -f "$users_home/config.toml" ]; then cp "$users_home/config.toml" "$folder/cargo-home/"; fi
  (cd "$folder/clone" && HOME=$folder/home CARGO_HOME=$folder/cargo-home TWELVE_STORE=$folder/store \
    "$work/cargo-twelve" release >"$folder/shown" 2>"$folder/said") || { cat "$folder/said"; exit 1; }
}
ids() { find "$1/store" -path '*/builds/*/build.json' -printf '%h\n' | xargs -n1 basename | grep -E '^[0-9a-f]{64}$'; }
crates() { python3 -c '
import json, pathlib, sys
manifest = json.loads(next(pathlib.Path(sys.argv[1]).glob("store/*/builds/*/build.json")).read_text())
packages = manifest["lockfile"]["packages"]
print(sum(package["compiled"] for package in packages), "of", len(packages), "packages compiled,", manifest["toolchain"]["source_path"])
' "$1"; }

services=0 wrong=0
same() { # same NAME: releases $work/one/clone and another clone of it
  local name=$1
  mkdir -p "$work/two/of/another/depth"
  git clone -q "$work/one/clone" "$work/two/of/another/depth/clone"
  SECONDS=0
  release "$work/one"; release "$work/two/of/another/depth"
  local first second
  first=$(ids "$work/one"); second=$(ids "$work/two/of/another/depth")
  services=$((services + 1))
  echo "$name: $first ($(crates "$work/one"); two builds in $SECONDS s)"
  [ "$first" = "$second" ] || { wrong=$((wrong + 1)); echo "  DIFFERS: $second"; }
  rm -rf "$work/one" "$work/two"
}

if [ $# = 0 ]; then
  mkdir "$work/one"
  "$work/cargo-twelve" new "$work/one/shop" --no-input --quiet
  mv "$work/one/shop" "$work/one/clone"
  same "the scaffolded service"
fi
for clone; do
  mkdir "$work/one"
  git clone -q "$clone" "$work/one/clone"
  name=$(sed -n 's/^name = "\(.*\)"/\1/p' "$work/one/clone/Cargo.toml" | head -1)
  commit=$(git -C "$work/one/clone" rev-parse --short=12 HEAD)
  if [ ! -e "$work/one/clone/twelve.toml" ] && [ ! -e "$work/one/clone/Procfile" ]; then
    echo "web: $name" >"$work/one/clone/Procfile"
    git -C "$work/one/clone" add Procfile
    GIT_AUTHOR_DATE='@0 +0000' GIT_COMMITTER_DATE='@0 +0000' git -C "$work/one/clone" commit -qm "A Procfile"
  fi
  same "$name at $commit"
done
echo "$services services, $wrong of them differ"
[ "$wrong" = 0 ]
