//! `check --run`: a release is run as its users run it, by this program itself, one process type after the other, and
//! what its processes do is measured: from outside, by what the kernel says of them.

mod away;
mod descent;
mod files;
mod request;
mod sockets;
mod started;
mod traces;

pub(crate) use started::Refusal;

use crate::app::ProcessType;
use crate::artifact::{BuildManifest, ReleaseRecord};
use crate::check::{Listening, Observation, Stop};
use crate::cli::surroundings::Surroundings;
use crate::report::{Audience, Event};
use anyhow::Context;
use request::Held;
use started::Started;
use std::cell::Cell;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use traces::Traces;

/// How often the kernel is asked.
const BEAT: Duration = Duration::from_millis(5);
/// How long a request is held back after SIGTERM.
const HELD: Duration = Duration::from_millis(500);
/// How long a process without a port is left to itself before it is stopped.
const SETTLING: Duration = Duration::from_millis(1500);
/// How long after its declared stop-timeout an end may take.
const SLACK: Duration = Duration::from_secs(10);

/// A release that is to be watched.
pub(super) struct Watch<'a> {
    pub(super) surroundings: &'a Surroundings,
    pub(super) record: &'a ReleaseRecord,
    pub(super) manifest: &'a BuildManifest,
    pub(super) env_files: &'a [PathBuf],
    /// The folder in which all of it happens: HOME, cache, TMPDIR.
    pub(super) folder: &'a Path,
    /// How often a `run` was started. Each has an unpacked tree of its own: root can write into a read-only one, and
    /// what was written there would be refused by the next start.
    pub(super) starts: Cell<u32>,
}

