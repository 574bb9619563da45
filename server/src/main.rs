//! tala-server
fn main() {}
