//! What was measured while a release ran. The measuring itself is composed at the edge, since it needs the run stage;
//! these are the plain numbers that rules judge.

use super::{Evidence, Facts, Found, Judgement, Measurement};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// One process type, watched.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observation {
    /// The release, `v42`.
    pub release: String,
    /// The process type.
    pub process: String,
    /// What its config gives it is said to listen on; none where it is given no port.
    pub asked_port: Option<u16>,
    /// Why nothing more could be measured, where it ended before it was ready.
    pub failed: Option<String>,
    /// What it listened on, and after how many milliseconds.
    pub listening: Option<Listening>,
    /// A second copy on another port beside the first; none where it was not tried.
    pub second_copy: Option<bool>,
    /// What happened at SIGTERM.
    pub stop: Option<Stop>,
    /// Whether it listened again after `kill -9`, and after how many milliseconds.
    pub restarted_after: Option<u64>,
    /// Whether a start after `kill -9` was tried.
    pub killed: bool,
    /// Its output.
    pub output: Output,
    /// Files that it wrote outside its private TMPDIR, by path.
    pub written: Vec<String>,
    /// How well that was seen.
    pub sight: Sight,
    /// Those of them that grew as lines of a log do.
    pub grown: Vec<String>,
    /// Processes that were left behind after it ended, by name.
    pub left_behind: Vec<String>,
    /// How it behaved with each backing service that did not answer, one after the other.
    pub without_services: Vec<WithoutService>,
    /// Variables of backing services that were not taken away, since the time for it was over.
    pub untried_services: Vec<String>,
}

/// How well files that are written were seen.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sight {
    /// What was watched, as a fragment.
    pub how: String,
    /// What could not be seen, as fragments.
    pub unseen: Vec<String>,
}

/// A listening socket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listening {
    /// Milliseconds from the start.
    pub milliseconds: u64,
    /// The address.
    pub address: IpAddr,
    /// The port.
    pub port: u16,
}

/// What happened at SIGTERM.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {
    /// The process's own exit code; 128+n where a signal ended it.
    pub code: i32,
    /// How long it took, in milliseconds.
    pub milliseconds: u64,
    /// Whether its time was over and it was killed.
    pub killed: bool,
    /// Whether a request that was being sent was answered; none where no request could be made.
    pub answered: Option<bool>,
    /// Whether a new connection was refused while it drained; none where it was gone before one could be tried.
    pub refused: Option<bool>,
}

/// What came out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Output {
    /// Bytes on stdout.
    pub stdout: u64,
    /// Bytes on stderr.
    pub stderr: u64,
    /// When the first line came, in milliseconds from the start.
    pub first_line: Option<u64>,
    /// Whether lines came only when the process had ended.
    pub only_at_the_end: bool,
}

/// A start with a backing service that does not answer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WithoutService {
    /// The variable that named it.
    pub variable: String,
    /// Whether it listened all the same.
    pub listened: bool,
    /// The exit code, where it ended.
    pub code: Option<i32>,
    /// Whether it said something.
    pub said: bool,
    /// Why it was not even started, where the contract does not let such an address through.
    pub refused: Option<String>,
}

impl std::fmt::Display for Sight {
    /// `watched: this; not seen: that, that and 3 more`.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "watched: {}", self.how)?;
        let (named, more) = self.unseen.split_at(self.unseen.len().min(3));
        if !named.is_empty() {
            write!(formatter, "; not seen: {}", named.join(", "))?;
        }
        if !more.is_empty() {
            write!(formatter, " and {} more", more.len())?;
        }
        Ok(())
    }
}

/// What one observation says of a promise.
pub(super) enum Watched {
    /// It was kept, and by how much.
    Kept(Measurement),
    /// It was broken.
    Found(Found),
    /// It could not be watched.
    Untold,
}

impl Watched {
    /// What all observations say together.
    pub(super) fn judgement(facts: &Facts, judge: impl Fn(&Observation) -> Self) -> Judgement {
        if facts.observations.is_empty() {
            return Judgement::not_applicable("no release was watched (`--run`)");
        }
        let (mut found, mut kept) = (Vec::new(), Vec::new());
        for observation in &facts.observations {
            match judge(observation) {
                Self::Kept(measured) => kept.push(measured.into()),
                Self::Found(one) => found.push(one),
                Self::Untold => {}
            }
        }
        Self::together(facts, found, kept)
    }

    /// What all that was watched says together.
    pub(super) fn together(facts: &Facts, found: Vec<Found>, kept: Vec<Evidence>) -> Judgement {
        if !found.is_empty() {
            Judgement::Mixed(found, kept)
        } else if !kept.is_empty() {
            Judgement::Pass(kept)
        } else {
            let failed = facts.observations.iter().find_map(|one| one.failed.as_deref());
            Judgement::unknown(failed.unwrap_or("nothing that was watched shows it"))
        }
    }
}

impl Observation {
    /// A number that was measured on it.
    pub(super) fn measured(&self, what: impl Into<String>, value: u64, unit: &'static str) -> Measurement {
        Measurement {
            process: format!("{}.1", self.process),
            what: what.into(),
            value,
            unit,
            limit: None,
            details: Vec::new(),
        }
    }
}
