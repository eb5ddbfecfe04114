//! Data that was asked for, on stdout.

use serde::Serialize;
use std::io::{self, Write};

/// Prints one JSON document.
///
/// # Errors
/// Where stdout cannot be written.
pub fn document(document: &impl Serialize) -> io::Result<()> {
    let mut bytes = serde_json::to_vec(document)?;
    bytes.push(b'\n');
    write(&bytes)
}

/// Prints text.
///
/// # Errors
/// Where stdout cannot be written.
pub fn text(text: &str) -> io::Result<()> {
    write(text.as_bytes())
}

/// Prints text with terminal styles, without them where stdout has none.
///
/// # Errors
/// Where stdout cannot be written.
pub fn styled(text: &str) -> io::Result<()> {
    let mut out = anstream::AutoStream::new(Vec::new(), anstream::AutoStream::choice(&io::stdout()));
    out.write_all(text.as_bytes())?;
    write(&out.into_inner())
}

/// A reader that has seen enough (`| head -1`) is no failure.
fn write(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(cause) if cause.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}
