//! Bars as people see them: the verb of an event, how far the work is, and of how much.

use super::palette::PLAIN;
use super::{Size, Work};
use indicatif::{ProgressState, ProgressStyle};
use std::io;

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
