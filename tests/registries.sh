#!/usr/bin/env bash
# A registry of one's own, with a real server: cargo-http-registry, whose index is a git repository over HTTP. A package is
# published to it, locked, and built in two folders with two empty CARGO_HOMEs; then the server is gone; then it lies.
# (Sparse indices, tokens and mirrors are scenes: tests/scenes/build_registries.rs.)
# Needs `cargo build` before, and installs the server where it is missing (minutes).
set -euo pipefail
program=$(cd "$(dirname "$0")/.." && pwd)/${CARGO_TARGET_DIR:-target}/debug/cargo-twelve
command -v cargo-http-registry >/dev/null || cargo install --quiet cargo-http-registry
work=$(mktemp -d)
export RUSTUP_HOME=${RUSTUP_HOME:-$HOME/.rustup} TWELVE_STORE=$work/store GIT_CONFIG_GLOBAL=$work/gitconfig
git config --global user.name Ada; git config --global user.email ada@example.org

cargo-http-registry --addr 127.0.0.1:0 "$work/registry" >/dev/null 2>&1 & server=$!
trap 'kill $server 2>/dev/null || true; rm -rf "$work"' EXIT
for _ in $(seq 100); do [ -s "$work/registry/config.json" ] && break; sleep 0.1; done
index=$(python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))["api"] + "/git")' "$work/registry/config.json")

home() { # home NAME: an empty CARGO_HOME that knows the registry and has a token for it
  mkdir -p "$work/$1"
  printf '[registries.own]\nindex = "%s"\n[net]\ngit-fetch-with-cli = true\n' "$index" >"$work/$1/config.toml"
  printf '[registries.own]\ntoken = "t0ken"\n' >"$work/$1/credentials.toml"
  echo "$work/$1"
}
said=$work/said checks=0 wrong=0
check() { # check WHAT COMMAND...
  local what=$1; shift; checks=$((checks + 1))
  if "$@"; then echo "ok: $what"; else wrong=$((wrong + 1)); echo "WRONG: $what"; cat "$said"; fi
}
build() { (cd "$2" && CARGO_HOME=$(home "$1") "$program" build 2>"$said"); }

cargo new --quiet --lib --name menu-card "$work/menu-card"
echo 'pub fn dish() -> &'"'"'static str { "soup" }' >"$work/menu-card/src/lib.rs"
sed -i 's/^edition.*/&\ndescription = "d"\nlicense = "MIT"/' "$work/menu-card/Cargo.toml"
(cd "$work/menu-card" && git add -A && git commit -qm first &&
  CARGO_HOME=$(home publisher) cargo publish --quiet --registry own)
cargo new --quiet --name shop "$work/shop"
cd "$work/shop"
printf 'menu-card = { version = "0.1", registry = "own" }\n' >>Cargo.toml
echo 'fn main() { println!("{}", menu_card::dish()); }' >src/main.rs
printf 'web: shop\n' >Procfile
CARGO_HOME=$(home publisher) cargo generate-lockfile --quiet
git add -A && git commit -qm first
git clone -q . "$work/elsewhere/of/another/depth"

first=$(build one .)
check "an empty home fetches from the registry: ${first:0:16}" [ "${#first}" = 64 ]
second=$(build two "$work/elsewhere/of/another/depth")
check "another folder and another home give the same build" [ "$second" = "$first" ]
check "build.json names the registry" grep -q "\"source\":\"registry+$index\"" "$work/store/shop/builds/$first/build.json"
check "the token is in no file of the store or of the work folder" \
  sh -c '! grep -rqF t0ken "$1" "$2"' sh "$work/store" target
check "nothing is said to be kept out" sh -c '! grep -q "kept out" "$1"' sh "$said"

find "$work/registry" -name 'menu-card-0.1.0.crate' -exec sh -c 'echo forged >"$1"' sh {} \;
rm -rf target
code=0; build three . >/dev/null || code=$?
check "a server that gives other bytes is refused ($code): $(sed -n 's/^error: //p' "$said")" [ "$code" = 77 ]
kill $server; wait $server 2>/dev/null || true
check "without the server, what is cached is enough" [ "$(build one .)" = "$first" ]
code=0; build four . >/dev/null || code=$?
check "without the server and the cache it is unavailable ($code)" [ "$code" = 69 ]
echo "$checks checks, $wrong wrong"
[ "$wrong" = 0 ]
