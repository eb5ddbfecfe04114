#!/usr/bin/env bash
# 2,000,000 lines of 100 bytes through `run` to a file, beside the same writers through `| cat` to a file, in turn and
# in the same run. Prints one line a figure. Needs `cargo build --release` before.
set -euo pipefail
cd "$(dirname "$0")/.."
source benches/release.sh
lines=${1:-2000000}
release_of "shop lines $lines 100" 1
for writers in 1 8; do
  each=$((lines / writers))
  # The first process that ends stops the others, so each waits for all.
  test "$writers" = 1 || declare_web "shop lines $each 100 $writers" "$writers"
  python3 - "$lines" "$writers" "$program" "$(tree)/bin/shop" "$work/out" <<'PY'
import statistics, subprocess, sys, time

lines, writers, program, shop, out = int(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:]
run = [program, "run", "--quiet", "--release-id", "bench@latest"]
cat = ["sh", "-c", "{ " + " & ".join([f"{shop} lines {lines // writers} 100"] * writers) + " & wait; } | cat"]

def speed(command):
    """Millions of lines a second; all of them have to be there."""
    with open(out, "wb") as file:
        start = time.perf_counter()
        subprocess.run(command, stdout=file, stderr=subprocess.DEVNULL, check=True)
        took = time.perf_counter() - start
    with open(out, "rb") as file:
        counted = sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b""))
    assert counted == lines, f"{counted} lines of {lines}"
    return lines / took / 1e6

speed(run), speed(cat)
pairs = [(speed(run), speed(cat)) for _ in range(7)]
ours, theirs = (statistics.median(one) for one in zip(*pairs))
print(f"{lines} lines, {writers} writers: run {ours:.2f} M lines/s, | cat {theirs:.2f} M lines/s, ratio {ours / theirs:.2f}")
PY
done
