#!/bin/sh
# build-xcframework.sh: the engine for phones and simulators as one XCFramework, and its Swift side. On a Mac, with
# Xcode and `rustup target add aarch64-apple-ios aarch64-apple-ios-sim x86_64-apple-ios`.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
out=$here/build
name=TalaCoreFFI
cd "$root"

# Keeps the deployment target of Rust, of the C of SQLite and of the package one and the same.
export IPHONEOS_DEPLOYMENT_TARGET=16.0
for target in aarch64-apple-ios aarch64-apple-ios-sim x86_64-apple-ios; do
    cargo rustc --release --package tala-mobile --lib --crate-type staticlib --features sqlcipher --target "$target"
done

# Written from a library for this machine: stripping takes away what the generator reads.
cargo build --package tala-mobile --example tala_mobile
cargo build --package tala-bindgen
rm -rf "$out" "$here/Sources/TalaCore"
mkdir -p "$out/headers" "$out/simulator" "$here/Sources/TalaCore"
target/debug/tala-bindgen generate --no-format --language swift --out-dir "$out/swift" \
    target/debug/examples/libtala_mobile.dylib
mv "$out/swift/"*.swift "$here/Sources/TalaCore/"
mv "$out/swift/"*.h "$out/headers/"
# An XCFramework wants all modules in one file of this name.
cat "$out/swift/"*.modulemap > "$out/headers/module.modulemap"

lipo -create \
    target/aarch64-apple-ios-sim/release/libtala_mobile.a \
    target/x86_64-apple-ios/release/libtala_mobile.a \
    -output "$out/simulator/libtala_mobile.a"
xcodebuild -create-xcframework \
    -library target/aarch64-apple-ios/release/libtala_mobile.a -headers "$out/headers" \
    -library "$out/simulator/libtala_mobile.a" -headers "$out/headers" \
    -output "$out/$name.xcframework"

# The officer's app, as a resource of the app that uses this package.
test -f web/field/dist/index.html || { echo "build web/field first" >&2; exit 1; }
cp -R web/field/dist "$out/field"
