//! `cargo twelve tour`: the whole path on a throwaway service, in a temporary folder. Each step is the command that a
//! user would type, run as a program of its own, and nothing is left behind but cargo's registry cache.

mod call;
mod folder;
mod service;
mod stopped;

use super::ExitCode;
use super::surroundings::Surroundings;
use crate::report::{Event, Size, Verbosity};
use anyhow::{Context, bail, ensure};
use clap::Args;
use folder::TourFolder;
use serde_json::Value;
use service::Service;
use std::process::Stdio;
use std::time::Instant;
pub(crate) use stopped::Stopped;

/// The whole path on a throwaway service: new, release, run, a request, a clean stop
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo twelve tour
  cargo twelve tour --template worker

Set CARGO_TARGET_DIR to keep what was compiled for the next time.")]
pub(crate) struct Arguments {
    /// The service's template
    #[arg(long, value_name = "NAME", default_value = "web")]
    template: String,
}

/// Goes the whole path, a line a step. The folder is removed also where a step fails or a signal ends the tour.
pub(crate) fn exec(arguments: &Arguments, surroundings: &Surroundings) -> anyhow::Result<u8> {
    let whole = Instant::now();
    let folder = TourFolder::make(surroundings)?;
    let tour = Tour { surroundings, folder: &folder };
    let walked = tour.walk(arguments);
    let (here, removing) = (folder.path().to_path_buf(), Instant::now());
    let removed = folder.remove();
    if let (Err(_), Some(signal)) = (&walked, folder.interrupted()) {
        removed?;
        return Ok(128 + signal);
    }
    walked?;
    removed?;
    tour.step_since("remove", removing, &format!("{} is gone", here.display()));
    tour.step_since("done", whole, "an empty folder became a release, a process, an answer and a clean exit");
    Ok(ExitCode::Done.into())
}

struct Tour<'a> {
    surroundings: &'a Surroundings,
    folder: &'a TourFolder,
}

impl Tour<'_> {
    fn walk(&self, arguments: &Arguments) -> anyhow::Result<()> {
        let folder = self.folder;
        self.step("new", || {
            let events = folder.events(
                folder.path(),
                &["new", "shop", "--no-input", "--template", &arguments.template],
                Stdio::piped(),
            )?;
            let files = events.last().and_then(|document| document["files"].as_array().map(Vec::len));
            Ok(format!("`shop` from the template `{}`, {} files, one commit", arguments.template, files.unwrap_or(0)))
        })?;
        let shop = folder.path().join("shop");
        let events = self.step_with("release", || {
            let events = folder.events(&shop, &["release"], self.compiler())?;
            let released = find(&events, "released").context("`release` said nothing of a release")?;
            Ok((
                format!(
                    "{} {} of commit {:.12}",
                    text(released, "app"),
                    text(released, "release"),
                    text(released, "commit")
                ),
                events,
            ))
        })?;
        let verified = find(&events, "lock_verified").context("`release` said nothing of the lock")?;
        let built = find(&events, "built").context("`release` said nothing of a build")?;
        self.say(
            "lock",
            number(verified, "milliseconds"),
            format!("{} packages are the lockfile's, byte for byte (part of release)", number(verified, "packages")),
        );
        self.say("build", 0, format!("{:.12}, {} packed", text(built, "build"), Size(number(built, "bytes"))));
        self.step("verify", || {
            let verified = folder.events(&shop, &["verify", "v1"], Stdio::piped())?;
            let files = verified.last().and_then(|document| document["builds"][0]["files"].as_u64());
            Ok(format!("v1 is whole: {} files, every byte", files.context("`verify` counted no files")?))
        })?;
        std::fs::copy(shop.join(".env.example"), shop.join("prod.env")).context("the template has no .env.example")?;
        self.step("admin", || {
            folder.twelve(
                &shop,
                &["admin", "--release-id", "v1", "--env-file", "prod.env", "check-config"],
                Stdio::piped(),
            )?;
            Ok("`check-config` ran against v1 with prod.env, exit code 0".to_owned())
        })?;
        let service = self.step_with("run", || {
            let service = Service::start(folder, &shop, self.surroundings)?;
            Ok((format!("v1 with prod.env listens on port {}", service.port()), service))
        })?;
        self.step("request", || service.request("/version"))?;
        self.step("stop", || service.stop())
    }

    /// Where the compiler's words go: people who wait a minute want to see why.
    fn compiler(&self) -> Stdio {
        match self.surroundings.reporter.verbosity() {
            Verbosity::Quiet => Stdio::piped(),
            Verbosity::Normal | Verbosity::Verbose => Stdio::inherit(),
        }
    }

    fn step(&self, name: &str, act: impl FnOnce() -> anyhow::Result<String>) -> anyhow::Result<()> {
        self.step_with(name, || act().map(|seen| (seen, ())))
    }

    /// Takes a step and says what was seen and how long it took.
    fn step_with<T>(&self, name: &str, act: impl FnOnce() -> anyhow::Result<(String, T)>) -> anyhow::Result<T> {
        let start = Instant::now();
        if self.folder.interrupted().is_some() {
            bail!("the tour was interrupted before `{name}`");
        }
        let (seen, made) = act().with_context(|| format!("the tour's step `{name}`"))?;
        self.step_since(name, start, &seen);
        Ok(made)
    }

    fn step_since(&self, name: &str, start: Instant, seen: &str) {
        self.say(name, u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX), seen.to_owned());
    }

    fn say(&self, step: &str, milliseconds: u64, seen: String) {
        self.surroundings.reporter.tell(&Event::TourStep { step: step.to_owned(), seen, milliseconds });
    }
}

/// The event of this name among those that a command printed.
fn find<'a>(events: &'a [Value], name: &str) -> Option<&'a Value> {
    events.iter().find(|event| event["event"] == name)
}

fn text<'a>(event: &'a Value, field: &str) -> &'a str {
    event[field].as_str().unwrap_or_default()
}

fn number(event: &Value, field: &str) -> u64 {
    event[field].as_u64().unwrap_or(0)
}

/// The lines of JSON that a command printed.
fn lines(stdout: &[u8]) -> anyhow::Result<Vec<Value>> {
    let text = std::str::from_utf8(stdout)?;
    let lines: Vec<Value> =
        text.lines().filter(|line| line.starts_with('{')).map(serde_json::from_str).collect::<Result<_, _>>()?;
    ensure!(lines.iter().all(|line| line.get("error").is_none()), "the command printed an error");
    Ok(lines)
}
