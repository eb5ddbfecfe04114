#!/bin/sh
# What `new` of the built-in template costs without the first commit: CPU time, user and system, medians of interleaved
# runs. Where cargo-generate is installed it makes the same files beside, from a folder with its own marks, without a
# repository; otherwise its figure of another day stands beside. One line a figure.
set -eu
cd "$(dirname "$0")/.."
cargo build --release --quiet
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 - "${CARGO_TARGET_DIR:-target}/release/cargo-twelve" "$folder" <<'PYTHON'
import os, resource, shutil, statistics, subprocess, sys

ANOTHER_DAY = 17.9  # cargo-generate 0.26 with a template of 20 files, in ms
program, folder = os.path.abspath(sys.argv[1]), sys.argv[2]


def used():
    """The CPU time of all runs so far, in ms."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (usage.ru_utime + usage.ru_stime)


def cost(*words):
    before = used()
    subprocess.run(words, check=True, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return used() - before


def ours(run):
    return cost(program, "new", f"shop-{run}", "--no-input", "--vcs", "none", "--quiet")


def theirs(run):
    return cost(peer, "generate", "--path", "peer", "--name", f"peer-{run}", "--vcs", "none", "--silent")


ours("warm")
files = sum(len(names) for _, _, names in os.walk(os.path.join(folder, "shop-warm")))
peer = shutil.which("cargo-generate")
if peer:
    shutil.copytree(os.path.join(folder, "shop-warm"), os.path.join(folder, "peer"))
    shutil.rmtree(os.path.join(folder, "peer/.twelve"))
    for name in ["Cargo.toml", "Cargo.lock", "README.md", "twelve.toml"]:
        path = os.path.join(folder, "peer", name)
        text = open(path).read().replace("shop-warm", "{{project-name}}")
        open(path, "w").write(text)
    # Its marks are those of a workflow too, so it copies that one.
    open(os.path.join(folder, "peer/cargo-generate.toml"), "w").write('[template]\nexclude = [".github/**"]\n')
    theirs("warm")
own, others = [], []
for run in range(20):
    own.append(ours(run))
    if peer:
        others.append(theirs(run))
median = statistics.median(own)
beside, when = (statistics.median(others), "") if peer else (ANOTHER_DAY, " on another day")
print(f"new, {files} files, CPU: {median:.1f} ms (cargo-generate{when}: {beside:.1f} ms; ratio {median / beside:.2f})")
PYTHON
