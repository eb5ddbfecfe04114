//! The unit that brings the release to the machine, verified. It alone sees the store and writes to the cache, so that
//! the processes need neither the store's credentials nor a way to change what they run from. It runs before each start
//! and asks the store for nothing that stands in the cache.

use super::Units;
use super::unit::{self, Unit};

/// Credentials of the store, where it needs some: `AWS_ACCESS_KEY_ID=...`.
const STORE_ENVIRONMENT: &str = "/etc/cargo-twelve/store.env";

/// The cache that systemd makes by itself.
const USUAL_CACHE: &str = "/var/cache/cargo-twelve";

impl Units<'_> {
    /// `shop-pull.service`.
    pub(super) fn pull_name(&self) -> String {
        format!("{}-pull.service", self.exported.app())
    }

    pub(super) fn pull(&self) -> String {
        let mut unit = Unit::new();
        unit.section("Unit");
        unit.set("Description", &format!("{}: {} comes to this machine", self.exported.app(), self.release()));
        unit.set("Wants", "network-online.target");
        unit.set("After", "network-online.target");
        // It runs before each start of a process, and those may be many in a row.
        unit.set("StartLimitIntervalSec", "0");
        unit.section("Service");
        unit.set("Type", "oneshot");
        unit.command("ExecStart", &[self.server.program.clone(), "pull".to_owned(), self.exported.reference()]);
        self.places(&mut unit);
        unit.set("EnvironmentFile", &format!("-{STORE_ENVIRONMENT}"));
        unit.set("SyslogIdentifier", &format!("{}-pull", self.exported.app()));
        unit.remark(
            "As root, so that no process can write to what it runs from; with no right of root but its own files.",
        );
        if self.server.cache == USUAL_CACHE {
            unit.set("CacheDirectory", "cargo-twelve");
        } else {
            unit.set("ReadWritePaths", &unit::path(&self.server.cache));
        }
        unit.set("CapabilityBoundingSet", "");
        unit.set("PrivateUsers", "yes");
        unit.set(
            "ProtectHome",
            if self.server.store_location().is_some_and(lies_in_a_home) { "read-only" } else { "yes" },
        );
        unit.set("UMask", "0022");
        self.harden_alike(&mut unit);
        unit.text()
    }
}

/// Whether ProtectHome would hide a place (systemd.exec(5)).
pub(super) fn lies_in_a_home(place: &str) -> bool {
    ["/home/", "/root/", "/run/user/"].iter().any(|home| place.starts_with(home))
}
