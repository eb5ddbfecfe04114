//! Admin processes: a oneshot each, with the release and the config of the processes, and a timer where one has a
//! schedule. The release phase stays with `deploy`; its unit is there to be started by hand.

use super::Units;
use super::calendar::events;
use super::unit::Unit;
use crate::app::{AdminProcess, Schedule};
use crate::export::Error;

impl Units<'_> {
    /// `shop-admin-migrate.service`.
    pub(super) fn admin_name(&self, admin: &AdminProcess, kind: &str) -> String {
        format!("{}-admin-{}.{kind}", self.exported.app(), admin.name)
    }

    pub(super) fn admin(&self, admin: &AdminProcess) -> String {
        let mut unit = Unit::new();
        unit.section("Unit");
        unit.set("Description", &format!("{} admin.{} of {}", self.exported.app(), admin.name, self.release()));
        unit.set("Wants", &self.pull_name());
        unit.set("After", &format!("network.target {}", self.pull_name()));
        unit.set("StartLimitIntervalSec", "0");
        unit.section("Service");
        unit.set("Type", "oneshot");
        let mut words = vec![self.server.program.clone(), "admin".to_owned()];
        words.extend(self.release_words());
        words.push(admin.name.clone());
        unit.command("ExecStart", &words);
        self.places(&mut unit);
        self.credentials(&mut unit);
        unit.set("SyslogIdentifier", &format!("{}-admin.{}", self.exported.app(), admin.name));
        self.harden(&mut unit, None, &format!("{}-admin-{}", self.exported.app(), admin.name));
        unit.text()
    }

    /// The timer of an admin process that has a schedule. A moment that the machine slept through is made up for once.
    pub(super) fn timer(&self, admin: &AdminProcess) -> Result<Option<String>, Error> {
        let Some(schedule) = &admin.schedule else { return Ok(None) };
        let unreadable = |rule| Error::Schedule { admin: admin.name.clone(), rule };
        let schedule: Schedule = schedule.parse().map_err(unreadable)?;
        let mut unit = Unit::new();
        unit.section("Unit");
        unit.set("Description", &format!("When {} admin.{} is due", self.exported.app(), admin.name));
        unit.set("PartOf", &self.target_name());
        unit.section("Timer");
        for event in events(&schedule) {
            unit.set("OnCalendar", &event);
        }
        unit.set("AccuracySec", "1s");
        unit.set("Persistent", "yes");
        unit.section("Install");
        unit.set("WantedBy", &self.target_name());
        Ok(Some(unit.text()))
    }
}
