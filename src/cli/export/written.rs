//! Writing an export, and saying what was written.

use crate::cli::ExitCode;
use crate::cli::surroundings::Surroundings;
use crate::export::{Destination, Exported, GeneratedFiles};
use crate::report::{Audience, Event, ExportEvent, data};
use serde::Serialize;
use std::path::Path;

#[derive(Serialize)]
struct Document<'a> {
    format: u32,
    app: &'a str,
    release: String,
    folder: String,
    files: Vec<&'a str>,
}

/// Writes the files into a folder; their paths go to stdout.
pub(super) fn write(
    files: &GeneratedFiles,
    folder: &Path,
    exported: &Exported,
    surroundings: &Surroundings,
) -> anyhow::Result<ExitCode> {
    Destination::at(&surroundings.resolve(folder))?.write(files)?;
    let (app, release) = (exported.app().as_str(), exported.record.release.to_string());
    match surroundings.reporter.audience() {
        Audience::Json => {
            let files = files.paths().collect();
            data::document(&Document { format: 1, app, release, folder: folder.display().to_string(), files })?;
        }
        Audience::Human => {
            let count = files.paths().count();
            let (app, folder) = (app.to_owned(), folder.display().to_string());
            surroundings.reporter.tell(&Event::Export(ExportEvent::Exported { app, release, files: count, folder }));
            data::text(&files.paths().map(|path| format!("{path}\n")).collect::<String>())?;
        }
    }
    Ok(ExitCode::Done)
}
