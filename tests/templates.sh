#!/usr/bin/env bash
# By hand: a project of every two answers of each built-in template, checked for form (rustfmt, clippy without a warning),
# compiled and tested, with one target folder. Set TEST_DATABASE_URL to any database of a PostgreSQL server, so that the
# tests of `web-postgres` that need one do not skip. Goes on after what fails; the last line counts.
set -euo pipefail
cd "$(dirname "$0")/.."
[ -n "${TEST_DATABASE_URL-}" ] || echo "SKIPPED: what needs a database, since TEST_DATABASE_URL is not set"
cargo build --quiet
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp target/debug/cargo-twelve "$folder"
program=$folder/cargo-twelve
[ $# != 0 ] || set -- web worker web-postgres
bad=0
for name in "$@"; do
  "$program" template check "$name" || bad=$((bad + 1))
  "$program" template test "$name" --target-dir target/generated --clippy --keep-going 2>&1 | tee "$folder/$name" ||
    bad=$((bad + 1))
done
cd "$folder"
echo "$(cat "$@" | grep -c ' Tested') projects compiled and tested, $(cat "$@" | grep -c ' Failed' || true) failed, in $SECONDS s"
[ "$bad" = 0 ]
