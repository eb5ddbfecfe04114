#!/usr/bin/env bash
# From an empty folder to the first answered request: cold, and again with the target folder that the first left.
# Prints one line a figure. Needs `cargo build --release` before.
set -euo pipefail
cd "$(dirname "$0")/.."
program=$PWD/target/release/cargo-twelve
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT

# Seconds of the steps up to the first answer, and of the compiling step alone.
walk() { # walk LABEL
  CARGO_TARGET_DIR=$work/target "$program" tour --format json >"$work/events"
  python3 - "$1" "$work/events" <<'PY'
import json, sys
label, path = sys.argv[1:]
steps = [event for event in map(json.loads, open(path)) if event["event"] == "tour_step"]
seconds = {step["step"]: step["milliseconds"] / 1000 for step in steps}
before = sum(seconds[name] for name in ("new", "release", "verify", "admin", "run", "request"))
print(f"empty folder to first answer, {label}: {before:.2f} s (release {seconds['release']:.2f} s, run to ready {seconds['run']:.3f} s)")
PY
}
walk cold
walk warm
