#!/usr/bin/env bash
# `run` beside other runners of several processes, in turn and in the same run: lines through it to a file, the start to
# the first line, and the memory of the runner with 20 idle processes. Prints one line a runner and figure; a runner that
# is not installed is named and left out. Needs `cargo build --release` before, or PROGRAM.
#
#   benches/run_peers.sh [LINES]      200,000 lines: the slowest peer takes some seconds for them
#
# honcho is a package of Python, foreman Debian's ruby-foreman, concurrently one of Node; each is taken from PATH.
set -euo pipefail
cd "$(dirname "$0")/.."
source benches/release.sh
lines=${1:-200000}
release_of "shop lines $lines 100" 1
one=$(basename "$(dirname "$(tree)")")
declare_web "shop lines $((lines / 8)) 100 8" 8
formation_of 20
python3 - "$lines" "$program" "$(dirname "$(tree)")/../$one/app/bin/shop" "$work" <<'PY'
import glob, os, shutil, signal, statistics, subprocess, sys, time

lines, program, shop, work = int(sys.argv[1]), *sys.argv[2:]
shop = os.path.realpath(shop)
peers = [name for name in ("honcho", "foreman", "concurrently") if shutil.which(name)]
for name in {"honcho", "foreman", "concurrently"} - set(peers):
    print(f"skipped: {name} is not installed")


def run(release):
    return lambda commands: [program, "run", "--quiet", "--allow-older", "--release-id", f"bench@{release}"]


def procfile(commands):
    path = f"{work}/Procfile"
    with open(path, "w") as file:
        file.writelines(f"w{number}: {command}\n" for number, command in enumerate(commands))
    return path


calls = {
    "cat": lambda commands: ["sh", "-c", "{ " + " & ".join(commands) + " & wait; } | cat"],
    "honcho": lambda commands: ["honcho", "-f", procfile(commands), "start"],
    "foreman": lambda commands: ["foreman", "start", "-f", procfile(commands), "-d", work],
    "concurrently": lambda commands: ["concurrently", *commands],
}


def writers(count):
    """Commands that wait for one another, since runners stop all when one ends."""
    for index in range(count):
        shutil.rmtree(f"{work}/w/{index}", ignore_errors=True)
        os.makedirs(f"{work}/w/{index}")
    return [f"env TMPDIR={work}/w/{index} {shop} lines {lines // count} 100 {count}" for index in range(count)]


def written(call, count):
    """Millions of lines a second, and how many are missing."""
    command = call(writers(count))
    with open(f"{work}/out", "wb") as file:
        start = time.perf_counter()
        subprocess.run(command, stdout=file, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        took = time.perf_counter() - start
    with open(f"{work}/out", "rb") as file:
        found = sum(line.rstrip(b"\n").endswith(b"x" * 99) for line in file)
    return found / took / 1e6, lines - found


def started(command):
    pipes = dict(stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    return subprocess.Popen(command, start_new_session=True, **pipes)


def ended(child):
    """Stops a runner; one that does not stop, and what it leaves, is killed."""
    child.terminate()
    below = tree_of(child.pid)
    try:
        child.communicate(timeout=10)
    except subprocess.TimeoutExpired:
        child.kill()
        child.communicate()
    for pid in below:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def first_line(command):
    """Milliseconds from the call to the first line of the process, by whatever prefix."""
    start = time.perf_counter()
    child = started(command)
    while b"up" not in (line := child.stdout.readline()):
        assert line, command
    took = (time.perf_counter() - start) * 1000
    ended(child)
    return took


def tree_of(pid):
    children = [int(one) for path in glob.glob(f"/proc/{pid}/task/*/children") for one in open(path).read().split()]
    return [pid] + [below for child in children for below in tree_of(child)]


def idle(command):
    """Proportional memory of the runner in MB, with its shells and helpers, without the 20 processes."""
    child = started(command)
    seen = 0
    while seen < 20:
        line = child.stdout.readline()
        assert line, command
        # foreman and honcho say that they start what they start; the processes say `up`.
        seen += line.rstrip().endswith(b"up")
    time.sleep(1)
    kilobytes = 0
    for pid in tree_of(child.pid):
        try:
            if open(f"/proc/{pid}/comm").read().strip() != "sleep":
                kilobytes += sum(int(line.split()[1]) for line in open(f"/proc/{pid}/smaps_rollup") if line.startswith("Pss:"))
        except OSError:
            pass
    ended(child)
    return kilobytes / 1024


for count, release in ((1, "v1"), (8, "v2")):
    rows = {"run": run(release), **{name: calls[name] for name in ("cat", *peers)}}
    figures = {name: [] for name in rows}
    for _ in range(3):
        for name, call in rows.items():
            figures[name].append(written(call, count))
    plain = statistics.median(speed for speed, _ in figures["cat"])
    for name, all in figures.items():
        speed = statistics.median(speed for speed, _ in all)
        print(f"{lines} lines, {count} writers: {name} {speed:.2f} M lines/s, {speed / plain:.3f} of | cat, "
              f"at most {max(lost for _, lost in all)} lines missing")

up = ["sh -c 'echo up; exec sleep 60'"]
rows = {"run": run("v3"), **{name: calls[name] for name in peers}}
figures = {name: [] for name in rows}
for _ in range(7):
    for name, call in rows.items():
        figures[name].append(first_line(call(up) + (["web=1"] if name == "run" else [])))
for name, all in figures.items():
    print(f"start to the first line: {name} {statistics.median(all):.1f} ms")
for name, call in rows.items():
    print(f"20 idle processes: {name} {idle(call(up * 20)):.1f} MB")
PY
