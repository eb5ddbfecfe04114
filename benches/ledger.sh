#!/usr/bin/env bash
# The ledger at 1 and at 10,000 releases, in a folder: `release` of a build that the store has, beside `git commit` in the same
# repository, and `releases`, beside `cat` of the same records. Medians, taken by turns. One line a figure.
# Needs `cargo build --release` before.
set -euo pipefail
cd "$(dirname "$0")/.."
source benches/release.sh
rounds=${1:-15}
release_of 'shop arguments started' 1
python3 - "$rounds" "$program" "$work" <<'PY'
import hashlib, json, os, pathlib, shutil, statistics, subprocess, sys, time
rounds, program, work = int(sys.argv[1]), sys.argv[2], pathlib.Path(sys.argv[3])
shop, one, many = work / "shop", work / "store", work / "many"
records = one / "bench/releases"

def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"

# A ledger of 10,000: each record as `release` would write it.
shutil.copytree(one, many)
record = json.loads((records / "v1.json").read_bytes())
previous = (records / "v1.json").read_bytes()
for number in range(2, 10001):
    record.pop("digest", None)
    record |= {"release": f"v{number}", "previous": hashlib.sha256(previous).hexdigest(), "nonce": f"{number:032x}"}
    record["digest"] = hashlib.sha256(canonical(record)).hexdigest()
    previous = canonical(record)
    (many / f"bench/releases/v{number}.json").write_bytes(previous)

def milliseconds(command, **more):
    start = time.perf_counter()
    subprocess.run(command, cwd=shop, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **more)
    return (time.perf_counter() - start) * 1000

beyond = {}
def release(store):
    """All of it; what follows the verification of the inputs, which ends when the known build is told, is noted apart."""
    start = time.perf_counter()
    child = subprocess.Popen([program, "release", "--again", "--format", "json", "--store", str(store)], cwd=shop,
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    for line in child.stdout:
        if json.loads(line)["event"] == "built":
            known = time.perf_counter()
    assert child.wait() == 0
    end = time.perf_counter()
    beyond.setdefault(store, []).append((end - known) * 1000)
    return (end - start) * 1000

newest = [str(many / f"bench/releases/v{number}.json") for number in range(10000, 9980, -1)]
tasks = {
    "release at 1": one,
    "release at 10,000": many,
    "git commit": ["git", "commit", "-q", "--allow-empty", "-m", "x"],
    "releases of 10,000": [program, "releases", "bench", "--store", str(many)],
    "releases of 1": [program, "releases", "bench", "--store", str(work / "first")],
    "cat of 20 records": ["cat", *newest],
}
shutil.copytree(one, work / "first")
seen = {name: [] for name in tasks}
for round in range(rounds):
    for name, command in tasks.items():
        # A commit would be another build to make.
        seen[name].append(milliseconds(command) if isinstance(command, list) else release(command))
        if name == "git commit":
            subprocess.run(["git", "reset", "-q", "--soft", "HEAD~1"], cwd=shop, check=True)
middle = {name: statistics.median(values) for name, values in seen.items()}
for name in ("release at 1", "release at 10,000"):
    after = statistics.median(beyond[tasks[name]])
    print(f"{name}: {after:.0f} ms beyond verifying the inputs (at most 150), {middle[name]:.0f} ms in all; "
          f"git commit {middle['git commit']:.0f} ms, ratio {after / middle['git commit']:.2f}")
print(f"releases of 10,000, the newest 20: {middle['releases of 10,000']:.1f} ms (at most 50); of 1: {middle['releases of 1']:.1f} ms; "
      f"cat of the same 20: {middle['cat of 20 records']:.1f} ms")
PY
