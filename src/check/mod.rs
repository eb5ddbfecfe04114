//! The twelve factors as an audit. A [`Rule`] is a promise of the text and a way to tell whether an app keeps it; the
//! [`Facts`] are what is known of the app; each factor has a file of its own, named after it, in which its rules judge
//! the facts. Nothing here builds, runs or changes anything: what a running release shows is handed in.
//!
//! A finding rests on [`Evidence`]: a place in a file, or something that was measured. What cannot be told is
//! `unknown` and never counts, so a guess is never a finding.

mod admin_processes;
mod backing_services;
mod baseline;
mod build_release_run;
pub mod catalogue;
mod codebase;
mod concurrency;
mod config;
mod dependencies;
mod disposability;
mod error;
mod evidence;
mod exceptions;
mod factor;
mod facts;
mod judging;
mod logs;
mod observation;
pub mod output;
mod parity;
mod port_binding;
mod processes;
mod report;
mod rule;
mod source;
mod survey;
mod verdict;

pub use baseline::Baseline;
pub use config::{How, Reading, Readings, Undeclared};
pub use error::Error;
pub use evidence::{Evidence, Measurement, Place};
pub use factor::Factor;
pub use facts::{Facts, Request, Unread};
pub use judging::judge;
pub use observation::{Listening, Observation, Output, Sight, Stop, WithoutService};
pub use report::{Count, Excuse, Finding, Report, RuleResult, Unused};
pub use rule::{Method, Rule};
pub use survey::{Survey, survey};
pub use verdict::Verdict;

use rule::{Found, Judgement};

/// Checks an app: gathers the facts and judges them.
///
/// # Errors
/// Where the codebase, the declaration or an exception cannot be read.
pub fn check(request: Request, baseline: Option<&Baseline>) -> Result<Report, Error> {
    judge(&Facts::gather(request)?, baseline)
}
