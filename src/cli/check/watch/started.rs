//! One `cargo twelve run`, as long as it runs: what it says of its process, and when.

use super::Watch;
use super::descent::descendants;
use crate::app::ProcessType;
use crate::check::Output;
use anyhow::Context;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A `run` of one process.
pub(super) struct Started {
    child: RefCell<Child>,
    heard: Arc<Mutex<Heard>>,
}

/// What it has said.
#[derive(Default)]
struct Heard {
    started: Option<(u32, Instant)>,
    exited: Option<(i32, Instant)>,
    stopped: Option<Instant>,
    killed: Vec<String>,
    refusal: Option<Refusal>,
    stdout: u64,
    stderr: u64,
    lines: Vec<Instant>,
}

/// Why `run` refused to start anything, with its own exit code.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the release cannot be run: {message}")]
pub(crate) struct Refusal {
    pub(crate) code: u8,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
}

/// Lines whose moments are kept: enough to tell whether they came one by one.
const KEPT: usize = 256;

impl Started {
    /// Starts one process of a type on a port, with variables over those of the env files.
    pub(super) fn start(
        watch: &Watch<'_>,
        process: &ProcessType,
        port: u16,
        variables: &[(String, String)],
    ) -> anyhow::Result<Self> {
        let mut command = command(watch)?;
        let release = format!("{}@{}", watch.record.app, watch.record.release);
        command.args(["run", "--format", "json", "--release-id", &release, "--port", &base(watch, process, port)?]);
        for file in watch.env_files {
            command.arg("--env-file").arg(watch.surroundings.resolve(file));
        }
        for (name, value) in variables {
            command.arg("-e").arg(format!("{name}={value}"));
        }
        command.arg(format!("{}=1", process.name));
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("`run` cannot be started")?;
        let heard = Arc::new(Mutex::new(Heard::default()));
        let (pipe, shared) = (child.stdout.take().context("a pipe")?, Arc::clone(&heard));
        std::thread::spawn(move || {
            for line in BufReader::new(pipe).lines().map_while(Result::ok) {
                if let Ok(event) = serde_json::from_str::<Value>(&line) {
                    shared.lock().unwrap_or_else(PoisonError::into_inner).hear(&event);
                }
            }
        });
        Ok(Self { child: RefCell::new(child), heard })
    }

