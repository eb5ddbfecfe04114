#!/usr/bin/env bash
# A release of 300 MB from a folder into an empty cache (pull: verify, unpack, on disk), beside `sha256sum` of its tarball, `tar xzf`
# and one `sync`; and a second start's verification, beside `sha256sum` of the unpacked files. Medians, taken by turns; one line a
# figure. Needs `cargo build --release` before, and 3 GB of disk.
set -euo pipefail
cd "$(dirname "$0")/.."
source benches/release.sh
rounds=${1:-5}
megabytes=${2:-300}
python3 - "$work" "$megabytes" <<'PY'
import os, pathlib, sys
work, left = pathlib.Path(sys.argv[1]), int(sys.argv[2]) * 1_000_000
folder = work / "shop/static"
folder.mkdir(parents=True)
# Programs and libraries of the system, as builds hold them; again from the start until there is enough.
found = [path for place in ("/usr/bin", "/usr/lib/x86_64-linux-gnu", "/usr/lib") for path in sorted(pathlib.Path(place).glob("*"))
         if path.is_file() and not path.is_symlink() and 100_000 < path.stat().st_size < 30_000_000 and os.access(path, os.R_OK)]
index = 0
while left > 0:
    content = found[index % len(found)].read_bytes()[:left]
    # A different start, so that no two files are the same.
    (folder / f"{index}").write_bytes(index.to_bytes(4, "little") + content)
    left -= len(content)
    index += 1
PY
release_of 'shop arguments started' 0
"$program" pull bench@v1 --quiet >/dev/null
python3 - "$rounds" "$program" "$work" <<'PY'
import os, pathlib, shutil, statistics, subprocess, sys, time
rounds, program, work = int(sys.argv[1]), sys.argv[2], pathlib.Path(sys.argv[3])
tarball = next((work / "store/bench/builds").glob("*/*.tar.gz"))
tree = next((work / "cache/bench").glob("*/app"))
files = [str(path) for path in tree.rglob("*") if path.is_file()]
size = sum(os.path.getsize(path) for path in files) / 1e6

def took(command, cwd=None):
    before, start = os.times(), time.perf_counter()
    subprocess.run(command, cwd=cwd, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return time.perf_counter() - start, cpu

def remove(path):
    subprocess.run(f"chmod -R u+w {path} && rm -rf {path}", shell=True, check=True)

seen = {name: [] for name in ("pull", "tar", "again", "sum")}
for round in range(rounds):
    cache, plain = work / f"cache-{round}", work / f"plain-{round}"
    plain.mkdir()
    os.sync()
    seen["pull"].append(took([program, "pull", "bench@v1", "--cache", str(cache)]))
    os.sync()
    seen["tar"].append(took(["sh", "-c", f"sha256sum {tarball} && tar xzf {tarball} && sync -f ."], cwd=plain))
    seen["again"].append(took([program, "pull", "bench@v1", "--cache", str(cache)]))
    seen["sum"].append(took(["sha256sum", *files]))
    remove(cache), remove(plain)
middle = lambda name, index: statistics.median(one[index] for one in seen[name])
ratio = lambda one, other, index: statistics.median(a[index] / b[index] for a, b in zip(seen[one], seen[other]))
print(f"build: {size:.0f} MB in {len(files)} files, {os.path.getsize(tarball) / 1e6:.0f} MB packed; {os.cpu_count()} cores")
for one, other, what in (("pull", "tar", "pull beside sha256sum + tar xzf + sync"), ("again", "sum", "verification beside sha256sum of the files")):
    print(f"{what}: {middle(one, 0):.2f} s and {middle(other, 0):.2f} s, ratio {ratio(one, other, 0):.2f} (at most 1.3); "
          f"CPU {middle(one, 1):.2f} s and {middle(other, 1):.2f} s, ratio {ratio(one, other, 1):.2f}")
PY
