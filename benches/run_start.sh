#!/usr/bin/env bash
# The start of a cached release with one process, beside `sh -c` plus `sha256sum` of its files, in turn and in the
# same run: what the run stage costs beyond what anybody would have to do. Prints one line a figure.
# Needs `cargo build --release` before.
set -euo pipefail
cd "$(dirname "$0")/.."
source benches/release.sh
rounds=${1:-200}
release_of 'shop arguments started' 20
python3 - "$rounds" "$program" "$(tree)" <<'PY'
import os, statistics, subprocess, sys, time

rounds, program, tree = int(sys.argv[1]), sys.argv[2], sys.argv[3]
files = [os.path.join(at, name) for at, _, names in os.walk(tree) for name in names]
shop = os.path.join(tree, "bin/shop")
ours = [program, "run", "--release-id", "bench@v1", "--quiet"]
theirs = ["sh", "-c", 'sha256sum "$@" >/dev/null && exec ' + shop + " arguments started", "sh", *files]

def first_line(command):
    """Milliseconds until the process has said its first line, and until all has ended."""
    start = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    line = child.stdout.readline()
    said = time.perf_counter()
    assert line.endswith(b"started\n"), line
    child.stdout.close()
    child.wait()
    return (said - start) * 1000, (time.perf_counter() - start) * 1000

figures = {"run": [], "sh": []}
for _ in range(5):
    first_line(ours), first_line(theirs)
for _ in range(rounds):
    figures["run"].append(first_line(ours))
    figures["sh"].append(first_line(theirs))
size = sum(map(os.path.getsize, files)) / 1e6
for index, what in enumerate(["first line", "end"]):
    run, sh = (statistics.median(one[index] for one in figures[name]) for name in ("run", "sh"))
    print(f"start to {what}, {len(files)} files of {size:.1f} MB: run {run:.2f} ms, sh + sha256sum {sh:.2f} ms, "
          f"{run - sh:+.2f} ms, ratio {run / sh:.2f}")
PY

# The first and the last of twenty processes.
formation_of 20
python3 - "$rounds" "$program" <<'PY'
import json, statistics, subprocess, sys, time

rounds, program = max(5, int(sys.argv[1]) // 10), sys.argv[2]
spread = []
for _ in range(rounds):
    command = [program, "run", "--release-id", "bench@latest", "--log-format", "raw", "--quiet"]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    said = []
    for _ in range(20):
        assert child.stdout.readline() == b"up\n"
        said.append(time.perf_counter())
    spread.append((said[-1] - said[0]) * 1000)
    begin = time.perf_counter()
    child.terminate()
    child.wait()
    spread[-1] = (spread[-1], (time.perf_counter() - begin) * 1000)
print(f"from the first to the 20th of 20 processes: {statistics.median(one[0] for one in spread):.2f} ms")
print(f"SIGTERM to the end of 20 processes: {statistics.median(one[1] for one in spread):.2f} ms")
PY
