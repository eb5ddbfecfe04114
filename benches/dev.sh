#!/usr/bin/env bash
# `dev`: from cargo's last word to the first line of the next version, the stop of the old one included; and from the
# save of `.env`, where nothing is compiled. Prints one line a figure. Needs `cargo build --release` before, or PROGRAM.
set -euo pipefail
cd "$(dirname "$0")/.."
program=${PROGRAM:-$PWD/target/release/cargo-twelve}
test -x "$program" || { echo "first: cargo build --release" >&2; exit 1; }
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
python3 - "$program" "$work" "${1:-15}" <<'PY'
import os, statistics, subprocess, sys, threading, time

program, work, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3])
os.mkdir(f"{work}/src")


def write(path, text):
    with open(f"{work}/{path}", "w") as file:
        file.write(text)


def version(number):
    write("src/main.rs", f'fn main() {{\n    println!("up {number}");\n    loop {{ std::thread::park(); }}\n}}\n')


write("Cargo.toml", '[package]\nname = "shop"\nversion = "0.1.0"\nedition = "2024"\n')
write("Procfile", "web: shop\n")
write(".env", "ROUND=0\n")
version(0)
dev = subprocess.Popen([program, "dev", "--log-format", "raw"], cwd=work, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
finished = []


def listen():
    for line in dev.stderr:
        if b"Finished" in line:
            finished.append(time.perf_counter())


def first_line():
    while not (line := dev.stdout.readline()).startswith(b"up"):
        assert line, "dev ended"
    return time.perf_counter()


threading.Thread(target=listen, daemon=True).start()
first_line()
saved, built = [], []
for round in range(1, rounds + 1):
    time.sleep(0.1)
    start = time.perf_counter()
    write(".env", f"ROUND={round}\n")
    saved.append((first_line() - start) * 1000)
    time.sleep(0.1)
    version(round)
    up = first_line()
    built.append((up - finished[-1]) * 1000)
dev.terminate()
dev.wait()
for what, all in (("from cargo's last word", built), ("from the save of .env", saved)):
    print(f"{what} to the first line of the next version: {statistics.median(all):.1f} ms, at best {min(all):.1f} ms")
PY
