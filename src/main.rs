//! `cargo twelve`: the program. What it does is in the library; this file only starts it.

use std::process::ExitCode;

fn main() -> ExitCode {
    cargo_twelve::cli::main()
}
