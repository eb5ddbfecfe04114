#!/usr/bin/env bash
# By hand: whether the program compiles for macOS. Nothing is linked and nothing is run, so the C of libraries is stood in
# for by empty objects: there is no C compiler for macOS on Linux.
set -euo pipefail
cd "$(dirname "$0")/.."
target=${1-aarch64-apple-darwin}
rustup target add "$target" >/dev/null 2>&1 ||
  { echo "SKIPPED: $target (rustup target add $target)"; exit 0; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/cc" <<'CC'
#!/bin/sh
before=
for word in "$@"; do
  [ "$before" != -o ] || exec cc -x c -c /dev/null -o "$word"
  before=$word
done
exec cc "$@"
CC
chmod +x "$folder/cc"
export "CC_${target//-/_}=$folder/cc" "AR_${target//-/_}=ar"
cargo check --quiet --locked --target "$target"
echo "the whole program compiles for $target"
