//! Events as people read them: a verb in a field of twelve columns, then the fact. Colour repeats what the verb says
//! and never carries a meaning alone.

use super::{Event, Size, Standing, Work};
use anstyle::{AnsiColor, Style};
use indicatif::{ProgressState, ProgressStyle};
use std::io::{self, Write};

const GOOD: Style = AnsiColor::Green.on_default().bold();
const CAREFUL: Style = AnsiColor::Yellow.on_default().bold();
const PLAIN: Style = AnsiColor::Cyan.on_default().bold();

/// Writes the event as one line, a warning's hint as a second.
pub(super) fn write(out: &mut dyn Write, event: &Event) -> io::Result<()> {
    match event {
        Event::Warning { text, hint } => {
            writeln!(out, "{CAREFUL}warning{CAREFUL:#}: {text}")?;
            hint.iter().try_for_each(|hint| writeln!(out, "{PLAIN}hint{PLAIN:#}: {hint}"))
        }
        Event::Note { text } => writeln!(out, "{PLAIN}note{PLAIN:#}: {text}"),
        other => {
            let (verb, text) = sentence(other);
            writeln!(out, "{GOOD}{verb:>12}{GOOD:#} {text}")
        }
    }
}

fn sentence(event: &Event) -> (&'static str, String) {
    match event {
        Event::Warning { text, .. } | Event::Note { text } => ("Noted", text.clone()),
        Event::ProjectCreated { path, template, files } => {
            ("Created", format!("`{path}` from the template `{template}` ({files} files)"))
        }
        Event::ProjectUpdated { template, from, to, new, clean, merged, removed, conflicts } => {
            let counts =
                [(new, "new"), (clean, "clean"), (merged, "merged"), (removed, "removed"), (conflicts, "in conflict")];
            let counts: Vec<_> =
                counts.iter().filter(|(count, _)| **count > 0).map(|(count, word)| format!("{count} {word}")).collect();
            let counts = if counts.is_empty() { "nothing to do".to_owned() } else { counts.join(", ") };
            ("Updated", format!("`{template}` {from} to {to} ({counts})"))
        }
        Event::Adopted { package, files } => ("Adopted", format!("`{package}`: wrote {files}")),
        Event::TemplateTried { number, of, answers, ok, milliseconds } => {
            let verb = if *ok { "Tested" } else { "Failed" };
            (verb, format!("{number} of {of} in {} ({answers})", seconds(*milliseconds)))
        }
        Event::FirstCommit { commit } => ("Committed", format!("{} on the branch main", short(commit))),
        Event::SourceExported { commit, changed, files } => {
            ("Exported", format!("commit {} ({files} files, {changed} changed)", short(commit)))
        }
        Event::Fetching { lockfile } => ("Fetching", format!("what `{lockfile}` names and this machine lacks")),
        Event::LockVerified { packages, milliseconds } => {
            ("Verified", format!("{packages} packages against Cargo.lock in {}", seconds(*milliseconds)))
        }
        Event::Compiling { package, target } => ("Compiling", format!("{package} for {target}")),
        Event::Packing { files, bytes } => ("Packing", format!("{files} files, {}", Size(*bytes))),
        Event::Joined { build, target, file } => ("Verified", format!("{} for {target} (`{file}`)", short(build))),
        Event::Built { build, target, bytes, known, .. } => {
            let known = if *known { ", already in the store" } else { "" };
            ("Built", format!("{} for {target} ({} packed{known})", short(build), Size(*bytes)))
        }
        Event::Released { app, release, version, commit, new, .. } => {
            let verb = if *new { "Released" } else { "Unchanged" };
            (verb, format!("{app} {release} (version {version}, commit {})", short(commit)))
        }
        Event::Deploying { app, deploy, reason, from, to } => {
            let verb = if reason == "rollback" { "Going back" } else { "Deploying" };
            let from = from.as_ref().map(|from| format!("{from} -> ")).unwrap_or_default();
            (verb, format!("{deploy} of {app}: {from}{to}"))
        }
        Event::PhaseProcess { process } => ("Running", format!("{process}, before the deploy moves")),
        Event::Deployed { app, deploy, release, entry, new } => {
            let verb = if *new { "Deployed" } else { "Unchanged" };
            (verb, format!("{deploy} of {app} is at {release} (entry {entry})"))
        }
        Event::Signed { what, key, new: true, .. } => ("Signed", format!("{what} with {key}")),
        Event::Signed { what, key, new: false, .. } => ("Unchanged", format!("{what} is signed with {key} already")),
        Event::Unpacked { build, files, milliseconds } => {
            ("Unpacked", format!("build {} ({files} files) in {}", short(build), seconds(*milliseconds)))
        }
        Event::Cached { app, release, version, path } => {
            ("Cached", format!("{app} {release} (version {version}) in `{path}`"))
        }
        Event::Pruned { app, releases, bytes, dry_run } => {
            let verb = if *dry_run { "Would prune" } else { "Pruned" };
            let count =
                if releases.len() == 1 { "1 release".to_owned() } else { format!("{} releases", releases.len()) };
            (verb, format!("{count} of {app}: {}", Size(*bytes)))
        }
        Event::Changed { files } => ("Changed", few(files)),
        Event::Kept { reason } => ("Kept", format!("what runs: {reason}")),
        Event::Waiting { reason } => ("Waiting", format!("for a change: {reason}")),
        Event::Running { release, version, processes, enforced } => {
            let enforced = if enforced.is_empty() { "nothing".to_owned() } else { enforced.join(", ") };
            let processes = processes.join(", ");
            ("Running", format!("{release} (version {version}): {processes}; enforced: {enforced}"))
        }
        Event::WaitingForServices { services } => ("Waiting", format!("for {}", services.join(", "))),
        Event::ServicesReady { services, milliseconds } => {
            ("Answered", format!("{} after {}", services.join(", "), seconds(*milliseconds)))
        }
        Event::Started { process, pid, port: Some(port) } => ("Started", format!("{process} (pid {pid}, port {port})")),
        Event::Started { process, pid, port: None } => ("Started", format!("{process} (pid {pid})")),
        Event::Ready { process, milliseconds } => ("Ready", format!("{process} after {}", seconds(*milliseconds))),
        Event::Restarting { process, milliseconds, reason } => {
            ("Restarting", format!("{process} in {} ({reason})", seconds(*milliseconds)))
        }
        Event::Restarted { process, pid, port, restarts } => {
            let port = port.map(|port| format!(", port {port}")).unwrap_or_default();
            ("Restarted", format!("{process} (pid {pid}{port}, restart {restarts})"))
        }
        Event::Status { process, restarts, standing } => {
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
        Event::Exited { process, signal: Some(signal), .. } => ("Exited", format!("{process} by {signal}")),
        Event::Exited { process, code, signal: None } => ("Exited", format!("{process} with code {code}")),
        Event::Stopping { reason } => ("Stopping", reason.clone()),
        Event::Killed { process, reason } => ("Killed", format!("{process}: {reason}")),
        Event::Stopped { code } => ("Stopped", format!("with code {code}")),
        Event::Watching { process, release } => ("Watching", format!("{process} of {release}")),
        Event::TourStep { step, seen, milliseconds } => {
            ("Step", format!("{step:<10} {:>7}  {seen}", seconds(*milliseconds)))
        }
    }
}

/// The verb of a bar, in its field.
pub(super) fn bar_verb(work: &Work) -> String {
    let verb = match work {
        Work::Exporting { .. } => "Exporting",
        Work::Fetching => "Fetching",
        Work::VerifyingPackages { .. } | Work::VerifyingRecords { .. } | Work::VerifyingBuild { .. } => "Verifying",
        Work::Packing { .. } => "Packing",
        Work::Downloading { .. } => "Downloading",
        Work::Uploading { .. } => "Uploading",
        Work::Unpacking { .. } => "Unpacking",
    };
    match anstream::AutoStream::choice(&io::stderr()) {
        anstream::ColorChoice::Never => format!("{verb:>12}"),
        _ => format!("{PLAIN}{verb:>12}{PLAIN:#}"),
    }
}

/// What follows the verb of a bar; without a known size, the time that has passed.
fn template(work: &Work) -> &'static str {
    match work {
        Work::Fetching => "{prefix} {spinner} {elapsed}",
        Work::Exporting { .. } => "{prefix} [{bar:27}] {pos}/{len} files",
        Work::VerifyingPackages { .. } => "{prefix} [{bar:27}] {pos}/{len} packages",
        Work::VerifyingRecords { .. } => "{prefix} [{bar:27}] {pos}/{len} records",
        Work::Packing { .. }
        | Work::VerifyingBuild { .. }
        | Work::Downloading { .. }
        | Work::Uploading { .. }
        | Work::Unpacking { .. } => "{prefix} [{bar:27}] {size}",
    }
}

