//! What Python and a JVM load in tests: the crate as a library of the system, without a cipher.
#![allow(unsafe_code, reason = "exporting a symbol is, by the letter")]

tala_mobile::uniffi_reexport_scaffolding!();
