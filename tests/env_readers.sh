#!/usr/bin/env bash
# Random env files that are accepted without a warning must read the same in bash, dash, python-dotenv and dotenvy.
# Run by hand; prints the counts and fails on any difference. First argument: how many files; SEED picks others.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v dash >/dev/null || echo "missing: dash (Debian package dash)"
python3 -c 'import dotenv' 2>/dev/null || pip install --quiet python-dotenv
exec cargo bench --locked --quiet --no-default-features --bench env_readers -- "${1:-20000}"
