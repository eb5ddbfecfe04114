#!/usr/bin/env bash
# By hand: `init` in clones of public services, named on the command line. Each is copied, adopted, and what was written is
# read by `env source`; nothing that git tracks may have changed.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --quiet
program=$PWD/target/debug/cargo-twelve
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
adopted=0
for clone in "$@"; do
  name=$(basename "$clone")
  git clone --quiet "$clone" "$folder/$name"
  (
    cd "$folder/$name"
    "$program" init --quiet || { echo "$name: refused"; exit 1; }
    [ -z "$(git status --porcelain --untracked-files=no)" ] || { echo "$name: a tracked file was changed"; exit 1; }
    file=$(git ls-files --others --exclude-standard | grep 'twelve.toml$')
    echo "$name: $file, $(grep -c '^\[processes\.' "$file") process types, $(grep -cE '^(# )?\[config\.vars\.' "$file") variables"
  ) && adopted=$((adopted + 1))
done
echo "$adopted of $# adopted"
