#!/usr/bin/env bash
# What a stranger gets: the package, not the checkout. Packs it, holds its list against the templates of the commit, unpacks it elsewhere,
# installs from there, removes what was unpacked, takes the tour with what was installed, and packs that for cargo-binstall.
# usage: tests/packaged.sh [--release]     (without it a debug build, which shares what is compiled with the tests)
set -euo pipefail
cd "$(dirname "$0")/.."
repository=$PWD
profile=${1:---debug}
[ "$profile" = --release ] && profile=
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT

cargo package --locked --no-verify --quiet --allow-dirty
crate=$(ls -t target/package/cargo-twelve-*.crate | head -1)
tar -xzf "$crate" -C "$T"
unpacked=$(echo "$T"/cargo-twelve-*)
git ls-files templates | sort > "$T/templates"
(cd "$unpacked" && find templates -type f | sort) | diff "$T/templates" - || { echo "the package lacks templates"; exit 1; }
for file in README.md CHANGELOG.md LICENSE-MIT LICENSE-APACHE Cargo.lock docs/rules.md; do
  [ -f "$unpacked/$file" ] || { echo "the package lacks $file"; exit 1; }
done
echo "packed: $(stat -c %s "$crate") bytes, $(wc -l < "$T/templates") files of templates, all there"

# cargo believes what was compiled from the checkout to be this package's too, where no file is newer: a package's are from 2006.
find "$unpacked" -type f -exec touch {} +
# shellcheck disable=SC2086
CARGO_TARGET_DIR=$repository/target cargo install --locked --quiet $profile --path "$unpacked" --root "$T/installed" --no-track
rm -rf "$unpacked"
mkdir "$T/empty" && cd "$T/empty"
PATH=$T/installed/bin:$PATH
CARGO_TARGET_DIR=$repository/target/generated cargo twelve tour
echo "installed from the package and taken the tour: $SECONDS s in all"

version=$(cargo-twelve --version | cut -d' ' -f2)
target=$(rustc -vV | sed -n 's/^host: //p')
cd "$repository"
address=$(packaging/archive.py "$T/installed/bin/cargo-twelve" "$target" "$T/archive" | cut -f2)
[ "$address" = "{ repo }/releases/download/v$version/cargo-twelve-$version-$target.tar.gz" ] || { echo "the archive's address is $address"; exit 1; }
tar -xzf "$T/archive/cargo-twelve-$version-$target.tar.gz" -C "$T"
cmp "$T/cargo-twelve-$version-$target/cargo-twelve" "$T/installed/bin/cargo-twelve"
[ -s "$T/cargo-twelve-$version-$target/man/man1/cargo-twelve-run.1" ] || { echo "the archive lacks manual pages"; exit 1; }
grep -q '^libgit2-sys ' "$T/cargo-twelve-$version-$target/LICENSES-OF-OTHERS.txt" || { echo "the archive lacks the licences of others"; exit 1; }
echo "packed for cargo-binstall: $address"
