#!/usr/bin/env bash
# The program for servers, and what it asks of them: for musl it is static and asks for nothing; for gnu the highest version of glibc's symbols is
# printed, which is the lowest glibc that loads it, and the libraries that it loads.
# usage: tests/server_program.sh [FEATURES [musl|gnu]]     (`remote` for buckets; with musl that needs a C compiler for it: Debian's musl-tools)
set -euo pipefail
cd "$(dirname "$0")/.."
arch=$(uname -m)
features=${1:-}
target=$arch-unknown-linux-${2:-musl}
if [ "${2:-}" != gnu ] && ! rustup target list --installed 2>/dev/null | grep -qx "$target"; then
  echo "SKIPPED: a static program, since the target is not there: rustup target add $target"
  target=$arch-unknown-linux-gnu
fi
cargo build --locked --quiet --profile server --no-default-features --features "$features" --target "$target"
program=target/$target/server/cargo-twelve
"$program" --version
size=$(stat -c %s "$program")
if [ "${target##*-}" = musl ]; then
  ldd "$program" 2>&1 | grep -q "statically linked\|not a dynamic" || { echo "it is not static"; exit 1; }
  T=$(mktemp -d)
  trap 'rm -rf "$T"' EXIT
  cp "$program" "$T/"
  unshare -r chroot "$T" /cargo-twelve --version >/dev/null
  echo "$program: $size bytes, static; it starts in a folder that holds nothing else"
else
  lowest=$(objdump -T "$program" | grep -o 'GLIBC_[0-9.]*' | sort -uV | tail -1)
  symbol=$(objdump -T "$program" | grep -F "($lowest)" | awk '{ print $NF }' | sort | head -1)
  libraries=$(objdump -p "$program" | awk '$1 == "NEEDED" { print $2 }' | sort | paste -sd ' ')
  echo "$program: $size bytes, needs ${lowest/GLIBC_/glibc } or newer (for $symbol), and loads $libraries"
fi
