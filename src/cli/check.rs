//! `cargo twelve check`: the twelve factors, statically; with `--run` also by watching a release run.

mod outcome;
#[cfg(target_os = "linux")]
mod watch;
#[cfg(target_os = "linux")]
mod watching;

#[cfg(target_os = "linux")]
pub(crate) use watch::Refusal;

use super::ExitCode;
use super::surroundings::Surroundings;
use crate::check::{self, Baseline, Request, Verdict, catalogue, output};
use crate::report::{Audience, data};
use clap::{Args, ValueEnum};
use outcome::write_file;
use std::path::PathBuf;

/// The twelve factors, as an audit
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  cargo twelve check\n  cargo twelve check --explain TF0901\n  \
    cargo twelve check --sarif check.sarif --html check.html\n  cargo twelve check --write-baseline .twelve-baseline.json")]
pub(crate) struct Arguments {
    /// The app's folder [default: the working directory]
    path: Option<PathBuf>,
    /// The package, where several could be meant
    #[arg(short, long, value_name = "NAME")]
    package: Option<String>,
    /// The least that makes the exit code 1
    #[arg(long, value_enum, value_name = "VERDICT", default_value_t = FailOn::Fail)]
    fail_on: FailOn,
    /// The least that is shown with what it rests on
    #[arg(long, value_enum, value_name = "VERDICT", default_value_t = Show::Note)]
    show: Show,
    /// Findings that are known and do not count
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Write what is found now as a baseline
    #[arg(long, value_name = "FILE")]
    write_baseline: Option<PathBuf>,
    /// Write a SARIF 2.1.0 log, for code hosts and editors
    #[arg(long, value_name = "FILE")]
    sarif: Option<PathBuf>,
    /// Write one self-contained page
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Run a release as well, and measure what its processes do
    #[cfg(target_os = "linux")]
    #[command(flatten)]
    watching: watching::Watching,
    /// Explain one rule, by its id or name
    #[arg(long, value_name = "RULE", conflicts_with_all = ["path", "package", "baseline", "write_baseline", "sarif", "html", "rules"])]
    explain: Option<String>,
    /// Print all rules, as Markdown
    #[arg(long, conflicts_with_all = ["path", "package", "baseline", "write_baseline", "sarif", "html"])]
    rules: bool,
}

/// The least that makes the exit code 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FailOn {
    /// A promise is broken
    Fail,
    /// Or very likely is
    Warn,
    /// Anything that is found
    Note,
    /// Nothing
    Never,
}

/// The least that is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Show {
    /// Broken promises alone
    Fail,
    /// And those that very likely are
    Warn,
    /// And facts worth knowing
    Note,
    /// And what passes, and what shows it
    Pass,
    /// And what cannot be told, and why
    Unknown,
    /// Every rule
    All,
}

/// Checks, and says what was found.
pub(crate) fn exec(arguments: &Arguments, surroundings: &Surroundings) -> anyhow::Result<ExitCode> {
    if let Some(rule) = &arguments.explain {
        data::text(&catalogue::explanation(catalogue::rule(rule)?))?;
        return Ok(ExitCode::Done);
    }
    if arguments.rules {
        data::text(&catalogue::book())?;
        return Ok(ExitCode::Done);
    }
    let baseline = arguments.baseline.as_ref().map(|path| outcome::read_baseline(surroundings, path)).transpose()?;
    let report = check::check(arguments.request(surroundings)?, baseline.as_ref())?;
    match surroundings.reporter.audience() {
        Audience::Json => data::document(&output::Document::of(&report))?,
        Audience::Human => outcome::say(&report, arguments.show.least())?,
    }
    if let Some(path) = &arguments.sarif {
        write_file(surroundings, path, &format!("{}\n", output::sarif(&report)))?;
    }
    if let Some(path) = &arguments.html {
        write_file(surroundings, path, &output::page(&report))?;
    }
    if let Some(path) = &arguments.write_baseline {
        write_file(surroundings, path, &Baseline::of(&report).text())?;
        return Ok(ExitCode::Done);
    }
    Ok(if arguments.fail_on.is_reached(report.worst()) { ExitCode::Findings } else { ExitCode::Done })
}

/// Checks an app for another command, and says what is broken or very likely is.
#[cfg(feature = "scaffold")]
pub(crate) fn say(folder: &std::path::Path, surroundings: &Surroundings) -> anyhow::Result<()> {
    let request = Request { folder: folder.to_owned(), ..Request::default() };
    let report = check::check(request, None)?;
    if surroundings.reporter.verbosity() > crate::report::Verbosity::Quiet {
        outcome::say(&report, Show::Warn.least())?;
    }
    Ok(())
}

impl Arguments {
    fn request(&self, surroundings: &Surroundings) -> anyhow::Result<Request> {
        let folder =
            self.path.as_ref().map_or_else(|| surroundings.directory.clone(), |path| surroundings.resolve(path));
        let request = Request { folder, package: self.package.clone(), ..Request::default() };
        #[cfg(target_os = "linux")]
        let request = self.watching.watched(request, surroundings)?;
        Ok(request)
    }
}

impl FailOn {
    fn is_reached(self, worst: Option<Verdict>) -> bool {
        let least = match self {
            Self::Fail => Verdict::Fail,
            Self::Warn => Verdict::Warn,
            Self::Note => Verdict::Note,
            Self::Never => return false,
        };
        worst.is_some_and(|worst| worst >= least)
    }
}

impl Show {
    fn least(self) -> Verdict {
        match self {
            Self::Fail => Verdict::Fail,
            Self::Warn => Verdict::Warn,
            Self::Note => Verdict::Note,
            Self::Pass => Verdict::Pass,
            Self::Unknown => Verdict::Unknown,
            Self::All => Verdict::NotApplicable,
        }
    }
}
