//! The edge: one file a command, each with its arguments and a short `exec` that hands nouns from stage to stage.
//! The environment, the clock, the terminal and the working directory are read here and nowhere else.

#[cfg(target_os = "linux")]
mod admin;
#[cfg(target_os = "linux")]
mod age_options;
#[cfg(feature = "build")]
mod build;
#[cfg(feature = "build")]
mod build_options;
#[cfg(feature = "build")]
mod built;
#[cfg(target_os = "linux")]
mod cache_options;
#[cfg(feature = "check")]
mod check;
mod command_line;
mod compat;
mod completions;
#[cfg(target_os = "linux")]
mod config_options;
mod configured;
#[cfg(target_os = "linux")]
mod deploy;
#[cfg(target_os = "linux")]
mod deploy_ledger;
mod deploys;
#[cfg(all(target_os = "linux", feature = "build"))]
mod dev;
mod diff;
#[cfg(target_os = "linux")]
mod direct;
#[cfg(target_os = "linux")]
mod entry_options;
mod env;
mod env_files;
mod exit_code;
#[cfg(target_os = "linux")]
mod explanation;
#[cfg(feature = "export")]
mod export;
mod failure;
#[cfg(target_os = "linux")]
mod fingerprint;
#[cfg(target_os = "linux")]
mod hidden;
mod history;
#[cfg(target_os = "linux")]
mod host_options;
#[cfg(target_os = "linux")]
mod import;
#[cfg(all(feature = "scaffold", feature = "check"))]
mod init;
mod inventory;
mod man;
mod misspelt;
#[cfg(feature = "scaffold")]
mod new;
mod options;
mod overview;
#[cfg(target_os = "linux")]
mod plan_page;
#[cfg(target_os = "linux")]
mod prepared;
#[cfg(target_os = "linux")]
mod process_options;
#[cfg(feature = "build")]
mod prune;
#[cfg(target_os = "linux")]
mod pull;
#[cfg(feature = "scaffold")]
mod reference;
#[cfg(feature = "build")]
mod releasable;
#[cfg(feature = "build")]
mod release;
#[cfg(target_os = "linux")]
mod release_options;
#[cfg(target_os = "linux")]
mod release_phase;
mod releases;
#[cfg(feature = "scaffold")]
mod replies;
#[cfg(feature = "build")]
mod reproduce;
#[cfg(target_os = "linux")]
mod rollback;
#[cfg(target_os = "linux")]
mod run;
mod show;
mod sign;
mod signing;
mod surroundings;
#[cfg(feature = "scaffold")]
mod template;
#[cfg(all(target_os = "linux", feature = "scaffold", feature = "build"))]
mod tour;
mod trust_options;
#[cfg(feature = "scaffold")]
mod update;
mod verify;
#[cfg(target_os = "linux")]
mod voice_options;

pub use exit_code::ExitCode;

use crate::report::PROGRAM;
use clap::{Parser, Subcommand};
use failure::UsageError;
use options::{Format, Options};
use std::ffi::OsString;
use surroundings::Surroundings;

/// From an empty folder to a running process, by the twelve-factor method
#[derive(Debug, Parser)]
#[command(name = PROGRAM, bin_name = PROGRAM, display_name = "cargo-twelve", version)]
#[command(disable_help_subcommand = true, max_term_width = 120, after_help = overview::EXAMPLES)]
struct Arguments {
    #[command(flatten)]
    options: Options,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    #[cfg(target_os = "linux")]
    Admin(admin::Arguments),
    #[cfg(feature = "build")]
    Build(build::Arguments),
    #[cfg(feature = "check")]
    Check(check::Arguments),
    Compat(compat::Arguments),
    Completions(completions::Arguments),
    #[cfg(target_os = "linux")]
    Deploy(deploy::Arguments),
    Deploys(deploys::Arguments),
    #[cfg(all(target_os = "linux", feature = "build"))]
    Dev(dev::Arguments),
    Diff(diff::Arguments),
    Env(env::Arguments),
    #[cfg(feature = "export")]
    Export(export::Arguments),
    #[cfg(target_os = "linux")]
    Import(import::Arguments),
    #[cfg(all(feature = "scaffold", feature = "check"))]
    Init(init::Arguments),
    Man(man::Arguments),
    #[cfg(feature = "scaffold")]
    New(new::Arguments),
    #[cfg(feature = "build")]
    Prune(prune::Arguments),
    #[cfg(target_os = "linux")]
    Pull(pull::Arguments),
    #[cfg(feature = "build")]
    Release(release::Arguments),
    Releases(releases::Arguments),
    #[cfg(feature = "build")]
    Reproduce(reproduce::Arguments),
    #[cfg(target_os = "linux")]
    Rollback(rollback::Arguments),
    #[cfg(target_os = "linux")]
    Run(run::Arguments),
    Show(show::Arguments),
    Sign(sign::Arguments),
    #[cfg(all(target_os = "linux", feature = "scaffold", feature = "build"))]
    Tour(tour::Arguments),
    #[cfg(feature = "scaffold")]
    Template(template::Arguments),
    #[cfg(feature = "scaffold")]
    Update(update::Arguments),
    Verify(verify::Arguments),
}

