//! Events as JSON: one object a line.

use super::Event;
use jiff::Timestamp;
use serde::Serialize;

#[derive(Serialize)]
struct Line<'a> {
    format: u32,
    #[serde(flatten)]
    event: &'a Event,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<String>,
}

/// The event as one line with its newline. The time is in milliseconds, as that of the lines of processes.
pub(super) fn line(event: &Event, time: Option<Timestamp>) -> Vec<u8> {
    let time = time.map(|time| time.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string());
    // An event holds strings and integers only, which always serialise; were that ever untrue, an empty line is said.
    let mut bytes = serde_json::to_vec(&Line { format: 1, event, time }).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}
