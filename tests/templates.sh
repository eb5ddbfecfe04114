#!/usr/bin/env bash
# By hand: a project of every two answers of each built-in template, compiled and tested, with one target folder. Set
# TEST_DATABASE_URL to any database of a PostgreSQL server, so that the tests of `web-postgres` that need one do not skip.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --quiet
for template in "${@:-web worker web-postgres}"; do
  for name in $template; do
    target/debug/cargo-twelve template check "$name"
    target/debug/cargo-twelve template test "$name" --target-dir target/generated --keep-going
  done
done