/// Runs the program: reads the command line, executes the command, renders its failure.
#[must_use]
pub fn main() -> std::process::ExitCode {
    let words: Vec<OsString> = normalised(std::env::args_os()).collect();
    #[cfg(target_os = "linux")]
    if let Some(code) = hidden::exec(&words) {
        return code.into();
    }
    let arguments = match command_line::read(&words) {
        Ok(arguments) => arguments,
        Err(refusal) => return u8::from(command_line::refused(&refusal)).into(),
    };
    arguments.options.set_color();
    let audience = arguments.options.reporter().audience();
    let code = Surroundings::read(arguments.options)
        .and_then(|surroundings| exec(arguments.command, &surroundings))
        .unwrap_or_else(|error| failure::render(&error, audience).into());
    code.into()
}

/// Executes one command; its answer is the exit code, since `run` and `admin` pass on their process's own.
fn exec(command: Option<Command>, surroundings: &Surroundings) -> anyhow::Result<u8> {
    let Some(command) = command else { return overview::exec(surroundings).map(u8::from) };
    if surroundings.options.format == Format::Slsa && !matches!(command, Command::Show(_)) {
        let message = "`--format slsa` is a form of `show` alone".to_owned();
        return Err(UsageError { message, hint: "cargo twelve show v42 --format slsa".to_owned() }.into());
    }
    match command {
        #[cfg(target_os = "linux")]
        Command::Admin(arguments) => return admin::exec(&arguments, surroundings),
        #[cfg(all(target_os = "linux", feature = "build"))]
        Command::Dev(arguments) => return dev::exec(&arguments, surroundings),
        #[cfg(target_os = "linux")]
        Command::Deploy(arguments) => return deploy::exec(&arguments, surroundings),
        #[cfg(target_os = "linux")]
        Command::Rollback(arguments) => rollback::exec(&arguments, surroundings),
        #[cfg(target_os = "linux")]
        Command::Run(arguments) => return run::exec(&arguments, surroundings),
        #[cfg(feature = "build")]
        Command::Build(arguments) => build::exec(&arguments, surroundings),
        #[cfg(feature = "check")]
        Command::Check(arguments) => check::exec(&arguments, surroundings),
        Command::Compat(arguments) => compat::exec(&arguments, surroundings),
        Command::Completions(arguments) => completions::exec(&arguments),
        Command::Deploys(arguments) => deploys::exec(&arguments, surroundings),
        Command::Diff(arguments) => diff::exec(&arguments, surroundings),
        Command::Env(arguments) => env::exec(&arguments, surroundings),
        #[cfg(feature = "export")]
        Command::Export(arguments) => export::exec(&arguments, surroundings),
        #[cfg(target_os = "linux")]
        Command::Import(arguments) => import::exec(&arguments, surroundings),
        #[cfg(feature = "build")]
        Command::Prune(arguments) => prune::exec(&arguments, surroundings),
        #[cfg(target_os = "linux")]
        Command::Pull(arguments) => pull::exec(&arguments, surroundings),
        #[cfg(all(feature = "scaffold", feature = "check"))]
        Command::Init(arguments) => init::exec(&arguments, surroundings),
        Command::Man(arguments) => man::exec(&arguments, surroundings),
        #[cfg(feature = "scaffold")]
        Command::New(arguments) => new::exec(&arguments, surroundings),
        #[cfg(feature = "build")]
        Command::Release(arguments) => release::exec(&arguments, surroundings),
        Command::Releases(arguments) => releases::exec(&arguments, surroundings),
        #[cfg(feature = "build")]
        Command::Reproduce(arguments) => reproduce::exec(&arguments, surroundings),
        Command::Show(arguments) => show::exec(&arguments, surroundings),
        Command::Sign(arguments) => sign::exec(&arguments, surroundings),
        #[cfg(all(target_os = "linux", feature = "scaffold", feature = "build"))]
        Command::Tour(arguments) => return tour::exec(&arguments, surroundings),
        #[cfg(feature = "scaffold")]
        Command::Template(arguments) => template::exec(&arguments, surroundings),
        #[cfg(feature = "scaffold")]
        Command::Update(arguments) => update::exec(&arguments, surroundings),
        Command::Verify(arguments) => verify::exec(&arguments, surroundings),
    }
    .map(u8::from)
}

/// `cargo twelve x` reaches us as `cargo-twelve twelve x`; both mean `x`.
fn normalised(words: impl Iterator<Item = OsString>) -> impl Iterator<Item = OsString> {
    words.enumerate().filter(|(index, word)| *index != 1 || word != "twelve").map(|(_, word)| word)
}

#[cfg(test)]
mod documented;
