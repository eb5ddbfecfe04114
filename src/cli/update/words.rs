//! What `update` tells people.

use crate::report::{Event, ScaffoldEvent};
use crate::scaffold::{Action, Conflict, Receipt, Template, Update, UpdatedFile};
use std::fmt::Write;

/// One line a file: what becomes of it, its path; below a conflict, both sides.
pub(super) fn plan(update: &Update) -> String {
    update.files().iter().map(|file| format!("{:<8} {}\n{}", word(file.action), file.path, sides(file))).collect()
}

/// What became of which files, and what is left to settle.
pub(super) fn events(receipt: &Receipt, template: &Template, update: &Update) -> Vec<Event> {
    let count = |action| update.files().iter().filter(|file| file.action == action && file.is_changed()).count();
    let updated = Event::Scaffold(ScaffoldEvent::ProjectUpdated {
        template: template.name().to_owned(),
        from: receipt.template.version.to_string(),
        to: template.version().to_string(),
        new: count(Action::New),
        clean: count(Action::Clean),
        merged: count(Action::Merged),
        removed: count(Action::Removed),
        conflicts: update.files().iter().filter(|file| file.action == Action::Conflict).count(),
    });
    let conflicts = update.files().iter().filter(|file| file.action == Action::Conflict).map(|file| {
        let text = format!("conflict in `{}`\n{}", file.path, sides(file).trim_end());
        let marked = file.conflicts.iter().any(|conflict| conflict.place.starts_with("line "));
        let hint = match marked {
            true => "both sides stand between markers; settle them by hand",
            false => "what stood is kept; take the template's side by hand where you want it",
        };
        Event::warning_with_hint(text, hint)
    });
    let lock = update.files().iter().any(|file| file.action == Action::Merged && file.path.as_str() == "Cargo.lock");
    let lock = lock.then(|| Event::note("Cargo.lock was merged: `cargo build` completes it"));
    std::iter::once(updated).chain(conflicts).chain(lock).collect()
}

/// The word for what becomes of a file.
pub(super) fn word(action: Action) -> &'static str {
    match action {
        Action::New => "new",
        Action::Clean => "clean",
        Action::Merged => "merged",
        Action::Kept => "kept",
        Action::Conflict => "conflict",
        Action::Removed => "removed",
    }
}

fn sides(file: &UpdatedFile) -> String {
    let mut text = String::new();
    for Conflict { place, yours, template } in &file.conflicts {
        let side = |side: &Option<String>| side.clone().unwrap_or_else(|| "(nothing)".to_owned());
        let _ = writeln!(
            text,
            "         {place}\n           yours:    {}\n           template: {}",
            side(yours),
            side(template)
        );
    }
    text
}
