//! A manual page for man(1): what clap knows, then the examples with their lines as they are to be typed.

use clap::Command;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};
use std::io;

/// The page about a command.
///
/// # Errors
/// None where it is written to memory.
pub(super) fn page(command: &Command) -> io::Result<Vec<u8>> {
    let manual = Man::new(command.clone());
    let title = command.get_display_name().unwrap_or_else(|| command.get_name());
    // No date: the same program makes the same page. clap_mangen leaves an empty word out, and all behind it moves up.
    let program = concat!("cargo-twelve ", env!("CARGO_PKG_VERSION"));
    let mut page = format!(".TH {title} 1 \"\" \"{program}\" \"cargo twelve\"\n").into_bytes();
    manual.render_name_section(&mut page)?;
    synopsis(command).to_writer(&mut page)?;
    manual.render_description_section(&mut page)?;
    if command.get_arguments().any(|argument| !argument.is_hide_set()) {
        manual.render_options_section(&mut page)?;
    }
    if command.get_subcommands().any(|below| !below.is_hide_set()) {
        manual.render_subcommands_section(&mut page)?;
    }
    if let Some(text) = command.get_after_help() {
        examples(&text.to_string()).to_writer(&mut page)?;
    }
    Ok(page)
}

/// The lines that the help shows as its usage.
fn synopsis(command: &Command) -> Roff {
    let mut section = Roff::new();
    section.control("SH", ["SYNOPSIS"]).control("nf", []);
    let usage = command.clone().render_usage().to_string();
    for line in usage.lines().map(str::trim_end) {
        let line = line.strip_prefix("Usage: ").or_else(|| line.strip_prefix("       ")).unwrap_or(line);
        section.text([bold(line)]);
    }
    section.control("fi", []);
    section
}

/// Examples and what is indented keep their lines; what else is told under them is a paragraph.
fn examples(text: &str) -> Roff {
    let mut section = Roff::new();
    let mut parts = text.split("\n\n");
    section.control("SH", ["EXAMPLES"]).control("nf", []);
    for line in parts.next().unwrap_or_default().lines().filter(|line| !["Example:", "Examples:"].contains(line)) {
        let line = line.strip_prefix("Example: ").unwrap_or(line);
        section.text([roman(line.strip_prefix("  ").unwrap_or(line))]);
    }
    section.control("fi", []);
    let rest: Vec<&str> = parts.collect();
    if !rest.is_empty() {
        section.control("SH", ["NOTES"]);
    }
    for (index, part) in rest.into_iter().enumerate() {
        if index > 0 {
            section.control("PP", []);
        }
        if part.starts_with("  ") {
            section.control("nf", []);
            for line in part.lines() {
                section.text([roman(line)]);
            }
            section.control("fi", []);
        } else {
            section.text([roman(part.replace('\n', " "))]);
        }
    }
    section
}
