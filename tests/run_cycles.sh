#!/usr/bin/env bash
# Many starts and stops of `run`, many kills of it at a random moment, many replacements under one `dev`: nothing may be
# left of any, no process, no zombie, no folder, no descriptor. Prints one line a figure.
#
#   tests/run_cycles.sh [CYCLES] [KILLS] [REPLACEMENTS]       1000, 100 and 200: by hand, some minutes
#
# PROGRAM names the program; the scenes run a short form with the one under test.
set -euo pipefail
cd "$(dirname "$0")/.."
source benches/release.sh
mkdir "$work/tmp"
# A leader, a helper in its group, one in a session of its own, and one whose parent is gone.
# Before that it looks which descriptors it has beyond the usual three.
looks='held=; for n in 3 4 5 6 7 8 9 10 11 12; do test -e /proc/\$\$/fd/\$n && held=\$held,\$n; done; echo fds=\$held'
release_of "sh -c \"$looks; sleep 600 & setsid sleep 600 & (setsid setsid sleep 600 &); echo up; wait\"" 0
python3 - "$program" "$work" "${1:-1000}" "${2:-100}" "${3:-200}" <<'PY'
import glob, os, random, shutil, signal, subprocess, sys, time

program, work, cycles, kills, replacements = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])
mark = f"{work}/tmp/".encode()
environment = dict(os.environ, TMPDIR=f"{work}/tmp")
run = [program, "run", "--quiet", "--release-id", "bench@latest", "--log-format", "raw", "web=2"]


def ours():
    """Every process of this machine that a run has started: its TMPDIR, or its words, are of this place."""
    found = []
    for folder in glob.glob("/proc/[0-9]*"):
        try:
            said = [open(f"{folder}/{name}", "rb").read() for name in ("environ", "cmdline")]
        except OSError:
            continue
        if any(mark in one for one in said) and int(folder[6:]) != os.getpid():
            found.append(int(folder[6:]))
    return found


def zombies():
    """Zombies that have our process as their parent: nobody else's are ours to count."""
    found = 0
    for stat in glob.glob("/proc/[0-9]*/stat"):
        try:
            state, parent = open(stat).read().rsplit(")", 1)[1].split()[:2]
        except OSError:
            continue
        found += state == "Z" and int(parent) == os.getpid()
    return found


def left(patience):
    """What is left once there was time to go."""
    end = time.monotonic() + patience
    while (found := ours() + glob.glob(f"{work}/tmp/*")) and time.monotonic() < end:
        time.sleep(0.02)
    return found


def started():
    return subprocess.Popen(run, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


codes, orphans, descriptors = {}, 0, set()
for _ in range(cycles):
    child, up = started(), 0
    while up < 2:
        line = child.stdout.readline()
        assert line, child.stderr.read()
        up += line == b"up\n"
        if line.startswith(b"fds="):
            descriptors.update(line[4:].decode().strip(",\n").split(",") if line[4:].strip() else [])
    child.send_signal(random.choice([signal.SIGTERM, signal.SIGINT, signal.SIGHUP]))
    child.communicate()
    codes[child.returncode] = codes.get(child.returncode, 0) + 1
    # An orderly stop leaves nothing behind for anybody to clear away later.
    orphans += len(left(0))
print(f"{cycles} starts and stops: codes {codes}, {orphans} left, {zombies()} zombies, descriptors of a process beyond three: {len(descriptors)}")
assert codes == ({0: cycles} if cycles else {}) and not orphans and not zombies() and not descriptors

survivors, folders = [], 0
for _ in range(kills):
    child = started()
    time.sleep(random.random() * 0.25)
    child.kill()
    child.communicate()
    remain = left(15)
    survivors += [one for one in remain if isinstance(one, int)]
    # A kill before the watchdog lives leaves the empty private folder: no process was started yet.
    for folder in [one for one in remain if isinstance(one, str)]:
        assert not any(files for _, _, files in os.walk(folder)), f"{folder} holds something"
        shutil.rmtree(folder)
        folders += 1
print(f"{kills} kills of the supervisor at a random moment: {len(survivors)} processes left, {zombies()} zombies, "
      f"{folders} empty folders from before anything had started")
assert not survivors and not zombies(), survivors

if replacements:
    shop = f"{work}/shop"
    open(f"{shop}/.gitignore", "a").write(".env\n")
    open(f"{shop}/.env", "w").write("ROUND=0\n")
    dev = subprocess.Popen([program, "dev", "--quiet", "--log-format", "raw"], cwd=shop, env=environment,
                           stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    open_before = None
    for round in range(replacements + 1):
        while (line := dev.stdout.readline()) != b"up\n":
            assert line, "dev ended"
        held = len(os.listdir(f"/proc/{dev.pid}/fd"))
        open_before = open_before or held
        assert held == open_before, f"{held} descriptors in round {round}, {open_before} at first"
        if round < replacements:
            open(f"{shop}/.env", "w").write(f"ROUND={round + 1}\n")
    dev.terminate()
    dev.communicate()
    remain = left(0)
    print(f"{replacements} replacements under one dev: {open_before} descriptors from first to last, code {dev.returncode}, {len(remain)} left")
    assert dev.returncode == 0 and not remain
PY
