//! Where the report of `check` goes: the terminal, and the files that were asked for.

use crate::check::{Baseline, Error, Report, Verdict, output};
use crate::cli::surroundings::Surroundings;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

/// Says the report on stdout: it is what was asked for.
pub(super) fn say(report: &Report, least: Verdict) -> std::io::Result<()> {
    let mut out = anstream::stdout().lock();
    match out.write_all(output::human(report, least).as_bytes()).and_then(|()| out.flush()) {
        Err(cause) if cause.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// Reads a baseline.
pub(super) fn read_baseline(surroundings: &Surroundings, path: &Path) -> Result<Baseline, Error> {
    let shown = path.display().to_string();
    let text = std::fs::read_to_string(surroundings.resolve(path));
    let text = text.map_err(|cause| Error::File { path: shown.clone(), act: "read", cause })?;
    Baseline::parse(&shown, &text)
}

/// Writes a file that was asked for: whole, or not at all. One that stands is replaced, as the last run's.
pub(super) fn write_file(surroundings: &Surroundings, path: &Path, text: &str) -> Result<(), Error> {
    let failed = |cause| Error::File { path: path.display().to_string(), act: "written", cause };
    let whole = surroundings.resolve(path);
    let folder = whole.parent().unwrap_or(&surroundings.directory);
    // Opened and written by ourselves: the crate's own errors name the file that stands there for a moment, which is nobody's.
    // A report is no secret; the user's mask says who reads it.
    let open = |path: &Path| OpenOptions::new().write(true).create_new(true).open(path);
    let mut file = tempfile::Builder::new().make_in(folder, open).map_err(failed)?;
    file.as_file_mut().write_all(text.as_bytes()).map_err(failed)?;
    file.persist(&whole).map_err(|error| failed(error.error))?;
    Ok(())
}
