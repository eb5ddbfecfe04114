//! What is offered beside twelve.toml where it is missing.

use super::Found;
use std::fmt::Write as _;

/// A file that can be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Addition {
    /// `.env.example`.
    EnvExample,
    /// A GitHub Actions workflow that releases every commit of the main branch.
    Workflow,
}

impl Addition {
    /// Every one, by its name on the command line.
    pub const ALL: [(&'static str, Self); 2] = [("env-example", Self::EnvExample), ("workflow", Self::Workflow)];

    /// The one of this name, as a command line has it.
    ///
    /// # Errors
    /// Where none has it: the names that there are.
    pub fn named(text: &str) -> Result<Self, String> {
        let known = Self::ALL.iter().find(|(name, _)| *name == text.trim()).map(|(_, addition)| *addition);
        known.ok_or_else(|| format!("write any of {}", Self::ALL.map(|(name, _)| name).join(", ")))
    }

    /// Its files: each with its path from the top of the codebase, where alone the workflow is looked for.
    pub(super) fn files(self, found: &Found, beside: impl Fn(&str) -> String) -> Vec<(String, String)> {
        match self {
            Self::EnvExample => vec![(beside(".env.example"), env_example(found))],
            Self::Workflow => vec![
                (".github/workflows/release.yml".to_owned(), workflow(found)),
                ("ci/release".to_owned(), SCRIPT.to_owned()),
            ],
        }
    }
}

fn env_example(found: &Found) -> String {
    let mut text = String::from(
        "# Every variable that the source is seen to read. An env file for `cargo twelve run` has this form.\n",
    );
    for (name, place) in &found.variables {
        let _ = write!(text, "\n# {place}\n# {name}=\n");
    }
    text
}

/// Makes a release in CI: the same for an adopted crate as for a new one.
const SCRIPT: &str = include_str!("../../../templates/web/ci/release");

/// The workflow of the template `web`: its job that releases is an adopted crate's too.
const WORKFLOW: &str = include_str!("../../../templates/web/dot_github/workflows/ci.yml");

/// A workflow that only releases: what an adopted crate's tests are, it knows best.
fn workflow(found: &Found) -> String {
    let head = "name: Release\n\non:\n  push:\n    branches: [main]\n\npermissions:\n  contents: read\n\njobs:\n";
    let job = WORKFLOW.find("  # Every commit of main").map_or("", |start| &WORKFLOW[start..]);
    let job = job.replacen("    needs: test\n", "", 1);
    let package = if found.folder.is_empty() { String::new() } else { format!(" -p {}", found.package) };
    format!("{head}{}", job.replacen("sh ci/release\n", &format!("sh ci/release{package}\n"), 1))
}
