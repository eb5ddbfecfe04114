//! What the source reads, held against what is declared.

use super::readings::{How, Reading};
use crate::check::{Facts, Found, Judgement, Place, Verdict};
use crate::codebase::beside;
use crate::config::EnvFile;
use std::collections::{BTreeMap, BTreeSet};

/// Words in names of variables that say what was built, and not how it runs.
const STAMPS: [&str; 11] =
    ["VERSION", "COMMIT", "GIT", "SHA", "HASH", "REVISION", "REV", "BRANCH", "BUILD", "TIMESTAMP", "EPOCH"];

pub(super) fn undocumented(facts: &Facts) -> Judgement {
    let folders = [facts.service().folder.as_str(), facts.workspace.as_str()];
    let names = [".env.example", ".env.sample", ".env.template", ".env.dist", "example.env", ".example.env"];
    let examples: BTreeSet<String> = folders.iter().flat_map(|folder| names.map(|name| beside(folder, name))).collect();
    let examples: Vec<String> = examples.into_iter().filter(|path| facts.tree.has(path)).collect();
    if facts.declaration.contract.is_some() {
        return Judgement::not_applicable("twelve.toml has a `[config]` table, which TF0307 holds it against");
    }
    if examples.is_empty() {
        return Judgement::not_applicable("there is neither an env example nor `[config.vars]`");
    }
    let mut known: BTreeSet<String> = BTreeSet::new();
    for text in examples.iter().filter_map(|path| facts.tree.text(path)) {
        known.extend(EnvFile::parse("example", text.as_bytes()).entries().iter().map(|entry| entry.name.clone()));
        // An optional variable is often written as a comment.
        known.extend(
            text.lines()
                .filter_map(|line| Some(line.trim_start_matches(['#', ' ']).split_once('=')?.0.trim().to_owned())),
        );
    }
    let readings = facts.readings();
    let unknown: Vec<_> = readings.undeclared.iter().filter(|one| !known.contains(&one.name)).collect();
    if unknown.is_empty() {
        return Judgement::KEPT;
    }
    let found = Found::new(
        Verdict::Note,
        format!("read and documented nowhere: {}", quoted(unknown.iter().map(|one| &one.name))),
    );
    let places = unknown.iter().take(3).filter_map(|one| first_place(facts, &one.name));
    Judgement::Found(vec![places.fold(found, Found::at)])
}

pub(super) fn undeclared(facts: &Facts) -> Judgement {
    if facts.declaration.contract.is_none() {
        return Judgement::not_applicable("twelve.toml has no `[config]` table");
    }
    let found = facts.readings().undeclared.iter().map(|one| {
        let lines: Vec<String> = one.lines.lines().map(|line| format!("`{line}`")).collect();
        let (name, lines) = (&one.name, lines.join(" "));
        let message = format!("`{name}` is read and not declared, so `run` does not hand it over; add {lines}");
        let found = Found::new(Verdict::Warn, message);
        first_place(facts, &one.name).into_iter().fold(found, Found::at)
    });
    Judgement::of(found.collect())
}

pub(super) fn unread(facts: &Facts) -> Judgement {
    if facts.declaration.contract.is_none() {
        return Judgement::not_applicable("twelve.toml has no `[config]` table");
    }
    let readings = facts.readings();
    if !readings.maybe_unread.is_empty() {
        let names = quoted(readings.maybe_unread.iter());
        return Judgement::unknown(format!("nothing reads {names} by name, and something may read any name"));
    }
    let path = facts.declaration_path("twelve.toml");
    let found = readings.unread.iter().map(|name| {
        let found = Found::new(Verdict::Note, format!("`{name}` is declared, and nothing of the codebase reads it"));
        found.at(facts.words(&path, name).unwrap_or_else(|| Place::file(&path, "declared here")))
    });
    Judgement::of(found.collect())
}

pub(super) fn baked_in(facts: &Facts) -> Judgement {
    let found = facts.readings().all.iter().filter_map(|reading| {
        let How::BakedIn { name } = &reading.how else { return None };
        let (verdict, message) = if name.split('_').any(|part| STAMPS.contains(&part)) {
            (Verdict::Note, format!("`{name}` is baked in; its name says that it stamps the build"))
        } else {
            (Verdict::Warn, format!("`{name}` is baked in: its value is that of the build, the same in every deploy"))
        };
        let found = Found::new(verdict, message);
        Some(place(facts, reading, name, "read when it is compiled").into_iter().fold(found, Found::at))
    });
    Judgement::of(found.collect())
}

pub(super) fn dynamic(facts: &Facts) -> Judgement {
    let mut files: BTreeMap<&str, Vec<(&Reading, &str)>> = BTreeMap::new();
    for reading in &facts.readings().all {
        if let How::Dynamic { function } = &reading.how {
            let last = function.rsplit("::").next().unwrap_or(function);
            files.entry(&reading.file).or_default().push((reading, last));
        }
    }
    let found = files.into_values().map(|readings| {
        let message = match readings.len() {
            1 => "a variable is read whose name is made at run time".to_owned(),
            count => format!("variables are read whose names are made at run time ({count} places)"),
        };
        let places =
            readings.into_iter().take(4).filter_map(|(reading, last)| place(facts, reading, last, "read here"));
        places.fold(Found::new(Verdict::Note, message), Found::at)
    });
    Judgement::of(found.collect())
}

/// Where a variable is first read.
fn first_place(facts: &Facts, name: &str) -> Option<Place> {
    let named = |reading: &&Reading| matches!(&reading.how, How::Named { name: read } if read == name);
    place(facts, facts.readings().all.iter().find(named)?, name, "read here")
}

fn place(facts: &Facts, reading: &Reading, words: &str, label: &str) -> Option<Place> {
    let source = facts.sources.iter().find(|source| source.path == reading.file)?;
    Some(Place::words(&reading.file, reading.line, source.line(reading.line), words, label))
}

fn quoted<'a>(names: impl Iterator<Item = &'a String>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
