//! `cargo twelve env fmt`: what has one safe reading is written so that every reader shares it.

use crate::cli::ExitCode;
use crate::cli::surroundings::Surroundings;
use crate::config::{Formatted, read_whole, replace};
use crate::report::{Audience, data};
use clap::Args;
use serde::Serialize;
use std::path::PathBuf;

/// Format env files: rewrite what has one safe reading, name what has not
#[derive(Debug, Args)]
#[command(after_help = "Example: cargo twelve env fmt --fix prod.env

Exit code: 65 where something is left that readers take for two things, 1 where `--fix` would change a file.")]
pub(super) struct Arguments {
    /// The files
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,

    /// Rewrite them
    #[arg(long)]
    fix: bool,
}

#[derive(Serialize)]
struct Document {
    format: u32,
    files: Vec<File>,
}

#[derive(Serialize)]
struct File {
    file: String,
    changed: bool,
    written: bool,
    mended: Vec<Mended>,
    left: Vec<crate::config::Finding>,
}

#[derive(Serialize)]
struct Mended {
    line: usize,
    code: crate::config::Code,
}

/// Formats them, or says what would be changed.
pub(super) fn exec(arguments: &Arguments, surroundings: &Surroundings) -> anyhow::Result<ExitCode> {
    let mut files = Vec::new();
    for path in &arguments.files {
        let (resolved, name) = (surroundings.resolve(path), path.to_string_lossy().into_owned());
        let (bytes, _) = read_whole(&resolved, &name)?;
        let Formatted { bytes: better, mended, left } = Formatted::of(&name, &bytes);
        let changed = *better != *bytes;
        if changed && arguments.fix {
            replace(&resolved, &name, &better)?;
        }
        let mended = mended.into_iter().map(|(line, code)| Mended { line, code }).collect();
        files.push(File { file: name, changed, written: changed && arguments.fix, mended, left });
    }
    let errors = files.iter().flat_map(|file| &file.left).any(|finding| finding.is_error());
    let unwritten = files.iter().any(|file| file.changed && !file.written);
    match surroundings.reporter.audience() {
        Audience::Json => data::document(&Document { format: 1, files })?,
        Audience::Human => data::styled(&files.iter().map(page).collect::<String>())?,
    }
    Ok(match (errors, unwritten) {
        (true, _) => ExitCode::Data,
        (false, true) => ExitCode::Findings,
        (false, false) => ExitCode::Done,
    })
}

fn page(file: &File) -> String {
    let mut text = String::new();
    let verb = if file.written { "mended" } else { "can be mended" };
    for Mended { line, code } in &file.mended {
        text += &format!("{}:{line}: {verb}: {} ({})\n", file.file, code.rule(), code.name());
    }
    file.left.iter().for_each(|finding| text += &format!("{}\n\n", finding.draw(&file.file)));
    let verdict = match (file.changed, file.written) {
        (true, true) => "rewritten",
        (true, false) => "not in its best form: `--fix` writes it",
        (false, _) => "in its best form",
    };
    text + &format!("`{}`: {verdict}\n", file.file)
}
