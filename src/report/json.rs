//! Events as JSON: one object a line.

use super::Event;
use serde::Serialize;

#[derive(Serialize)]
struct Line<'a> {
    format: u32,
    #[serde(flatten)]
    event: &'a Event,
}

/// The event as one line with its newline.
pub(super) fn line(event: &Event) -> Vec<u8> {
    // An event holds strings and integers only, which always serialise; were that ever untrue, an empty line is said.
    let mut bytes = serde_json::to_vec(&Line { format: 1, event }).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}
