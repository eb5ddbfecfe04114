#!/usr/bin/env bash
# Packing and hashing 300 MB of ELF files and text beside `gzip -6` of the same bytes, and build.json of a large build.
# Medians of five runs, taken by turns. One line a figure.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --release --quiet --bench packing
bench=$(ls -t "${CARGO_TARGET_DIR:-target}"/release/deps/packing-* | grep -v '\.d$' | head -1)
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
python3 - "$bench" "$work" "${CARGO_HOME:-$HOME/.cargo}" <<'PY'
import os, pathlib, resource, shutil, statistics, subprocess, sys, time
bench, work, home = sys.argv[1:]
work = pathlib.Path(work)
corpus = work / "corpus"
corpus.mkdir()

# Two thirds programs and libraries of the system, the largest first; one third sources of the registry.
def take(paths, most, largest):
    total = 0
    for path in paths:
        size = path.stat().st_size
        if 0 < size <= largest and total + size <= most:
            shutil.copyfile(path, corpus / f"{len(os.listdir(corpus)):06}-{path.name[:40]}")
            total += size
    return total

def is_elf(path):
    try:
        with open(path, "rb") as file:
            return file.read(4) == b"\x7fELF"
    except OSError:
        return False

found = [p for d in ("/usr/bin", "/usr/lib/x86_64-linux-gnu", "/usr/lib") for p in pathlib.Path(d).glob("*")]
found += list(pathlib.Path("/usr/lib/gcc").rglob("*"))
elf = {p.resolve() for p in found if p.is_file() and is_elf(p)}
elf = sorted(elf, key=lambda p: (-p.stat().st_size, str(p)))
binary = take(elf, 200_000_000, 60_000_000)
text = sorted(p for kind in ("*.rs", "*.md") for p in pathlib.Path(home, "registry/src").rglob(kind))
total = binary + take(text, 300_000_000 - binary, 2_000_000)
subprocess.run(["tar", "-cf", work / "corpus.tar", "-C", work, "corpus"], check=True)
print(f"corpus: {total / 1e6:.0f} MB in {len(os.listdir(corpus))} files, {binary / 1e6:.0f} MB of it ELF; {os.cpu_count()} cores")

def run(command, **more):
    """Wall and user seconds, peak MiB, and what it printed."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime, time.monotonic()
    child = subprocess.Popen(command, stdout=more.get("stdout", subprocess.PIPE), stdin=more.get("stdin"))
    said = child.stdout.read() if child.stdout else b""
    _, status, usage = os.wait4(child.pid, 0)
    assert status == 0, command
    return time.monotonic() - start, usage.ru_utime, usage.ru_maxrss / 1024, said

ours, peers = [], []
for _ in range(5):
    ours.append(run([bench, "pack", corpus, work / "ours.tar.gz"]))
    with open(work / "corpus.tar", "rb") as tar, open(work / "peer.gz", "wb") as out:
        peers.append(run(["gzip", "-6", "-n"], stdin=tar, stdout=out))
middle = lambda runs, index: statistics.median(run[index] for run in runs)
wall, user, peak = (middle(ours, index) for index in range(3))
peer_wall, peer_user = (middle(peers, index) for index in range(2))
size, peer_size = ((work / name).stat().st_size for name in ("ours.tar.gz", "peer.gz"))
print(f"packing, user CPU: {user:.2f} s (gzip -6: {peer_user:.2f} s; ratio {user / peer_user:.2f}, at most 0.50)")
print(f"packing, wall: {wall:.2f} s (gzip -6: {peer_wall:.2f} s; ratio {wall / peer_wall:.2f}, at most 0.35)")
print(f"packing, size: {size / 1e6:.1f} MB (gzip -6: {peer_size / 1e6:.1f} MB; {100 * (size / peer_size - 1):+.1f} %, at most +5 %); peak {peak:.0f} MiB")
large = [run([bench, "manifest", "1000", "10000", work / "build.json"]) for _ in range(5)]
written = statistics.median(int(run[3].split()[0]) for run in large) / 1e6
print(f"build.json of 1,000 packages and 10,000 assets: {written:.3f} s (at most 1 s), {middle(large, 2):.0f} MiB (at most 128)")
PY
