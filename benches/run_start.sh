#!/usr/bin/env bash
# The start of a cached release with one process, beside `sh -c` plus `sha256sum` of its files, in turn and in the
# same run: what the run stage costs beyond what anybody would have to do. Prints one line a figure.
# Needs `cargo build --release` before. Private folders are made on a memory disk where there is one, as /tmp is on many
# servers: what a disk under load takes to remove a folder is not the run stage's to answer for.
set -euo pipefail
cd "$(dirname "$0")/.."
source benches/release.sh
test -w /dev/shm && export TMPDIR=/dev/shm
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
    """Milliseconds until the process has said its first line, until all has ended, and of processor time of all."""
    before = os.times()
    start = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    line = child.stdout.readline()
    said = time.perf_counter()
    assert line.endswith(b"started\n"), line
    child.stdout.close()
    child.wait()
    ended, after = time.perf_counter(), os.times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    return (said - start) * 1000, (ended - start) * 1000, spent * 1000

figures = {"run": [], "sh": []}
for _ in range(5):
    first_line(ours), first_line(theirs)
for _ in range(rounds):
    figures["run"].append(first_line(ours))
    figures["sh"].append(first_line(theirs))
size = sum(map(os.path.getsize, files)) / 1e6
print(f"{len(files)} files of {size:.1f} MB, {rounds} pairs; on a loaded machine the least says most")
for index, what in enumerate(["start to first line", "start to end", "processor time (mean)"]):
    for name, of in [("median", statistics.median), ("least", min)] if index < 2 else [("mean", statistics.mean)]:
        run, sh = (of(one[index] for one in figures[name]) for name in ("run", "sh"))
        print(f"{what}, {name}: run {run:.2f} ms, sh + sha256sum {sh:.2f} ms, {run - sh:+.2f} ms, ratio {run / sh:.2f}")
PY

# The first and the last of twenty processes.
formation_of 20
python3 - "$rounds" "$program" <<'PY'
import os, signal, statistics, subprocess, sys, time

rounds, program = max(10, int(sys.argv[1]) // 5), sys.argv[2]

def of_twenty(command, stop):
    """Milliseconds from the first to the 20th line of 20 processes, and from the wish to stop to the end of all."""
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True)
    said = []
    for _ in range(20):
        assert child.stdout.readline() == b"up\n"
        said.append(time.perf_counter())
    begin = time.perf_counter()
    stop(child)
    child.wait()
    return (said[-1] - said[0]) * 1000, (time.perf_counter() - begin) * 1000

ours = [program, "run", "--release-id", "bench@latest", "--log-format", "raw", "--quiet"]
# What nobody can do faster: a shell starts twenty, and the kernel ends all of them at one call.
theirs = ["sh", "-c", "trap 'wait; exit 0' TERM; for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do "
          "sh -c 'echo up; exec sleep 60' & done; wait"]
pairs = [(of_twenty(ours, lambda child: child.terminate()),
          of_twenty(theirs, lambda child: os.killpg(child.pid, signal.SIGTERM))) for _ in range(rounds)]
for index, what in enumerate(["from the first to the 20th of 20 processes", "SIGTERM to the end of 20 processes"]):
    for name, of in [("median", statistics.median), ("least", min)]:
        run, sh = (of(pair[side][index] for pair in pairs) for side in (0, 1))
        print(f"{what}, {name}: run {run:.2f} ms, sh {sh:.2f} ms, {run - sh:+.2f} ms, ratio {run / sh:.2f}")
PY
