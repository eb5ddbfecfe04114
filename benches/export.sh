#!/usr/bin/env bash
# A release of 50 MB as an image in a folder (`export oci`: every byte verified, the tarball as the layer, on disk), beside `sha256sum` and
# `cp` + `sync` of its tarball; then pushed to a real registry twice, the second time as another release of the same build. Medians, taken by turns; one
# line a figure. Needs `cargo build --release` before, docker-registry, and 1 GB of disk.
#
#     benches/export.sh [ROUNDS] [MEGABYTES] [packed|files]      so many MB in the tarball, or in the files
set -euo pipefail
cd "$(dirname "$0")/.."
source benches/release.sh
rounds=${1:-7} megabytes=${2:-50} of=${3:-packed}
python3 - "$work" "$megabytes" "$of" <<'PY'
import pathlib, sys, zlib
work, left, packed = pathlib.Path(sys.argv[1]), int(sys.argv[2]) * 1_000_000, sys.argv[3] == "packed"
folder = work / "shop/static"
folder.mkdir(parents=True)
# Programs and libraries of the system, as builds hold them; again from the start until there is enough.
found = [path for place in ("/usr/bin", "/usr/lib/x86_64-linux-gnu") for path in sorted(pathlib.Path(place).glob("*"))
         if path.is_file() and not path.is_symlink() and 100_000 < path.stat().st_size < 30_000_000]
index = 0
while left > 0:
    content = found[index % len(found)].read_bytes()[:left if not packed else None]
    # A different start, so that no two files are the same.
    (folder / f"{index}").write_bytes(index.to_bytes(4, "little") + content)
    left -= len(zlib.compress(content, 6)) if packed else len(content)
    index += 1
PY
# Static, so that the image stands on nothing.
rustup target list --installed 2>/dev/null | grep -q musl && target='targets = ["x86_64-unknown-linux-musl"]' || { echo "first: rustup target add x86_64-unknown-linux-musl" >&2; exit 1; }
release_of 'shop arguments started' 0
sed -i "s/^assets/$target\nassets/" "$work/shop/twelve.toml"
(cd "$work/shop" && git commit -qam "Static" && "$program" release --quiet && "$program" release --quiet --again) >/dev/null
python3 - "$rounds" "$program" "$work" <<'PY'
import json, os, pathlib, shutil, socket, statistics, subprocess, sys, time
rounds, program, work = int(sys.argv[1]), sys.argv[2], pathlib.Path(sys.argv[3])
record = json.loads((work / "store/bench/releases/v2.json").read_text())["builds"][0]
tarball = work / "store/bench/builds" / record["id"] / f"{record['gz_sha256']}.tar.gz"
build = json.loads((tarball.parent / "build.json").read_text())

def took(command):
    before, start = os.times(), time.perf_counter()
    subprocess.run(command, check=True, cwd=work, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return time.perf_counter() - start, cpu

def export(release, place, *more):
    return [program, "export", "oci", "--release-id", f"bench@{release}", "--to", str(place), *more]

with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
(work / "registry.yml").write_text(f"version: 0.1\nlog: {{level: error}}\nstorage: {{filesystem: {{rootdirectory: {work}/images}}}}\nhttp: {{addr: '127.0.0.1:{port}'}}\n")
registry = subprocess.Popen(["docker-registry", "serve", str(work / "registry.yml")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
try:
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            break
        except OSError:
            time.sleep(0.05)
    seen = {name: [] for name in ("export", "sum", "copy", "first", "second")}
    for round in range(rounds):
        os.sync()
        seen["export"].append(took(export("v2", f"image-{round}")))
        os.sync()
        seen["sum"].append(took(["sha256sum", str(tarball)]))
        seen["copy"].append(took(["sh", "-c", f"cp {tarball} copy && sync copy"]))
        layer = work / f"image-{round}/blobs/sha256/{record['gz_sha256']}"
        assert layer.read_bytes() == tarball.read_bytes(), "the layer is the tarball itself"
        shutil.rmtree(work / f"image-{round}")
        seen["first"].append(took(export("v2", f"docker://127.0.0.1:{port}/bench-{round}")))
        seen["second"].append(took(export("v3", f"docker://127.0.0.1:{port}/bench-{round}")))
    last = subprocess.run(export("v3", f"docker://127.0.0.1:{port}/bench-{rounds - 1}:again", "--format", "json"), check=True, cwd=work, capture_output=True)
    last = json.loads(last.stdout)
finally:
    registry.kill()
    registry.wait()
middle = lambda name, index: statistics.median(one[index] for one in seen[name])
ratio = lambda one, other, index: statistics.median(a[index] / b[index] for a, b in zip(seen[one], seen[other]))
size = sum(file["size"] for file in build["files"]) / 1e6
print(f"build: {size:.0f} MB in {len(build['files'])} files, {tarball.stat().st_size / 1e6:.1f} MB packed; {os.cpu_count()} cores")
print(f"export oci into a folder: {middle('export', 0):.2f} s (at most 1.5), CPU {middle('export', 1):.2f} s; "
      f"{ratio('export', 'sum', 0):.2f} times sha256sum of the tarball ({middle('sum', 0):.2f} s), {ratio('export', 'copy', 0):.2f} times cp + sync ({middle('copy', 0):.2f} s)")
print(f"pushed: {middle('first', 0):.2f} s; another release of the same build: {middle('second', 0):.2f} s; the same again sends {last['uploaded_bytes']} bytes, {last['standing']} parts stand there")
PY
