//! What a server has to have before exported units start there: said once, where they are made.

use crate::export::systemd::Server;
use crate::report::{Event, shell_word};

/// Where a store stands that is no one's home.
const SHARED_STORE: &str = "/srv/cargo-twelve";

/// What the units take from where, and what of that will not do.
pub(super) fn expected(server: &Server) -> impl Iterator<Item = Event> {
    let files: Vec<String> = server
        .env_files
        .iter()
        .chain(server.value_files.iter().map(|(_, file)| file))
        .map(|file| format!("`{file}`"))
        .collect();
    let store = server.store_location();
    let mut taken = vec![format!("the program `{}`", server.program)];
    if !files.is_empty() {
        taken.push(format!("the config {}", files.join(" and ")));
    }
    taken.extend(store.map(|store| format!("the store `{store}`")));
    let note = Event::note(format!("on the server the units read {}", taken.join(", ")));
    let hidden = store.filter(|store| server.is_in_a_users_home(store)).map(|store| {
        let from = shell_word(store);
        Event::warning_with_hint(
            "the store lies in a user's home, which the units' root, without its rights, may not be able to read",
            format!("`mv {from} {SHARED_STORE} && export TWELVE_STORE={SHARED_STORE}`; or `--server-store LOCATION`, where it is another there"),
        )
    });
    [note].into_iter().chain(hidden)
}
