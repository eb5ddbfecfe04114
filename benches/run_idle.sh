#!/usr/bin/env bash
# What an idle formation of 20 processes costs: the memory (PSS) of the supervisor and its watchdog together, beside
# that of one `sleep`, and how often either wakes up in ten seconds. Prints one line a figure.
# Needs `cargo build --release` before, and strace. SERVER names another program to measure: what servers get, made with
# `cargo build --profile server --no-default-features`, with `--features remote` where the store is a bucket.
set -euo pipefail
cd "$(dirname "$0")/.."
source benches/release.sh
release_of 'shop arguments started' 1
declare_web "sleep 600" 20
"${SERVER:-$program}" run --release-id bench@latest --quiet >/dev/null 2>&1 & supervisor=$!
trap 'kill "$supervisor" 2>/dev/null || true; wait "$supervisor" || true; chmod -R u+w "$work"; rm -rf "$work"' EXIT
for ((wait = 0; wait < 100; wait++)); do
  test "$(pgrep -cxP "$supervisor" sleep)" = 20 && break
  sleep 0.1
done
watchdog=$(pgrep -P "$supervisor" | while read -r child; do
  if tr '\0' ' ' <"/proc/$child/cmdline" | grep -q 'cargo-twelve watchdog'; then echo "$child"; fi
done)
child=$(pgrep -xP "$supervisor" sleep | head -n 1)
sleep 1
pss() { awk '/^Pss:/ { print $2 }' "/proc/$1/smaps_rollup"; }
ours=$(pss "$supervisor") theirs=$(pss "$watchdog") sleeps=$(pss "$child")
python3 - "$ours" "$theirs" "$sleeps" <<'PY'
import sys
ours, watchdog, sleep = (int(kib) / 1024 for kib in sys.argv[1:])
print(f"idle, 20 children: supervisor {ours:.2f} MB and watchdog {watchdog:.2f} MB PSS, together {ours + watchdog:.2f} MB; "
      f"the 20 `sleep` {20 * sleep:.2f} MB, ratio {(ours + watchdog) / (20 * sleep):.2f}")
PY
trace=$work/trace
timeout 10 strace -f -qq -o "$trace" -p "$supervisor" -p "$watchdog" || true
# A call that ended is a wake-up; the two that both wait in have not.
echo "wake-ups of both in 10 s: $(grep -cE ' = [^?]' "$trace" || true)"
