//! Events as people read them: a verb in a field of twelve columns, then the fact. Colour repeats what the verb says
//! and never carries a meaning alone.

use super::palette::{CAREFUL, GOOD, PLAIN};
use super::{
    BuildEvent, Counted, DevEvent, Event, ExportEvent, ReleaseEvent, RunEvent, ScaffoldEvent, Size, Standing, as_called,
};
use std::io::{self, Write};

/// A verb and what follows it.
type Sentence = (&'static str, String);

/// Writes the event as one line, a warning's hint as a second.
pub(super) fn write(out: &mut dyn Write, event: &Event) -> io::Result<()> {
    match event {
        Event::Warning { text, hint } => {
            writeln!(out, "{CAREFUL}warning{CAREFUL:#}: {}", as_called(text))?;
            hint.iter().try_for_each(|hint| writeln!(out, "{PLAIN}hint{PLAIN:#}: {}", as_called(hint)))
        }
        Event::Note { text } => writeln!(out, "{PLAIN}note{PLAIN:#}: {}", as_called(text)),
        other => {
            let (verb, text) = sentence(other);
            writeln!(out, "{GOOD}{verb:>12}{GOOD:#} {text}")
        }
    }
}

/// A verb and what it says, for all that is neither a warning nor a note.
fn sentence(event: &Event) -> Sentence {
    match event {
        Event::Warning { text, .. } | Event::Note { text } => ("Noted", text.clone()),
        Event::Watching { process, release } => ("Watching", format!("{process} of {release}")),
        Event::TourStep { step, seen, milliseconds } => {
            ("Step", format!("{step:<10} {:>7}  {seen}", seconds(*milliseconds)))
        }
        Event::Scaffold(event) => of_scaffold(event),
        Event::Build(event) => of_build(event),
        Event::Release(event) => of_release(event),
        Event::Run(event) => of_run(event),
        Event::Export(event) => of_export(event),
        Event::Dev(event) => of_dev(event),
    }
}

fn of_export(event: &ExportEvent) -> Sentence {
    match event {
        ExportEvent::Exported { app, release, files, folder } => {
            ("Exported", format!("{app} {release}: {} in `{folder}`", Counted(*files, "file")))
        }
        ExportEvent::ImageWritten { app, release, process, folder, bytes } => {
            ("Exported", format!("{app} {release} as an image that starts `{process}`: {} in `{folder}`", Size(*bytes)))
        }
        ExportEvent::ImagePushed { app, release, process, image, uploaded, bytes, standing } => {
            let counts = format!("{} uploaded ({}), {standing} stood there", Counted(*uploaded, "part"), Size(*bytes));
            ("Pushed", format!("{app} {release} as an image that starts `{process}` to {image}: {counts}"))
        }
    }
}

fn of_scaffold(event: &ScaffoldEvent) -> Sentence {
    match event {
        ScaffoldEvent::ProjectCreated { path, template, files } => {
            ("Created", format!("`{path}` from the template `{template}` ({})", Counted(*files, "file")))
        }
        ScaffoldEvent::ProjectUpdated { template, from, to, new, clean, merged, removed, conflicts } => {
            let counts =
                [(new, "new"), (clean, "clean"), (merged, "merged"), (removed, "removed"), (conflicts, "in conflict")];
            let counts: Vec<_> =
                counts.iter().filter(|(count, _)| **count > 0).map(|(count, word)| format!("{count} {word}")).collect();
            let counts = if counts.is_empty() { "nothing to do".to_owned() } else { counts.join(", ") };
            ("Updated", format!("`{template}` {from} to {to} ({counts})"))
        }
        ScaffoldEvent::Adopted { package, files } => ("Adopted", format!("`{package}`: wrote {files}")),
        ScaffoldEvent::TemplateTried { number, of, answers, ok, milliseconds } => {
            let verb = if *ok { "Tested" } else { "Failed" };
            (verb, format!("{number} of {of} in {} ({answers})", seconds(*milliseconds)))
        }
        ScaffoldEvent::FirstCommit { commit } => ("Committed", format!("{} on the branch main", short(commit))),
    }
}

fn of_build(event: &BuildEvent) -> Sentence {
    match event {
        BuildEvent::SourceExported { commit, changed, files } => {
            ("Exported", format!("commit {} ({}, {changed} changed)", short(commit), Counted(*files, "file")))
        }
        BuildEvent::Fetching { lockfile } => ("Fetching", format!("what `{lockfile}` names and this machine lacks")),
        BuildEvent::LockVerified { packages, milliseconds } => {
            ("Verified", format!("{} against Cargo.lock in {}", Counted(*packages, "package"), seconds(*milliseconds)))
        }
        BuildEvent::Compiling { package, target } => ("Compiling", format!("{package} for {target}")),
        BuildEvent::Packing { files, bytes } => ("Packing", format!("{}, {}", Counted(*files, "file"), Size(*bytes))),
        BuildEvent::Built { build, target, bytes, known, .. } => {
            let known = if *known { ", already in the store" } else { "" };
            ("Built", format!("{} for {target} ({} packed{known})", short(build), Size(*bytes)))
        }
    }
}

fn of_release(event: &ReleaseEvent) -> Sentence {
    match event {
        ReleaseEvent::Joined { build, target, file } => {
            ("Verified", format!("{} for {target} (`{file}`)", short(build)))
        }
        ReleaseEvent::Released { app, release, version, commit, new, .. } => {
            let verb = if *new { "Released" } else { "Unchanged" };
            (verb, format!("{app} {release} (version {version}, commit {})", short(commit)))
        }
        ReleaseEvent::Deploying { app, deploy, reason, from, to } => {
            let verb = if reason == "rollback" { "Going back" } else { "Deploying" };
            let from = from.as_ref().map(|from| format!("{from} -> ")).unwrap_or_default();
            (verb, format!("{deploy} of {app}: {from}{to}"))
        }
        ReleaseEvent::PhaseProcess { process } => ("Running", format!("{process}, before the deploy moves")),
        ReleaseEvent::Deployed { app, deploy, release, entry, new } => {
            let verb = if *new { "Deployed" } else { "Unchanged" };
            (verb, format!("{deploy} of {app} is at {release} (entry {entry})"))
        }
        ReleaseEvent::Signed { what, key, new: true, .. } => ("Signed", format!("{what} with {key}")),
        ReleaseEvent::Signed { what, key, new: false, .. } => {
            ("Unchanged", format!("{what} is signed with {key} already"))
        }
        ReleaseEvent::Pruned { app, releases, bytes, dry_run } => {
            let verb = if *dry_run { "Would prune" } else { "Pruned" };
            (verb, format!("{} of {app}: {}", Counted(releases.len(), "release"), Size(*bytes)))
        }
    }
}

fn of_run(event: &RunEvent) -> Sentence {
    match event {
        RunEvent::Unpacked { build, files, milliseconds } => {
            ("Unpacked", format!("build {} ({}) in {}", short(build), Counted(*files, "file"), seconds(*milliseconds)))
        }
        RunEvent::Cached { app, release, version, path } => {
            ("Cached", format!("{app} {release} (version {version}) in `{path}`"))
        }
        RunEvent::Running { release, version, processes, enforced } => {
            let enforced = if enforced.is_empty() { "nothing".to_owned() } else { enforced.join(", ") };
            let processes = processes.join(", ");
            ("Running", format!("{release} (version {version}): {processes}; enforced: {enforced}"))
        }
        RunEvent::WaitingForServices { services } => ("Waiting", format!("for {}", services.join(", "))),
        RunEvent::ServicesReady { services, milliseconds } => {
            ("Answered", format!("{} after {}", services.join(", "), seconds(*milliseconds)))
        }
        RunEvent::Started { process, pid, port: Some(port) } => {
            ("Started", format!("{process} (pid {pid}, port {port})"))
        }
        RunEvent::Started { process, pid, port: None } => ("Started", format!("{process} (pid {pid})")),
        RunEvent::Ready { process, milliseconds } => ("Ready", format!("{process} after {}", seconds(*milliseconds))),
        RunEvent::Restarting { process, milliseconds, reason } => {
            ("Restarting", format!("{process} in {} ({reason})", seconds(*milliseconds)))
        }
        RunEvent::Restarted { process, pid, port, restarts } => {
            let port = port.map(|port| format!(", port {port}")).unwrap_or_default();
            ("Restarted", format!("{process} (pid {pid}{port}, restart {restarts})"))
        }
        RunEvent::Status { process, restarts, standing } => {
            let standing = match standing {
                Standing::Runs { pid, milliseconds, bytes, ready } => {
                    let ready = if *ready { "" } else { ", not ready yet" };
                    format!("pid {pid}, up {}, {}{ready}", seconds(*milliseconds), Size(*bytes))
                }
                Standing::Waits { milliseconds } => format!("starts in {}", seconds(*milliseconds)),
                Standing::Ended => "ended".to_owned(),
            };
            ("Status", format!("{process}: {standing}, {restarts} restarts"))
        }
        RunEvent::Exited { process, signal: Some(signal), .. } => ("Exited", format!("{process} by {signal}")),
        RunEvent::Exited { process, code, signal: None } => ("Exited", format!("{process} with code {code}")),
        RunEvent::Stopping { reason } => ("Stopping", reason.clone()),
        RunEvent::Killed { process, reason } => ("Killed", format!("{process}: {reason}")),
        RunEvent::Stopped { code } => ("Stopped", format!("with code {code}")),
    }
}

fn of_dev(event: &DevEvent) -> Sentence {
    match event {
        DevEvent::Changed { files } => ("Changed", few(files)),
        DevEvent::Kept { reason } => ("Kept", format!("what runs: {reason}")),
        DevEvent::Waiting { reason } => ("Waiting", format!("for a change: {reason}")),
    }
}

/// The first twelve characters of an id: enough to tell it, few enough to read.
fn short(id: &str) -> &str {
    id.get(..12).unwrap_or(id)
}

/// The first of some files, and how many more there are.
fn few(files: &[String]) -> String {
    match files {
        [] => String::new(),
        [only] => format!("`{only}`"),
        [first, rest @ ..] => format!("`{first}` and {} more", rest.len()),
    }
}

fn seconds(milliseconds: u64) -> String {
    format!("{}.{:02} s", milliseconds / 1000, milliseconds % 1000 / 10)
}