    fn heard<T>(&self, ask: impl FnOnce(&Heard) -> T) -> T {
        ask(&self.heard.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The process id of the `run`.
    pub(super) fn supervisor(&self) -> u32 {
        self.child.borrow().id()
    }

    /// When its process was started.
    pub(super) fn since(&self) -> Option<Instant> {
        self.heard(|heard| heard.started.map(|(_, at)| at))
    }

    /// Its process and all that descend from it.
    pub(super) fn processes(&self) -> BTreeSet<u32> {
        self.heard(|heard| heard.started).map(|(pid, _)| descendants(pid)).unwrap_or_default()
    }

    /// Its process's own exit code, once it has one.
    pub(super) fn exit_code(&self) -> Option<i32> {
        let exited = self.heard(|heard| heard.exited.map(|(code, _)| code));
        // `run` itself may have ended without a word, where something killed it.
        exited.or_else(|| match self.child.borrow_mut().try_wait() {
            Ok(Some(status)) if self.heard(|heard| heard.refusal.is_none()) => {
                std::thread::sleep(Duration::from_millis(20));
                Some(self.heard(|heard| heard.exited.map(|(code, _)| code)).or(status.code()).unwrap_or(137))
            }
            _ => None,
        })
    }

    /// Why nothing was started.
    pub(super) fn refusal(&self) -> Option<Refusal> {
        self.heard(|heard| heard.refusal.clone())
    }

    /// Whether its process had to be killed.
    pub(super) fn was_killed(&self) -> bool {
        self.heard(|heard| heard.killed.iter().any(|reason| reason.starts_with("it did not stop")))
    }

    /// What it left behind, as the supervisor names it.
    pub(super) fn left_behind(&self) -> Vec<String> {
        self.heard(|heard| heard.killed.iter().filter(|reason| reason.contains("left behind")).cloned().collect())
    }

    /// Its output so far.
    pub(super) fn output(&self) -> Output {
        self.heard(|heard| {
            let since = heard.started.map(|(_, at)| at);
            let first = heard.lines.first().copied();
            let at_once = heard.lines.len() > 2
                && heard
                    .lines
                    .last()
                    .zip(first)
                    .is_some_and(|(last, first)| last.duration_since(first) < Duration::from_millis(20));
            let late = first.zip(heard.exited).is_some_and(|(first, (_, exited))| {
                exited.saturating_duration_since(first) < Duration::from_millis(50)
            });
            Output {
                stdout: heard.stdout,
                stderr: heard.stderr,
                first_line: first
                    .zip(since)
                    .map(|(first, since)| super::whole_milliseconds(first.saturating_duration_since(since))),
                only_at_the_end: at_once && late,
            }
        })
    }

    /// Asks it to stop.
    pub(super) fn terminate(&self) {
        self.signal(self.child.borrow().id(), Signal::TERM);
    }

    /// Kills its process, and not the supervisor.
    pub(super) fn kill_process(&self) {
        if let Some((pid, _)) = self.heard(|heard| heard.started) {
            self.signal(pid, Signal::KILL);
        }
    }

    #[expect(clippy::unused_self, reason = "only what was started here is signalled")]
    fn signal(&self, pid: u32, signal: Signal) {
        if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
            // One that is gone already needs no signal.
            let _ = kill_process(pid, signal);
        }
    }

    /// Waits for the end of all of it; when its process ended.
    pub(super) fn wait(&self, most: Duration) -> Option<Instant> {
        let begun = Instant::now();
        while begun.elapsed() < most {
            if let Ok(Some(_)) = self.child.borrow_mut().try_wait() {
                std::thread::sleep(Duration::from_millis(20));
                return self
                    .heard(|heard| heard.exited.map(|(_, at)| at).or(heard.stopped))
                    .or_else(|| Some(Instant::now()));
            }
            std::thread::sleep(super::BEAT);
        }
        None
    }
}

impl Drop for Started {
    /// Nothing is left running, also where the watching failed half way.
    fn drop(&mut self) {
        let child = self.child.get_mut();
        if let Ok(None) = child.try_wait() {
            // Its watchdog ends what it started.
            let _ = child.kill();
        }
        let _ = child.wait();
    }
}

impl Heard {
    fn hear(&mut self, event: &Value) {
        let now = Instant::now();
        let text = |name: &str| event[name].as_str().unwrap_or_default().to_owned();
        match event["event"].as_str() {
            Some("started") => {
                let pid = event["pid"].as_u64().and_then(|pid| u32::try_from(pid).ok());
                self.started = pid.map(|pid| (pid, now));
            }
            Some("exited") => {
                let code = event["code"].as_i64().and_then(|code| i32::try_from(code).ok()).unwrap_or(137);
                self.exited.get_or_insert((code, now));
            }
            Some("killed") => self.killed.push(text("reason")),
            Some("stopped") => self.stopped = Some(now),
            Some("line") => {
                let length = text("text").len() as u64 + 1;
                match event["stream"].as_str() {
                    Some("stderr") => self.stderr += length,
                    _ => self.stdout += length,
                }
                if self.lines.len() < KEPT {
                    self.lines.push(now);
                }
            }
            _ => {
                let error = &event["error"];
                if let Some(message) = error["message"].as_str() {
                    self.refusal = Some(Refusal {
                        code: error["code"].as_u64().and_then(|code| u8::try_from(code).ok()).unwrap_or(70),
                        message: message.to_owned(),
                        hint: error["hint"].as_str().map(str::to_owned),
                    });
                }
            }
        }
    }
}

/// This program in surroundings of its own: the user's store, and nothing else of the user's.
#[expect(clippy::disallowed_methods, reason = "this is the edge")]
fn command(watch: &Watch<'_>) -> anyhow::Result<Command> {
    let folder = watch.folder;
    let start = watch.starts.replace(watch.starts.get() + 1).to_string();
    let mut command = Command::new(std::env::current_exe()?);
    command
        .current_dir(folder)
        .env("HOME", folder.join("home"))
        .env("TMPDIR", folder.join("tmp"))
        .env("TWELVE_STORE", watch.surroundings.store()?.location())
        .env("TWELVE_CACHE", folder.join("cache").join(start))
        .env("XDG_STATE_HOME", folder.join("state"))
        .env_remove("XDG_DATA_HOME")
        .env_remove("XDG_CACHE_HOME")
        .env_remove("PORT");
    Ok(command)
}

/// The base port that gives a type's first process its port: base + 100 for each type before it.
fn base(watch: &Watch<'_>, process: &ProcessType, port: u16) -> anyhow::Result<String> {
    let types = &watch.manifest.declaration.processes;
    let before = types.iter().position(|one| one.name == process.name).unwrap_or(0);
    let offset = u16::try_from(before * 100).context("so many process types have no ports")?;
    Ok(port.checked_sub(offset).context("no port is free that high")?.to_string())
}
