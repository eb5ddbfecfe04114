//! Where the report of `check` goes: the terminal, and the files that were asked for.

use crate::check::{Baseline, Error, Report, Verdict, output};
use crate::cli::surroundings::Surroundings;
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
    let failed = |cause: std::io::Error| {
        // The cause alone: the name that stands in it for a moment is nobody's.
        let text = cause.to_string();
        let plain = text.split_once(" at path ").map(|(plain, _)| std::io::Error::new(cause.kind(), plain));
        Error::File { path: path.display().to_string(), act: "written", cause: plain.unwrap_or(cause) }
    };
    let whole = surroundings.resolve(path);
    let folder = whole.parent().unwrap_or(&surroundings.directory);
    let mut builder = tempfile::Builder::new();
    // A report is no secret; the user's mask says who reads it.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)?;
    file.persist(&whole).map_err(|error| failed(error.error))?;
    Ok(())
}
