#!/bin/sh
# write-kotlin.sh FOLDER: Kotlin's side of the engine, from an unstripped library for this machine. In the root of
# the repository.
set -eu
cargo build --package tala-mobile --example tala_mobile
cargo build --package tala-bindgen
library=$(ls target/debug/examples/libtala_mobile.so target/debug/examples/libtala_mobile.dylib 2>/dev/null | head -n 1)
target/debug/tala-bindgen generate --no-format --language kotlin --out-dir "$1" "$library"
