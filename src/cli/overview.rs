//! `cargo twelve` alone: the path through the stages, with the line to type at each.

use super::ExitCode;
use super::failure::UsageError;
use super::surroundings::Surroundings;
use crate::report::{Audience, as_called, data};

/// What stands under the list of all commands.
#[cfg(all(target_os = "linux", feature = "scaffold", feature = "build"))]
pub(super) const EXAMPLES: &str = "Examples:
  cargo twelve              the path through the stages, line by line
  cargo twelve tour         the whole path, with a throwaway service
  cargo twelve run --help   one command, with examples";

/// The same, where the tour is not in the program.
#[cfg(not(all(target_os = "linux", feature = "scaffold", feature = "build")))]
pub(super) const EXAMPLES: &str = "Examples:
  cargo twelve                   the path through the stages, with the line to type at each
  cargo twelve releases --help   one command, with examples";

/// A stage, what it makes of what, and a line to type. The server's program has those lines alone that it understands.
const STAGES: [(&str, &str, &str); 9] = [
    ("scaffold", "an empty folder becomes a codebase", "cargo twelve new shop"),
    ("", "or an existing crate is adopted", "cargo twelve init"),
    ("develop", "every save is compiled and run", "cargo twelve dev"),
    ("check", "the twelve factors, as an audit", "cargo twelve check"),
    ("release", "a commit is built and becomes v1", "cargo twelve release"),
    ("deploy", "a config is checked, and production is at v1", "cargo twelve deploy production v1 --env-file prod.env"),
    (
        "run",
        "a release and its config become processes",
        "cargo twelve run --release-id production --env-file prod.env",
    ),
    ("", "or it goes back to the release before", "cargo twelve rollback production"),
    ("export", "or another engine runs it", "cargo twelve export systemd --release-id v1 --to units"),
];

/// Prints the page.
pub(super) fn exec(surroundings: &Surroundings) -> anyhow::Result<ExitCode> {
    if surroundings.reporter.audience() == Audience::Json {
        let message = "no command is named".to_owned();
        let hint = "name one: `cargo twelve releases --format json`; `cargo twelve --help` lists them".to_owned();
        return Err(UsageError { message, hint }.into());
    }
    data::styled(&page())?;
    Ok(ExitCode::Done)
}

fn page() -> String {
    let mut page = "From an empty folder to a running process, by the twelve-factor method:\n".to_owned();
    let mut under = "";
    for (stage, makes, line) in STAGES.iter().filter(|(_, _, line)| is_understood(line)) {
        let stage = if stage.is_empty() { under } else { stage };
        let shown = if stage == under { "" } else { stage };
        page.push_str(&format!("\n\x1b[1m{shown:<10}\x1b[0m{makes}\n          {line}\n"));
        under = stage;
    }
    page.push('\n');
    let tour = "cargo twelve tour";
    if is_understood(tour) {
        page.push_str(&format!("The whole path in a minute, with a throwaway service: `{tour}`.\n"));
    }
    let one = ["cargo twelve new -h", "cargo twelve deploy -h"].into_iter().find(|line| is_understood(line));
    page.push_str("All commands: `cargo twelve --help`.");
    page.extend(one.map(|line| format!(" One, with examples: `{line}`.")));
    page.push('\n');
    as_called(&page).into_owned()
}

/// Whether this program has the command of a line.
fn is_understood(line: &str) -> bool {
    let tree = super::command_line::tree();
    line.split_whitespace().nth(2).is_some_and(|command| tree.find_subcommand(command).is_some())
}

#[cfg(test)]
mod tests {
    use super::{STAGES, is_understood, page};

    #[test]
    #[cfg(all(target_os = "linux", feature = "scaffold", feature = "check", feature = "build", feature = "export"))]
    fn every_line_is_understood_and_fits_eighty_columns() {
        assert!(STAGES.iter().all(|(_, _, line)| is_understood(line)));
        let page = page().replace("\x1b[1m", "").replace("\x1b[0m", "");
        assert!(page.lines().all(|line| line.chars().count() <= 80), "{page}");
    }
}
