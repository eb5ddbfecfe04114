//! `cargo twelve template test PATH`: a project of every set of answers is made, compiled and tested, with one target
//! folder for all.

use crate::cli::ExitCode;
use crate::cli::surroundings::Surroundings;
use crate::cli::template_options::Reference;
use crate::report::{Audience, Event, data};
use crate::scaffold::{Answers, Git, Network, Plan, Project, Template, matrix};
use clap::Args;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Instant;

/// Make, compile and test a project of every two answers together
#[derive(Debug, Args)]
#[command(after_help = "Example: cargo twelve template test ./templates/mine")]
pub(super) struct Arguments {
    /// The template: a folder, a built-in name, or the address of a repository
    #[arg(value_name = "TEMPLATE", default_value = ".")]
    template: String,

    #[command(flatten)]
    reference: Reference,

    /// Where everything is compiled [default: target/twelve/template-test]
    #[arg(long, value_name = "DIR")]
    target_dir: Option<PathBuf>,

    /// Go on after a project that fails
    #[arg(long)]
    keep_going: bool,
}

/// What is asked of each project.
const STEPS: [&[&str]; 2] = [&["build", "--locked", "--all-targets"], &["test", "--locked"]];

pub(super) fn exec(arguments: &Arguments, surroundings: &Surroundings) -> anyhow::Result<ExitCode> {
    let template = arguments.reference.source(&arguments.template, surroundings)?.read(Network::Unattended)?;
    let target = match &arguments.target_dir {
        Some(folder) => surroundings.resolve(folder),
        None => surroundings.directory.join("target/twelve/template-test"),
    };
    let sets = matrix(&template, "sample")?;
    let folder = tempfile::tempdir()?;
    let (mut results, mut failed) = (Vec::new(), 0);
    for (index, answers) in sets.iter().enumerate() {
        let start = Instant::now();
        // All projects have one path, so that cargo compiles again only what differs.
        let failure = tried(&template, answers, &folder.path().join("sample"), &target, surroundings)?;
        let milliseconds = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
        let ok = failure.is_none();
        failed += usize::from(!ok);
        let (number, of) = (index + 1, sets.len());
        surroundings.reporter.tell(&Event::TemplateTried {
            number,
            of,
            answers: answers.to_string(),
            ok,
            milliseconds,
        });
        if let Some(said) = &failure
            && surroundings.reporter.audience() == Audience::Human
        {
            data::text(said)?;
        }
        results.push(json!({ "answers": answers.to_string(), "ok": ok, "milliseconds": milliseconds }));
        if !ok && !arguments.keep_going {
            break;
        }
    }
    if surroundings.reporter.audience() == Audience::Json {
        let document: Value =
            json!({ "format": 1, "template": template.name(), "sets": sets.len(), "results": results });
        data::document(&document)?;
    }
    Ok(if failed == 0 { ExitCode::Done } else { ExitCode::Findings })
}

/// Makes one project and asks everything of it: what was said, where something failed.
fn tried(
    template: &Template,
    answers: &Answers,
    project: &Path,
    target: &Path,
    surroundings: &Surroundings,
) -> anyhow::Result<Option<String>> {
    if project.exists() {
        std::fs::remove_dir_all(project)?;
    }
    let plan = Plan::new(template, answers)?.with_receipt(template, answers)?;
    Project::at(project)?.create(&plan, &Git::None)?;
    for step in STEPS {
        let cargo = surroundings.variable("CARGO").unwrap_or("cargo".as_ref());
        let mut command = Command::new(cargo);
        command.args(step).current_dir(project).env("CARGO_TARGET_DIR", target);
        let Output { status, stdout, stderr } =
            command.output().map_err(|cause| anyhow::anyhow!("`cargo` cannot be started: {cause}"))?;
        if !status.success() {
            let said = [stderr, stdout].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
            return Ok(Some(format!("cargo {}\n{said}", step.join(" "))));
        }
    }
    Ok(None)
}
