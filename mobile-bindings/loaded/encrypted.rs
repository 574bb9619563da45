//! What Python and a JVM load to try what phones get: nothing opens without a key.
#![allow(unsafe_code, reason = "exporting a symbol is, by the letter")]

tala_mobile::uniffi_reexport_scaffolding!();
