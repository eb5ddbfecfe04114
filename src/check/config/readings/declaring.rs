//! What declares a variable that is read.

use crate::config::Guess;

/// The lines that declare a name, with what the name itself says of its type. `uses` says whether the service is compiled with
/// one of these crates.
pub(super) fn lines(name: &str, uses: impl Fn(&[&str]) -> bool) -> String {
    if name.starts_with("RUST_") || name.starts_with("OTEL_") {
        return format!("[config]\npassthrough = [\"{name}\"]\n");
    }
    let lines = Guess::of(name, uses).lines().join("\n");
    format!("[config.vars.{name}]\n{lines}\n")
}