impl Watch<'_> {
    /// Watches every process type.
    pub(super) fn all(&self) -> anyhow::Result<Vec<Observation>> {
        for folder in ["home", "tmp", "cache", "state"] {
            std::fs::create_dir_all(self.folder.join(folder)).context("the folder to watch in cannot be made")?;
        }
        let types = &self.manifest.declaration.processes;
        let away = away::Budget::begin();
        types.iter().map(|process| self.one(process, &away)).collect()
    }

    fn one(&self, process: &ProcessType, away: &away::Budget) -> anyhow::Result<Observation> {
        let reporter = &self.surroundings.reporter;
        // For programs, a check is one document.
        if reporter.audience() == Audience::Human {
            let (process, release) = (process.name.clone(), self.record.release.to_string());
            reporter.tell(&Event::Watching { process, release });
        }
        let port = free_port()?;
        let mut observation = Observation {
            release: self.record.release.to_string(),
            process: process.name.clone(),
            asked_port: process.port.as_ref().map(|_| port),
            ..Observation::default()
        };
        let mut traces = Traces::before(self.folder, self.manifest);
        self.life(process, port, &mut traces, &mut observation)?;
        if observation.failed.is_none() {
            (observation.without_services, observation.untried_services) = away::watch(self, process, away)?;
        }
        (observation.written, observation.sight) = traces.after();
        observation.grown = observation.written.iter().filter(|path| traces::is_log(path)).cloned().collect();
        Ok(observation)
    }

    /// One life of a process, from its start to its end, and its next one after a sudden death.
    fn life(
        &self,
        process: &ProcessType,
        port: u16,
        traces: &mut Traces<'_>,
        observation: &mut Observation,
    ) -> anyhow::Result<()> {
        let started = Started::start(self, process, port, &[])?;
        traces.follow(started.supervisor());
        observation.listening = match self.wait_until_up(&started, process, port)? {
            Ok(listening) => listening,
            Err(why) => {
                observation.failed = Some(why);
                observation.output = started.output();
                return Ok(());
            }
        };
        // What a worker listens on is for its operators: only who is given a port serves there.
        let serves = process.port.is_some() || process.name == "web";
        let address = listening_address(observation.listening.as_ref()).filter(|_| serves);
        if let Some(address) = address {
            // Only that it was asked matters here; what it answers is the app's own.
            let _ = request::whole(address, process.ready.as_deref().unwrap_or("/"));
        }
        if address.is_some() && process.port.is_some() {
            observation.second_copy = Some(self.second_copy(process)?);
        }
        traces.hold(&started.processes());
        observation.stop = Some(self.stop(&started, process, address)?);
        observation.output = started.output();
        observation.left_behind = started.left_behind();
        if address.is_some() {
            (observation.killed, observation.restarted_after) = (true, self.sudden_death(process)?);
        }
        Ok(())
    }

    /// Waits until a process listens, or, where it has no port, has settled. The inner error says why it never did.
    fn wait_until_up(
        &self,
        started: &Started,
        process: &ProcessType,
        port: u16,
    ) -> anyhow::Result<Result<Option<Listening>, String>> {
        let most = Duration::from_millis(process.start_timeout) + SLACK;
        let begun = Instant::now();
        let mut first: Option<(SocketAddr, Duration)> = None;
        while begun.elapsed() < most {
            if let Some(said) = started.refusal() {
                return Err(said.into());
            }
            if let Some(code) = started.exit_code() {
                return Ok(Err(format!(
                    "`{}` ended with code {code} before it was up; `--env-file` names its config",
                    process.name
                )));
            }
            if let Some(since) = started.since() {
                let sockets = sockets::listening(&started.processes());
                let own = sockets.iter().find(|socket| socket.port() == port).or(sockets.first());
                first = own
                    .filter(|own| first.is_none_or(|(socket, _)| socket != **own))
                    .map_or(first, |own| Some((*own, since.elapsed())));
                let listening = first.map(|(socket, after)| Listening {
                    milliseconds: whole_milliseconds(after),
                    address: socket.ip(),
                    port: socket.port(),
                });
                match (first, &process.port) {
                    // Another port than its own may be one of several, and its own come later.
                    (Some((socket, after)), Some(_))
                        if socket.port() == port || since.elapsed() > after + Duration::from_secs(3) =>
                    {
                        return Ok(Ok(listening));
                    }
                    (_, None) if since.elapsed() > SETTLING => return Ok(Ok(listening)),
                    _ => {}
                }
            }
            std::thread::sleep(BEAT);
        }
        Ok(Err(format!("`{}` did not listen in {} s", process.name, most.as_secs())))
    }

    /// Whether a second copy comes up on another port while the first runs.
    fn second_copy(&self, process: &ProcessType) -> anyhow::Result<bool> {
        let port = free_port()?;
        let started = Started::start(self, process, port, &[])?;
        let up = self.wait_until_up(&started, process, port)?.is_ok();
        started.terminate();
        started.wait(self.patience(process));
        Ok(up)
    }

    /// SIGTERM, with a request half sent where there is a port.
    fn stop(&self, started: &Started, process: &ProcessType, address: Option<SocketAddr>) -> anyhow::Result<Stop> {
        let mut stop = Stop::default();
        let held = address.and_then(|address| Held::send_half(address, process.ready.as_deref().unwrap_or("/")).ok());
        let mut since = Instant::now();
        started.terminate();
        if let (Some(held), Some(address)) = (held, address) {
            while since.elapsed() < HELD && started.exit_code().is_none() {
                std::thread::sleep(BEAT);
            }
            let lived = started.exit_code().is_none();
            if lived {
                stop.refused = Some(!request::connects(address));
            }
            stop.answered = Some(held.finish());
            if lived {
                since = Instant::now();
            }
        }
        let ended = started.wait(self.patience(process));
        stop.milliseconds = ended.map_or(u64::MAX, |at| whole_milliseconds(at.saturating_duration_since(since)));
        stop.code = started.exit_code().unwrap_or(137);
        stop.killed = started.was_killed();
        Ok(stop)
    }

    /// `kill -9`, and a start on the same port. None where it did not come up again.
    fn sudden_death(&self, process: &ProcessType) -> anyhow::Result<Option<u64>> {
        let port = free_port()?;
        let first = Started::start(self, process, port, &[])?;
        if self.wait_until_up(&first, process, port)?.is_err() {
            return Ok(None);
        }
        first.kill_process();
        first.wait(self.patience(process));
        let again = Started::start(self, process, port, &[])?;
        let up = self.wait_until_up(&again, process, port)?;
        again.terminate();
        again.wait(self.patience(process));
        Ok(up.ok().flatten().map(|listening| listening.milliseconds))
    }

    fn patience(&self, process: &ProcessType) -> Duration {
        Duration::from_millis(process.stop_timeout) + SLACK
    }
}

/// Where a listening socket is reached from here.
fn listening_address(listening: Option<&Listening>) -> Option<SocketAddr> {
    let listening = listening?;
    let ip = match listening.address {
        ip if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        ip => ip,
    };
    Some(SocketAddr::new(ip, listening.port))
}

/// A port that was free a moment ago: the system gives out another to the next who asks.
fn free_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0))?.local_addr()?.port())
}

fn whole_milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
