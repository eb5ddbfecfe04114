#!/usr/bin/env bash
# The memory that a large build costs: peaks of `release --build`, `verify` and `pull` with a folder, and with a bucket where SeaweedFS is
# installed (`tests/all` does it). By hand: `tests/large_build.sh [MEBIBYTES, usually 2048]`, after `cargo build --release`; it needs
# seven times the size on disk. Ends with 1 where a peak is above 64 MiB.
set -euo pipefail
cd "$(dirname "$0")/.."
program=${PROGRAM:-$PWD/target/release/cargo-twelve}
test -x "$program" || { echo "first: cargo build --release" >&2; exit 1; }
weed=$PWD/target/tools/seaweedfs/bin/weed
work=$(mktemp -d)
server=
trap 'test -z "$server" || { kill "$server"; wait "$server" 2>/dev/null || true; }; chmod -R u+w "$work"; rm -rf "$work"' EXIT
mkdir -p "$work/shop/src"
cd "$work/shop"
printf '[package]\nname = "shop"\nversion = "1.0.0"\nedition = "2024"\n' >Cargo.toml
printf 'version = 4\n\n[[package]]\nname = "shop"\nversion = "1.0.0"\n' >Cargo.lock
printf '[build]\nout-assets = ["large/**"]\n[processes.web]\ncommand = "shop"\n' >twelve.toml
printf '/target\n' >.gitignore
echo 'fn main() {}' >src/main.rs
# Bytes that do not pack, the same each time: xorshift64.
cat >build.rs <<RUST
use std::io::Write;
fn main() {
    let folder = std::path::PathBuf::from(std::env::var("OUT_DIR").unwrap()).join("large");
    std::fs::create_dir_all(&folder).unwrap();
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for number in 0..${1:-2048} {
        let mut out = std::io::BufWriter::new(std::fs::File::create(folder.join(number.to_string())).unwrap());
        for _ in 0..(1 << 17) {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            out.write_all(&state.to_le_bytes()).unwrap();
        }
    }
}
RUST
git init -q && git add -A
git -c user.name=ada -c user.email=ada@example.org commit -qm first
export TWELVE_CACHE=$work/cache TWELVE_STATE=$work/state
TWELVE_STORE=$work/built "$program" build --quiet >/dev/null
tarball=$(ls target/twelve/shop-1.0.0-*.tar.gz)
ls -l "$tarball" | awk '{ printf "a build of %.0f MiB\n", $5 / 1048576 }'
mv "$tarball" "$work/build.tar.gz"
rm -rf target "$work/built"

failed=0
peak() { # peak NAME WORDS...: the largest resident set of a command, in MiB
  python3 - "$program" "$@" <<'PY' || failed=1
import os, subprocess, sys
program, name, *words = sys.argv[1:]
child = subprocess.Popen([program, *words, "--quiet"], stdout=subprocess.DEVNULL)
_, status, usage = os.wait4(child.pid, 0)
mebibytes = usage.ru_maxrss / 1024
print(f"{name}: {mebibytes:.1f} MiB at most (asked: 64), code {os.waitstatus_to_exitcode(status)}", flush=True)
sys.exit(status != 0 or mebibytes > 64)
PY
}
through() { # through NAME STORE
  export TWELVE_STORE=$2
  peak "$1, release --build" release --build "$work/build.tar.gz"
  rm -rf target
  peak "$1, verify" verify v1
  peak "$1, pull" pull v1
  chmod -R u+w "$work/cache" && rm -rf "$work/cache"
}
through folder "$work/store"
rm -rf "$work/store"
if [ -x "$weed" ]; then
  ports=$(python3 -c 'import socket
def free(port):
    try: socket.create_server(("127.0.0.1", port)).close(); return True
    except OSError: return False
print(*[port for port in range(11000, 20000) if free(port) and free(port + 10000)][:4])')
  read -r master volume filer s3 <<<"$ports"
  export AWS_ACCESS_KEY_ID=AKTEST AWS_SECRET_ACCESS_KEY=SKTEST AWS_ENDPOINT_URL=http://127.0.0.1:$s3 AWS_ALLOW_HTTP=true AWS_REGION=us-east-1
  "$weed" mini -ip=127.0.0.1 -ip.bind=127.0.0.1 -s3.port.iceberg=0 -s3.port.lance=0 -webdav=false -admin.ui=false -master.telemetry=false \
    -bucket=rel "-dir=$work/weed" "-master.port=$master" "-volume.port=$volume" "-filer.port=$filer" "-s3.port=$s3" >/dev/null 2>&1 &
  server=$!
  until TWELVE_STORE=s3://rel/team "$program" deploys --quiet >/dev/null 2>&1; do sleep 0.5; done
  through bucket s3://rel/team
else
  echo "SKIPPED: a bucket, since SeaweedFS is not installed"
fi
exit "$failed"
