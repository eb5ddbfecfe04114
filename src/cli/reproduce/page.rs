//! What `reproduce` prints: the same facts for people and for programs.

use crate::artifact::{ReleaseId, ReleaseRecord};
use crate::build::Section;
use crate::release::{Changes, Reproduction};
use crate::report::{Size, Table};
use serde::Serialize;
use std::fmt;

/// A release that was made again.
#[derive(Serialize)]
pub(super) struct Document {
    format: u32,
    event: &'static str,
    app: String,
    release: ReleaseId,
    commit: String,
    /// Whether every build is the same.
    pub(super) same: bool,
    builds: Vec<Reproduced>,
}

/// A build that was made again.
#[derive(Serialize)]
pub(super) struct Reproduced {
    #[serde(flatten)]
    pub(super) reproduction: Reproduction,
    /// ELF files that differ.
    pub(super) sections: Vec<SectionChanges>,
}

/// The sections of an ELF file that differ.
#[derive(Serialize)]
pub(super) struct SectionChanges {
    pub(super) path: String,
    #[serde(flatten)]
    pub(super) sections: Changes<Section>,
}

impl Document {
    pub(super) fn of(record: &ReleaseRecord, builds: Vec<Reproduced>) -> Self {
        Self {
            format: 1,
            event: "reproduced",
            app: record.app.to_string(),
            release: record.release,
            commit: record.commit.clone(),
            same: builds.iter().all(|build| build.reproduction.is_same()),
            builds,
        }
    }
}

impl fmt::Display for Document {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for build in &self.builds {
            let (app, release, Reproduction { target, released, made, .. }) =
                (&self.app, self.release, &build.reproduction);
            if build.reproduction.is_same() {
                writeln!(formatter, "{app} {release} is reproduced for {target}: build {released}")?;
                continue;
            }
            writeln!(formatter, "{app} {release} is not reproduced for {target}")?;
            writeln!(formatter, "released {released}\nmade     {made}")?;
            write!(formatter, "{}", build.table())?;
        }
        Ok(())
    }
}

impl Reproduced {
    fn table(&self) -> Table {
        let mut table = Table::without_heading();
        let mut fact = |sign: &str, what: &str, value: String| table.row([sign.to_owned(), what.to_owned(), value]);
        for change in &self.reproduction.manifest {
            let [from, to] = change.sides();
            fact("~", "build.json", format!("{}: {from} -> {to}", change.field));
        }
        let files = &self.reproduction.files;
        files.added.iter().for_each(|file| fact("+", "file", format!("{} ({})", file.path, file.sha256)));
        files.removed.iter().for_each(|file| fact("-", "file", format!("{} ({})", file.path, file.sha256)));
        for change in &files.changed {
            fact("~", "file", format!("{}: {} -> {}", change.to.path, change.from.sha256, change.to.sha256));
            for found in self.sections.iter().filter(|found| found.path == change.to.path.as_str()) {
                found.tell(&mut fact);
            }
        }
        table
    }
}

impl SectionChanges {
    fn tell(&self, fact: &mut impl FnMut(&str, &str, String)) {
        let Changes { added, removed, changed } = &self.sections;
        let sized = |section: &Section| format!("{} ({})", section.name, Size(section.size));
        added.iter().for_each(|section| fact("+", "section", sized(section)));
        removed.iter().for_each(|section| fact("-", "section", sized(section)));
        for change in changed {
            let (name, from, to) = (&change.to.name, Size(change.from.size), Size(change.to.size));
            let size = if change.from.size == change.to.size { to.to_string() } else { format!("{from} -> {to}") };
            fact("~", "section", format!("{name} ({size})"));
        }
        if self.sections.is_empty() {
            fact("~", "section", "none: only headers differ".to_owned());
        }
    }
}
