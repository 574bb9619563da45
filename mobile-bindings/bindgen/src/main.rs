//! Writes the foreign side of `tala-mobile`. A crate of its own, because the generator is large and the
//! library that goes on phones must not hold it.

fn main() {
    uniffi::uniffi_bindgen_main();
}
