//! tala
fn main() {}