/// The form of a bar.
pub(super) fn bar(work: &Work) -> ProgressStyle {
    let size = |state: &ProgressState, out: &mut dyn std::fmt::Write| {
        let total = state.len().unwrap_or_default();
        // Nothing can be done about a terminal that takes no words.
        let _ = write!(out, "{} of {}", Size(state.pos()), Size(total));
    };
    // A test sees that every template is well-formed; were one ever not, the usual form is as good.
    let style = ProgressStyle::with_template(template(work)).unwrap_or_else(|_| ProgressStyle::default_bar());
    style.progress_chars("=> ").tick_chars("|/-\\ ").with_key("size", size)
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

#[cfg(test)]
mod tests {
    use super::template;
    use crate::report::Work;
    use indicatif::ProgressStyle;

    #[test]
    fn every_bar_has_a_form() {
        let bytes = 1;
        for work in [
            Work::Exporting { files: 1 },
            Work::Fetching,
            Work::VerifyingPackages { packages: 1 },
            Work::VerifyingRecords { records: 1 },
            Work::VerifyingBuild { bytes },
            Work::Packing { bytes },
            Work::Downloading { bytes },
            Work::Uploading { bytes },
            Work::Unpacking { bytes },
        ] {
            assert!(ProgressStyle::with_template(template(&work)).is_ok(), "{work:?}");
        }
    }
}
