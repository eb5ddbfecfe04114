#!/usr/bin/env bash
# Reading an env file of a mebibyte beside dotenvy, and holding 500 variables against their contract. A line a figure.
set -euo pipefail
cd "$(dirname "$0")/.."
exec cargo bench --locked --quiet --no-default-features --bench env_file
