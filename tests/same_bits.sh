#!/usr/bin/env bash
# One commit, built in different folders, with different CARGO_HOMEs, by different users under different umasks: one id.
# The app has a build script, a proc-macro, a C library, one of C and assembler (ring), and workspace members. Prints a line a variant.
# Needs root for the other users, and `cargo build` before. Cold compiles: about ten minutes on two cores.
set -euo pipefail
cd "$(dirname "$0")/.."
program=$PWD/${CARGO_TARGET_DIR:-target}/debug/cargo-twelve
sysroot=$(rustc --print sysroot)
home=${CARGO_HOME:-$HOME/.cargo}
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
cp "$program" "$work/cargo-twelve"

mkdir -p "$work/app" && cd "$work/app"
export GIT_CONFIG_GLOBAL=$work/gitconfig
git config --global user.name Ada; git config --global user.email ada@example.org
mkdir -p src greeting/src shout/src
cat >Cargo.toml <<'TOML'
[workspace]
members = ["greeting", "shout"]
[package]
name = "shop"
version = "1.0.0"
edition = "2024"
[dependencies]
greeting = { path = "greeting" }
shout = { path = "shout" }
serde = { version = "1", features = ["derive"] }
zstd = { version = "0.13", default-features = false }
ring = "0.17"
TOML
printf '[package]\nname = "greeting"\nversion = "1.0.0"\nedition = "2024"\n' >greeting/Cargo.toml
printf '[package]\nname = "shout"\nversion = "1.0.0"\nedition = "2024"\n[lib]\nproc-macro = true\n' >shout/Cargo.toml
echo 'pub fn greeting() -> String { assert!(!file!().is_empty()); format!("{}:{}", file!(), line!()) }' >greeting/src/lib.rs
cat >shout/src/lib.rs <<'RUST'
#[proc_macro]
pub fn shout(_: proc_macro::TokenStream) -> proc_macro::TokenStream { "\"HEY\"".parse().unwrap() }
RUST
cat >build.rs <<'RUST'
fn main() {
    let out = std::env::var("OUT_DIR").unwrap();
    std::fs::write(format!("{out}/page.rs"), "pub const PAGE: &str = \"page\";").unwrap();
}
RUST
cat >src/main.rs <<'RUST'
include!(concat!(env!("OUT_DIR"), "/page.rs"));
#[derive(serde::Serialize, serde::Deserialize, Debug)]
struct Order { dish: String }
fn main() {
    let packed = zstd::encode_all(PAGE.as_bytes(), 3).unwrap();
    let hash = ring::digest::digest(&ring::digest::SHA256, &packed);
    println!("{hash:?} {} {} {} {:?}", packed.len(), shout::shout!(), greeting::greeting(), Order { dish: String::new() });
}
RUST
echo /target >.gitignore
cargo generate-lockfile --quiet && cargo fetch --locked --quiet
git init -q && git add -A && git commit -qm plain
# The same app, with the paths of its making in it.
sed -i 's|^fn main() {|fn main() {\n    println!("{} {}", env!("CARGO_MANIFEST_DIR"), env!("OUT_DIR"));|' src/main.rs
git commit -qam paths

crates() { awk -F'"' '/^name/{n=$2} /^version = "/{v=$2} /^checksum/{print n"-"v".crate"}' Cargo.lock; }
# A CARGO_HOME of its own, that holds what the lockfile names.
fill() { # fill FOLDER
  mkdir -p "$1/registry/cache/index"
  crates | while read -r name; do
    cp "$(find "$home/registry/cache" -name "$name" -print -quit)" "$1/registry/cache/index/"
  done
}

variants=0 wrong=0
# Clones the app and builds a commit of it.
build() { # build NAME UID UMASK FOLDER REVISION [OPTION...]
  local name=$1 uid=$2 mask=$3 folder=$work/$4 revision=$5; shift 5
  mkdir -p "$folder"
  git clone -q "$work/app" "$folder/clone"; fill "$folder/cargo-home"; mkdir -p "$folder/rust" "$folder/home"
  chown -R "$uid:$uid" "$folder"
  unshare --mount sh -euc '
    mount --bind "$1" "$2/rust"; cd "$2/clone"; umask "$3"; folder=$2 uid=$4 program=$5 revision=$6; shift 6
    exec setpriv --reuid="$uid" --regid="$uid" --clear-groups env -i HOME="$folder/home" \
      CARGO_HOME="$folder/cargo-home" PATH="$folder/rust/bin:/usr/bin:/bin" \
      "$program" build --store "$folder/store" --rev "$revision" "$@"' \
    sh "$sysroot" "$folder" "$mask" "$uid" "$work/cargo-twelve" "$revision" "$@" 2>"$folder/said" >"$folder/id" ||
    { cat "$folder/said"; exit 1; }
  manifest=$folder/store/shop/builds/$(cat "$folder/id")/build.json
  id=$(cat "$folder/id")
  files=$(python3 -c 'import hashlib,json,sys; print(hashlib.sha256(json.dumps(json.load(open(sys.argv[1]))["files"]).encode()).hexdigest())' "$manifest")
  place=$(python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))["toolchain"]["source_path"])' "$manifest")
  printf '%-44s %-9s id %.16s  files %.16s\n' "$name" "$place" "$id" "$files"
}
same() { # same WHAT ONE OTHER
  variants=$((variants + 1))
  [ "$2" = "$3" ] || { wrong=$((wrong + 1)); echo "  DIFFERS: $1"; }
}

build "root, umask 022" 0 022 one HEAD~1;                                   first=$id; files_of_first=$files
build "root, umask 077, a deeper folder" 0 077 two/of/another/depth HEAD~1; same id "$id" "$first"
build "nobody, umask 027" 65534 027 three HEAD~1;                           same id "$id" "$first"
build "root, no namespace" 0 022 four HEAD~1 --no-namespace;                same files "$files" "$files_of_first"; remapped=$id
build "a user without a name, no namespace" 4242 002 five HEAD~1 --no-namespace; same id "$id" "$remapped"
build "root, umask 022, paths compiled in" 0 022 six HEAD;                  first=$id
build "nobody, umask 077, paths compiled in" 65534 077 seven/deep HEAD;     same id "$id" "$first"
echo "$variants comparisons, $wrong of them differ"
[ "$wrong" = 0 ]
