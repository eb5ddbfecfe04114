#!/bin/sh
# What `check` costs on a workspace of 80,000 lines: wall and CPU time, the most memory. One line a figure.
# Beside it, in the same run, what `grep -rE` costs that only looks for four words in the same files.
set -eu
cd "$(dirname "$0")/.."
cargo build --release --quiet
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 - "${CARGO_TARGET_DIR:-target}/release/cargo-twelve" "$folder" <<'PYTHON'
import os, pathlib, resource, statistics, subprocess, sys, time

program, folder = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2])
LINES, FILE, PACKAGES = 80_000, 400, 20
PART = '''/// Answers one request of many.
pub async fn handle_{n}(State(app): State<App>, Path(id): Path<u64>) -> Result<Json<Answer>, Error> {{
    let limit = std::env::var("LIMIT_{n}").ok().and_then(|text| text.parse::<u64>().ok()).unwrap_or(100);
    let rows = sqlx::query("select id, name, price from items where id > $1 order by id limit $2")
        .bind(id)
        .bind(limit as i64)
        .fetch_all(&app.pool)
        .await
        .map_err(|cause| Error::Database {{ cause }})?;
    let mut items = Vec::with_capacity(rows.len());
    for row in &rows {{
        let item = Item {{ id: row.get("id"), name: row.get("name"), price: row.get::<i64, _>("price") }};
        if item.price < 0 {{
            tracing::warn!(id = item.id, "a price below nothing");
            continue;
        }}
        items.push(item);
    }}
    tracing::info!(count = items.len(), "answered");
    Ok(Json(Answer {{ items, next: rows.last().map(|row| row.get("id")) }}))
}}

'''
count = 0


def module():
    global count
    text = "use axum::{Json, extract::{Path, State}};\nuse crate::{Answer, App, Error, Item};\n\n"
    while text.count("\n") < FILE:
        text += PART.format(n=count)
        count += 1
    return text


def package(path, name, root, files, dependencies):
    source = folder / path / "src"
    source.mkdir(parents=True)
    (folder / path / "Cargo.toml").write_text(f'[package]\nname = "{name}"\nversion = "0.1.0"\nedition = "2024"\n\n[dependencies]\n{dependencies}')
    (source / root).write_text("".join(f"pub mod part_{n};\n" for n in range(files)) + MAIN[root])
    for n in range(files):
        (source / f"part_{n}.rs").write_text(module())


MAIN = {"lib.rs": "", "main.rs": '''#[tokio::main]
async fn main() {
    let port: u16 = std::env::var("PORT").unwrap().parse().unwrap();
    let listener = tokio::net::TcpListener::bind(("0.0.0.0", port)).await.unwrap();
    axum::serve(listener, axum::Router::new()).await.unwrap();
}
'''}
(folder / "Cargo.toml").write_text('[workspace]\nmembers = ["crates/*"]\nresolver = "3"\n')
each = LINES // FILE // PACKAGES
for n in range(PACKAGES):
    package(f"crates/part-{n}", f"part-{n}", "lib.rs", each, 'axum = "0.8"\nsqlx = "0.8"\n')
paths = "".join(f'part-{n} = {{ path = "../part-{n}" }}\n' for n in range(PACKAGES))
package("crates/shop", "shop", "main.rs", 0, f'axum = "0.8"\ntokio = "1"\n{paths}')
git = ["git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@example.org"]
for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "x"]):
    subprocess.run(git + words, check=True)


def cold():
    """Out of the page cache, where the machine lets us."""
    for path in folder.rglob("*.rs"):
        with open(path) as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def cost(command):
    cold()
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(command, stdout=subprocess.DEVNULL)
    after, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic() - start
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


check = [program, "check", str(folder), "--format", "json"]
grep = ["grep", "-rE", "SIGTERM|TcpListener::bind|env::var|File::create", str(folder / "crates")]
pairs = [(cost(check), cost(grep)) for _ in range(7)]
(wall, cpu), (grep_wall, grep_cpu) = ([statistics.median(pair[side][one] for pair in pairs) for one in (0, 1)] for side in (0, 1))
# Of all children the largest; grep and git are far below.
memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
lines = sum(path.read_text().count("\n") for path in folder.rglob("*.rs"))
print(f"check, {lines} lines, wall: {wall:.2f} s (grep: {grep_wall:.2f} s; ratio {wall / grep_wall:.1f})")
print(f"check, {lines} lines, CPU: {cpu:.2f} s (grep: {grep_cpu:.2f} s)")
print(f"check, most memory: {memory:.0f} MiB")
PYTHON
