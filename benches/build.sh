#!/usr/bin/env bash
# The build stage beside plain cargo. Prints one line a figure; medians of five runs.
#   benches/build.sh [CODEBASE]
# 1. Verifying every crate of a lockfile: cold (unpacking) and warm (comparing). CODEBASE is a clone of any Rust project
#    whose crates are fetched; without one, this repository.
# 2. A cold build of a scaffolded service: what part of it verifying is.
# 3. A build after a one-line change of a scaffolded service, beside `cargo build --release --locked` of the same change.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --release --quiet
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
export TWELVE_STORE=$work/store XDG_CACHE_HOME=$work/cache
git clone -q "${1:-.}" "$work/codebase"
python3 - "$PWD/${CARGO_TARGET_DIR:-target}/release/cargo-twelve" "$work" <<'PY'
import json, os, pathlib, re, shutil, signal, statistics, subprocess, sys, time
program, work = sys.argv[1], pathlib.Path(sys.argv[2])
codebase = work / "codebase"
quiet = dict(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

def verify():
    """Milliseconds that verifying took, and the number of packages; the build is stopped there."""
    child = subprocess.Popen([program, "build", "--format", "json", "--rev", "HEAD"], cwd=codebase,
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    for line in child.stdout:
        event = json.loads(line)
        if event["event"] == "lock_verified":
            child.send_signal(signal.SIGTERM)
            child.stdout.read()
            child.wait()
            return event["milliseconds"], event["packages"]
    sys.exit(f"`cargo twelve build` verified no lockfile (exit code {child.wait()})")

verify()
vendor = next(codebase.glob("target/twelve/work/*/cargo/vendor"))
files = [path for path in vendor.rglob("*") if path.is_file()]
size = sum(path.stat().st_size for path in files)
cold = []
for _ in range(3):
    shutil.rmtree(vendor)
    cold.append(verify()[0])
warm = [verify() for _ in range(5)]
packages = warm[0][1]
print(f"verifying {packages} crates ({size / 1e6:.0f} MB, {len(files):,} files): {statistics.median(run[0] for run in warm) / 1000:.2f} s warm, "
      f"{statistics.median(cold) / 1000:.2f} s with unpacking; {os.cpu_count()} cores, at most 1 s for 300 crates")

shop = work / "shop"
subprocess.run([program, "new", shop, "--no-input", "--quiet"], check=True)
plain = work / "plain"
subprocess.run(["git", "clone", "-q", shop, plain], check=True)
def timed(command, folder):
    start = time.monotonic()
    subprocess.run(command, cwd=folder, check=True, **quiet)
    return time.monotonic() - start
ours_call, plain_call = [program, "build"], ["cargo", "build", "--release", "--locked"]
start = time.monotonic()
told = subprocess.run([*ours_call, "--format", "json"], cwd=shop, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
cold_ours, cold_plain = time.monotonic() - start, timed(plain_call, plain)
verified = next(event for event in map(json.loads, told.stdout.splitlines()) if event["event"] == "lock_verified")
share = verified["milliseconds"] / 10 / cold_ours
print(f"cold build of the scaffolded service: {cold_ours:.1f} s (cargo build --release --locked: {cold_plain:.1f} s)")
print(f"verifying its {verified['packages']} crates: {verified['milliseconds'] / 1000:.2f} s, {share:.2f} % of the cold build, at most 3 %")
main = "src/main.rs"
text = (shop / main).read_text()
ours, plains = [], []
for number in range(5):
    changed = re.sub(r"(fn main\([^)]*\)[^{]*\{)", rf"\1\n    std::hint::black_box({number}_u64);", text, count=1)
    assert changed != text
    for folder in (shop, plain):
        (folder / main).write_text(changed)
    subprocess.run(["git", "commit", "-qam", f"change {number}"], cwd=shop, check=True)
    ours.append(timed(ours_call, shop))
    plains.append(timed(plain_call, plain))
one, other = statistics.median(ours), statistics.median(plains)
print(f"build after a one-line change: {one:.2f} s (cargo build --release --locked: {other:.2f} s; {100 * (one / other - 1):+.1f} %, at most +10 %)")
PY
