#!/bin/sh
# What `new` costs without the first commit: CPU time, user and system, the median of 20 runs. One line a figure.
# The peer's figure is of a template of 20 files on a loaded machine; it is not measured again here.
set -eu
cd "$(dirname "$0")/.."
cargo build --release --quiet
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 - "${CARGO_TARGET_DIR:-target}/release/cargo-twelve" "$folder" <<'PYTHON'
import os, resource, statistics, subprocess, sys

PEER = 17.9  # cargo-generate 0.26, in ms
program, folder = sys.argv[1:]


def used():
    """The CPU time of all runs so far, in ms."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (usage.ru_utime + usage.ru_stime)


def cost(run):
    before = used()
    project = os.path.join(folder, f"shop-{run}")
    subprocess.run([program, "new", project, "--no-input", "--vcs", "none", "--quiet"], check=True)
    return used() - before


cost("warm")
median = statistics.median(cost(run) for run in range(20))
print(f"new, CPU: {median:.1f} ms (cargo-generate: {PEER} ms; ratio {median / PEER:.2f})")
PYTHON
