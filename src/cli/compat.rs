//! `cargo twelve compat`: which release can start with which env file, known before a process is touched.

use super::ExitCode;
use super::env_files::read_files;
use super::surroundings::Surroundings;
use crate::app::{CannotStart, Declaration, Offer};
use crate::artifact::{ReleaseId, ReleaseRecord, ReleaseRef};
use crate::config::{self, EnvFile, Typed, Violation};
use crate::report::{Audience, Table, data};
use crate::store::{Error, Store};
use clap::Args;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Which release can start with which env file: whether a rollback is safe
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo twelve compat --env-file prod.env             the newest, with one file
  cargo twelve compat v41 --env-file prod.env         is it safe to go back?

Exit code: 1 where a release that was named, else the newest one, cannot start with one of the files.")]
pub(crate) struct Arguments {
    /// The releases: [APP@]v41, latest, a version, or a deploy [default: the newest ones]
    #[arg(value_name = "RELEASE")]
    releases: Vec<ReleaseRef>,

    /// A file of NAME=value lines; each is tried by itself
    #[arg(long = "env-file", value_name = "FILE", required = true)]
    env_files: Vec<PathBuf>,

    /// How many of the newest releases, where none is named
    #[arg(long, value_name = "COUNT", default_value_t = 10)]
    last: usize,

    /// Take variables also from the environment, as `run` does
    #[arg(long)]
    environment: bool,
}

#[derive(Serialize)]
struct Document<'a> {
    format: u32,
    files: Vec<&'a str>,
    releases: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    release: String,
    version: String,
    asked: bool,
    cells: Vec<Answer>,
}

#[derive(Serialize)]
struct Answer {
    can_start: bool,
    reasons: Vec<String>,
    /// What another machine may judge otherwise, since this one lacks a file.
    not_here: Vec<String>,
}

/// Tries every pair.
pub(crate) fn exec(arguments: &Arguments, surroundings: &Surroundings) -> anyhow::Result<ExitCode> {
    let store = surroundings.store()?;
    let files = read_files(&arguments.env_files, surroundings)?;
    let (empty, typed) = (BTreeMap::new(), Typed::default());
    let environment = if arguments.environment { &surroundings.environment } else { &empty };
    let mut rows = Vec::new();
    for (index, record) in arguments.records(&store, surroundings)?.into_iter().enumerate() {
        let lost = || Error::Lost { key: "builds".to_owned(), named_by: record.release.to_string() };
        let manifest = store.manifest(&record.app, record.builds.first().ok_or_else(lost)?)?;
        let answer = |file: &EnvFile| {
            let offer = Offer { environment, typed: &typed, files: std::slice::from_ref(file) };
            answer(&manifest.declaration, &offer)
        };
        let (release, version) = (record.release.to_string(), record.version.to_string());
        let asked = !arguments.releases.is_empty() || index == 0;
        rows.push(Row { release, version, asked, cells: files.iter().map(answer).collect() });
    }
    let safe = rows.iter().filter(|row| row.asked).flat_map(|row| &row.cells).all(|cell| cell.can_start);
    let files = files.iter().map(EnvFile::name).collect();
    let document = Document { format: 1, files, releases: rows };
    match surroundings.reporter.audience() {
        Audience::Json => data::document(&document)?,
        Audience::Human => data::text(&page(&document))?,
    }
    Ok(if safe { ExitCode::Done } else { ExitCode::Findings })
}

impl Arguments {
    fn records(&self, store: &Store, surroundings: &Surroundings) -> anyhow::Result<Vec<ReleaseRecord>> {
        let at_hand = surroundings.app_at_hand()?;
        if !self.releases.is_empty() {
            let found = self.releases.iter().map(|release| store.find(release, at_hand.as_ref()));
            return Ok(found.collect::<Result<_, _>>()?);
        }
        let app = store.app(None, at_hand.as_ref())?;
        let newest = store.newest_or_refuse(&app)?;
        let ids = std::iter::successors(Some(newest), |id: &ReleaseId| id.previous()).take(self.last.max(1));
        Ok(ids.map(|id| store.record(&app, id)).collect::<Result<_, _>>()?)
    }
}

fn answer(declaration: &Declaration, offer: &Offer<'_>) -> Answer {
    let (reasons, not_here) = match declaration.can_start(offer, &|path| std::fs::read(path)) {
        Ok(_) => Default::default(),
        Err(CannotStart::Config(config::Error::Violated { violations, .. })) => {
            let (not_here, reasons): (Vec<_>, Vec<_>) = violations.iter().partition(|one| one.depends_on_machine());
            let texts = |all: Vec<&Violation>| all.iter().map(ToString::to_string).collect();
            (texts(reasons), texts(not_here))
        }
        Err(why) => (why.reasons(), Vec::new()),
    };
    Answer { can_start: reasons.is_empty(), reasons, not_here }
}

fn page(document: &Document<'_>) -> String {
    let mut table = Table::without_heading();
    let heading = ["RELEASE", "VERSION"].into_iter().chain(document.files.iter().copied());
    table.cells(heading.map(str::to_owned));
    let mut reasons = String::new();
    for row in &document.releases {
        let words = row.cells.iter().map(|cell| if cell.can_start { "starts" } else { "cannot start" });
        table.cells([row.release.clone(), row.version.clone()].into_iter().chain(words.map(str::to_owned)));
        for (file, cell) in document.files.iter().zip(&row.cells) {
            for reason in &cell.reasons {
                reasons += &format!("{} with `{file}`: {reason}\n", row.release);
            }
            for reason in &cell.not_here {
                reasons += &format!("{} with `{file}`: {reason}: it cannot be checked on this machine\n", row.release);
            }
        }
    }
    if reasons.is_empty() { table.to_string() } else { format!("{table}\n{reasons}") }
}
