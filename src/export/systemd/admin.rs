//! Admin processes: a oneshot each, with the release and the config of the processes. The release phase stays with
//! `deploy`; its unit is there to be started by hand.

use super::Units;
use super::unit::Unit;
use crate::app::AdminProcess;

impl Units<'_> {
    /// `shop-admin-migrate.service`.
    pub(super) fn admin_name(&self, admin: &AdminProcess, kind: &str) -> String {
        format!("{}-admin-{}.{kind}", self.exported.app(), admin.name)
    }

    pub(super) fn admin(&self, admin: &AdminProcess) -> String {
        let mut unit = Unit::new();
        unit.section("Unit");
        unit.set("Description", &format!("{} admin.{} of {}", self.exported.app(), admin.name, self.release()));
        unit.set("Requires", &self.pull_name());
        unit.set("Wants", "network-online.target");
        unit.set("After", &format!("network-online.target {}", self.pull_name()));
        unit.section("Service");
        unit.set("Type", "oneshot");
        let mut words = vec![self.server.program.clone(), "admin".to_owned()];
        words.extend(self.release_words());
        words.push(admin.name.clone());
        unit.command(&words);
        self.places(&mut unit);
        self.credentials(&mut unit);
        unit.set("SyslogIdentifier", &format!("{}-admin.{}", self.exported.app(), admin.name));
        self.harden(&mut unit, None, &format!("{}-admin-{}", self.exported.app(), admin.name));
        unit.text()
    }
}
