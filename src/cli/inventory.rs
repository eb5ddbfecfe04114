//! `cargo twelve verify --all`: every byte of a store, and all that is wrong with it.

use super::ExitCode;
use super::surroundings::Surroundings;
use crate::artifact::Trust;
use crate::release::{DeployInventory, Inventory};
use crate::report::{Audience, Counted, Event, Printable, data};
use crate::store::{Error, Store};
use serde_json::json;

/// Verifies all apps of a store and prints what it holds; the code says whether it is whole. One that holds nothing is
/// not: so looks a folder whose disk is not mounted, or whose name has a slip.
pub(crate) fn verify_all(
    store: &Store,
    trust: Option<&Trust>,
    surroundings: &Surroundings,
) -> anyhow::Result<ExitCode> {
    let apps = store.apps()?;
    if apps.is_empty() {
        return Err(Error::Empty { store: store.location() }.into());
    }
    let inventories = apps.iter().map(|app| Inventory::of(store, app, trust)).collect::<Result<Vec<_>, _>>()?;
    let faults = inventories.iter().map(|one| one.faults.all.len()).sum::<usize>();
    match surroundings.reporter.audience() {
        Audience::Json => data::document(&json!({ "format": 1, "whole": faults == 0, "apps": inventories }))?,
        Audience::Human => {
            let mut text: String = inventories.iter().map(page).collect();
            text += &match faults {
                0 => format!("the store `{}` is whole\n", store.location()),
                1 => format!("the store `{}` is not whole: 1 fault\n", store.location()),
                more => format!("the store `{}` is not whole: {more} faults\n", store.location()),
            };
            data::text(&text)?;
            if faults > 0 {
                let (text, hint) = ("what is named above is not what it was", "restore it from a copy of the store");
                surroundings.reporter.tell(&Event::warning_with_hint(text, hint));
            }
        }
    }
    Ok(if faults == 0 { ExitCode::Done } else { ExitCode::Data })
}

fn page(one: &Inventory) -> String {
    let mut text = format!(
        "{}: {}, {} pruned, {}\n",
        one.app,
        Counted(one.releases, "release"),
        one.pruned,
        Counted(one.builds, "build")
    );
    for DeployInventory { deploy, entries, current, open } in &one.deploys {
        let count = Counted(*entries, "entry");
        let at = current.map_or("at no release".to_owned(), |release| format!("at {release}"));
        let open = open.map(|seq| format!("; entry {seq} is open")).unwrap_or_default();
        text += &format!("  {deploy}: {count}, {at}{open}\n");
    }
    for app in &one.codebase_shared_with {
        text += &format!("  one codebase with `{app}`: two apps of one repository\n");
    }
    for build in &one.orphans {
        text += &format!("  build {build} is named by no release\n");
    }
    for fault in &one.faults.all {
        text += &format!("  fault: {}\n", Printable(fault));
    }
    text
}
