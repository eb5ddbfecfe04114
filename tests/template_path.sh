#!/usr/bin/env bash
# By hand: each built-in template as its reader meets it, with an empty HOME: new, check, release, deploy with its release
# phase, run in the sandbox, requests and jobs, SIGTERM, `check --run`. The template on PostgreSQL has a real server of this
# script's own. Prints what it saw, and ends with 1 at the first thing that is not so. TEMPLATES chooses, OPTIONS answers.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --quiet
root=$PWD
folder=$(mktemp -d)
chmod 711 "$folder"
server=
running=
end() {
  [ -z "$running" ] || kill "$running" 2>/dev/null || true
  [ -z "$server" ] || kill -INT "$server" 2>/dev/null || true
  wait 2>/dev/null || true
  chmod -R u+w "$folder"
  rm -rf "$folder"
}
trap end EXIT
mkdir "$folder/home" "$folder/tmp"
cp target/debug/cargo-twelve "$folder/"
program=$folder/cargo-twelve
export CARGO_HOME=${CARGO_HOME:-$HOME/.cargo} RUSTUP_HOME=${RUSTUP_HOME:-$HOME/.rustup} CARGO_TARGET_DIR=$root/target/generated
export HOME=$folder/home TWELVE_CACHE=$folder/cache TWELVE_STATE=$folder/state
unset PORT TWELVE_STORE DATABASE_URL
git config --global user.name Ada
git config --global user.email ada@example.org
git config --global init.defaultBranch main

saw() { printf '%-13s%s\n' "$template" "$*"; }
fail() {
  saw "NOT SO: $*"
  tail -n 20 "$folder/out" "$folder/err"
  exit 1
}
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
until_so() { # until_so WHAT COMMAND...: asks again for a minute
  local what=$1; shift
  for _ in $(seq 600); do "$@" >/dev/null 2>&1 && return; sleep 0.1; done
  fail "$what"
}
get() { curl --silent --show-error --fail --max-time 5 "http://127.0.0.1:$port$1"; }
query() { "$postgres/psql" -qAt -h 127.0.0.1 -p "$database_port" -U postgres -d shop -c "$1"; }
counts() { [ "$(query "$1")" = "$2" ]; }

start() { # start TYPE...: the deploy's current release, in the sandbox or not at all
  port=$(free_port)
  "$program" run --release-id shop@production --env-file prod.env --port "$port" --sandbox require "$@" \
    >"$folder/out" 2>"$folder/err" &
  running=$!
  # A type with a port is said to be ready; a worker says itself that it works.
  until_so "it started" grep -qE 'Ready|"working"' "$folder/err" "$folder/out"
}
stop() {
  local code=0
  kill -TERM "$running"
  wait "$running" || code=$?
  running=
  [ "$code" = 0 ] || fail "exit code $code after SIGTERM"
}

postgres_server() {
  postgres=$(dirname "$(ls /usr/lib/postgresql/*/bin/initdb | tail -1)")
  database_port=$(free_port)
  mkdir "$folder/data"
  local as=(env)
  if [ "$(id -u)" = 0 ]; then chown postgres "$folder/data"; as=(setpriv --reuid postgres --regid postgres --clear-groups); fi
  (cd / && "${as[@]}" "$postgres/initdb" -D "$folder/data" -A trust -U postgres --no-sync -E UTF8 --no-locale >/dev/null)
  cd /
  "${as[@]}" "$postgres/postgres" -D "$folder/data" -p "$database_port" -c listen_addresses=127.0.0.1 \
    -c unix_socket_directories= -c fsync=off 2>/dev/null &
  server=$!
  cd "$folder"
  until_so "PostgreSQL answers" "$postgres/psql" -h 127.0.0.1 -p "$database_port" -U postgres -c 'CREATE DATABASE shop'
}

for template in ${TEMPLATES:-web worker web-postgres}; do
  began=$SECONDS
  cd "$folder"
  rm -rf shop "$folder/home/.local"
  # shellcheck disable=SC2086 # words of their own
  "$program" new shop --template "$template" --no-input --quiet ${OPTIONS:-}
  cd shop
  "$program" check >"$folder/out" 2>"$folder/err" || fail "check"
  saw "$(tail -1 "$folder/out")"
  "$program" release >"$folder/out" 2>"$folder/err" || fail "release"
  saw "$(grep Released "$folder/err" | sed 's/^ *//')"
  cp .env.example prod.env
  if [ "$template" = web-postgres ]; then
    [ -n "$server" ] || postgres_server
    cd "$folder/shop"
    sed -i "s|^DATABASE_URL=.*|DATABASE_URL=postgres://postgres@127.0.0.1:$database_port/shop|; s|^DRAIN_TIMEOUT_SECONDS=.*|DRAIN_TIMEOUT_SECONDS=1|" prod.env
  fi
  "$program" deploy production v1 --env-file prod.env >"$folder/out" 2>"$folder/err" || fail "deploy"
  [ "$template" != web-postgres ] || grep -q '"migrated"' "$folder/out" "$folder/err" || fail "the release phase migrated"
  saw "deployed; the release phase said: $(cat "$folder/out" "$folder/err" | grep -o '"migrated"' || echo nothing)"

  case $template in
  web)
    start
    [ "$(get /)" = '{"message":"Hello, world!"}' ] || fail "an answer"
    get /version | grep -q '"release":"v1"' || fail "the release is told"
    saw "answers as $(get /version)"
    stop
    grep -q '"drained"' "$folder/out" || fail "it drained"
    saw "SIGTERM: drained, exit 0"
    ;;
  worker)
    start
    until_so "a piece is done" grep -q '"done"' "$folder/out"
    stop
    grep -q '"stopped"' "$folder/out" || fail "it stopped by itself"
    saw "SIGTERM: what was begun was ended, exit 0"
    ;;
  web-postgres)
    start web=1 worker=2
    for name in $(seq 20); do
      curl --silent --fail -H 'Content-Type: application/json' -d "{\"kind\":\"greet\",\"payload\":\"$name\"}" "http://127.0.0.1:$port/jobs" >/dev/null || fail "a job is taken in"
    done
    until_so "20 jobs are done" counts "SELECT count(*) FROM jobs WHERE done_at IS NOT NULL" 20
    [ "$(query "SELECT count(*) || ' ' || count(DISTINCT job) FROM greetings")" = "20 20" ] || fail "each job was done once"
    get /readyz && saw "ready; 20 jobs done, each once, by two workers"
    curl --silent --fail -H 'Content-Type: application/json' -d '{"kind":"greet-slowly","payload":"600 Ada"}' "http://127.0.0.1:$port/jobs" >/dev/null
    until_so "the slow job is begun" grep -q '"begun".*"greet-slowly"' "$folder/out"
    stop
    grep -q '"given back"' "$folder/out" || fail "the job was given back"
    counts "SELECT count(*) FROM attempts WHERE job = 21" 0 || fail "the attempt does not count"
    saw "SIGTERM: drained, the slow job given back, exit 0"
    query "UPDATE jobs SET payload = '0 Ada' WHERE id = 21"
    start web=1 worker=1
    until_so "another worker does it" counts "SELECT count(*) FROM jobs WHERE done_at IS NULL" 0
    [ "$(query "SELECT count(*) FROM greetings WHERE job = 21")" = 1 ] || fail "once"
    stop
    saw "the next worker did it, once"
    ;;
  esac
  "$program" check --run --release-id v1 --env-file prod.env >"$folder/out" 2>"$folder/err" ||
    fail "check --run"
  saw "watched: $(tail -1 "$folder/out") ($((SECONDS - began)) s in all)"
done
