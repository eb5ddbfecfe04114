#!/usr/bin/env bash
# Tampers with everything that a build is made from, and prints a table: what was done, the exit code, what was said.
# The rows are the scenes of tests/scenes/build_tampering.rs, which also assert what is compiled.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo test --quiet --test scenes build_tampering -- --show-output --test-threads 1 | python3 -c '
import re, sys
text = sys.stdin.read()
print("| what was done | exit code | what is said |\n| --- | --- | --- |")
for scene in re.split(r"^---- build_tampering::", text, flags=re.M)[1:]:
    name = scene.split(" ", 1)[0].replace("_", " ")
    rows = []
    for page in re.split(r"^code: ", scene, flags=re.M)[1:]:
        code = re.match(r"Some\((\d+)\)", page)[1]
        said = [line.strip() for line in page.splitlines() if re.match(r"\s*(warning|error|hint):", line)]
        said = [re.sub(r"\[SCENE\]/", "", line).replace("|", "\\|") for line in said]
        if said and (code, said) not in rows:
            rows.append((code, said))
    if not rows:
        rows = [("0", ["(no word: the tampered copy is our own, and is mended)"])]
    for code, said in rows:
        print(f"| {name} | {code} | " + "<br>".join(said) + " |")
print()
print(text.strip().splitlines()[-1])
'
