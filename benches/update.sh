#!/bin/sh
# What `new` and `update` cost: CPU time, user and system, medians of interleaved runs. The templates are made here: 20
# files, and 1,000. Where cargo-generate is installed it makes the same 20 files beside, without a repository. One line a figure.
set -eu
cd "$(dirname "$0")/.."
cargo build --release --quiet
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 - "${CARGO_TARGET_DIR:-target}/release/cargo-twelve" "$folder" <<'PYTHON'
import os, resource, shutil, statistics, subprocess, sys

program, folder = os.path.abspath(sys.argv[1]), sys.argv[2]
RUNS = 15


def cost(*words, cwd=folder):
    def used():
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return 1000 * (usage.ru_utime + usage.ru_stime)

    before = used()
    subprocess.run(words, check=True, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return used() - before


def template(name, files, version, placeholder, ending):
    root = os.path.join(folder, name)
    for number in range(files):
        path = os.path.join(root, f"src/m{number // 50}/f{number}.rs{ending if number % 2 else ''}")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        lines = [f"// {placeholder} {version if line == 3 else ''} {number}.{line}\n" for line in range(60)]
        open(path, "w").writelines(lines)
    return root


def ours(name, files, version):
    root = template(name, files, version, "{{name}}", ".hbs")
    head = f'[template]\nname = "{name}"\nversion = "{version}"\ndescription = "d"\n'
    open(os.path.join(root, "template.toml"), "w").write(head)
    return root


def new(name, project):
    return cost(program, "new", project, "--template", f"./{name}", "--no-input", "--vcs", "none", "--quiet")


def updated(name, files, run):
    """A project with a line of every file changed, brought up to a version with another line of each changed."""
    project = os.path.join(folder, f"{name}-update-{run}")
    ours(name, files, "1.0.0")
    new(name, project)
    for root, _, names in os.walk(os.path.join(project, "src")):
        for file in names:
            path = os.path.join(root, file)
            lines = open(path).readlines()
            lines[40] = "// mine\n"
            open(path, "w").writelines(lines)
    ours(name, files, "2.0.0")
    spent = cost(program, "update", "--quiet", cwd=project)
    assert open(os.path.join(project, "src/m0/f1.rs")).readlines()[3].count("2.0.0") == 1
    shutil.rmtree(project)
    return spent


peer = shutil.which("cargo-generate")
theirs = template("peer", 20, "1.0.0", "{{project-name}}", "")
ours("small", 20, "1.0.0")
ours("large", 1000, "1.0.0")
new("small", "warm")
small, large, updates, peers = [], [], [], []
for run in range(RUNS):
    small.append(new("small", f"small-{run}"))
    if peer:
        peers.append(cost(peer, "generate", "--path", theirs, "--name", f"peer-{run}", "--vcs", "none", "--silent"))
for run in range(RUNS):
    updates.append(updated("small", 20, run))
for run in range(5):
    large.append(new("large", f"large-{run}"))
many = statistics.median(updated("large", 1000, run) for run in range(3))
median = statistics.median
beside = f" (cargo-generate: {median(peers):.1f} ms; ratio {median(small) / median(peers):.2f})" if peers else ""
print(f"new, 20 files, CPU: {median(small):.1f} ms{beside}")
print(f"update, 20 files all merged, CPU: {median(updates):.1f} ms")
print(f"new, 1000 files, CPU: {median(large):.1f} ms")
print(f"update, 1000 files all merged, CPU: {many:.1f} ms")
PYTHON
