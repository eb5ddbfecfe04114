//! A trial: cargo is asked whether a project is what its template promises. What cargo is, and where it compiles, the
//! caller says.

use super::{Answers, Error, Git, Plan, Project, Template};
use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// What is asked of each project of a template.
const STEPS: [&[&str]; 2] = [&["build", "--locked", "--all-targets"], &["test", "--locked"]];

/// What is asked first where form is asked for too.
const FORM: [&[&str]; 2] = [&["fmt", "--check"], &["clippy", "--locked", "--all-targets", "--", "--deny", "warnings"]];

/// Where and with what the projects of a template are tried.
#[derive(Debug, Clone, Copy)]
pub struct Trial<'a> {
    /// The cargo that compiles.
    pub cargo: &'a OsStr,
    /// Where each project stands, one after another: with one path for all, cargo compiles again only what differs.
    pub project: &'a Path,
    /// The target folder of all.
    pub target: &'a Path,
    /// Whether rustfmt and clippy are asked too.
    pub form: bool,
}

impl Trial<'_> {
    /// Makes the project of these answers, and compiles and tests it: what was said, where something failed.
    ///
    /// # Errors
    /// Where the project cannot be made, or cargo cannot be started.
    pub fn of(&self, template: &Template, answers: &Answers) -> Result<Option<String>, Error> {
        if self.project.exists() {
            fs::remove_dir_all(self.project).map_err(Error::machine("remove", self.project))?;
        }
        let plan = Plan::whole(template, answers, None)?;
        Project::at(self.project)?.create(&plan, &Git::None, None)?;
        let form = if self.form { &FORM[..] } else { &[] };
        for step in form.iter().chain(&STEPS) {
            let mut command = Command::new(self.cargo);
            command.args(*step).current_dir(self.project).env("CARGO_TARGET_DIR", self.target);
            let Output { status, stdout, stderr } = command.output().map_err(Error::Cargo)?;
            if !status.success() {
                let said = [stderr, stdout].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
                return Ok(Some(format!("cargo {}\n{said}", step.join(" "))));
            }
        }
        Ok(None)
    }
}

/// Whether cargo compiles a project; what it says goes to stderr.
///
/// # Errors
/// Where cargo cannot be started.
pub fn compiles(project: &Path, cargo: &OsStr) -> Result<bool, Error> {
    let mut command = Command::new(cargo);
    command.args(["check", "--all-targets"]).current_dir(project).stdout(Stdio::null());
    Ok(command.status().map_err(Error::Cargo)?.success())
}
