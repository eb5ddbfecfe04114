//! The template unit of a process type, and the sockets of its instances. `shop-web@2` is `web.2`: the instance number
//! says which port it gets, as `run` gives them.

use super::unit::{Unit, duration};
use super::{Listening, Units};
use crate::app::{Restart, StopSignal};
use crate::export::ExportedProcess;

/// How long to wait before a process is started again. systemd 252 cannot wait longer each time, and one that is given
/// up after some starts stays down when the database comes back; so it is tried for ever, at a pace that costs nothing.
const PAUSE: &str = "1s";

/// Codes that another start would only repeat: data, a missing thing, a refusal, a config that breaks the contract, a
/// program that is not there.
const HOPELESS: &str = "65 66 77 78 126 127";

impl Units<'_> {
    /// `shop-web@.service`, or with a number that of an instance.
    pub(super) fn process_name(&self, process: &ExportedProcess<'_>, instance: &str) -> String {
        format!("{}-{}@{instance}.service", self.exported.app(), process.declared.name)
    }

    /// `shop-web@2.socket`.
    pub(super) fn socket_name(&self, process: &ExportedProcess<'_>, number: u32) -> String {
        format!("{}-{}@{number}.socket", self.exported.app(), process.declared.name)
    }

    pub(super) fn process(&self, process: &ExportedProcess<'_>) -> String {
        let declared = process.declared;
        let mut unit = Unit::new();
        unit.section("Unit");
        unit.set("Description", &format!("{} {}.%i of {}", self.exported.app(), declared.name, self.release()));
        unit.set("PartOf", &self.target_name());
        unit.set("Requires", &self.pull_name());
        unit.set("Wants", "network-online.target");
        unit.set("After", &format!("network-online.target {}", self.pull_name()));
        unit.set("StartLimitIntervalSec", "0");
        unit.section("Service");
        unit.set("Type", "exec");
        let mut words = vec![self.server.program.clone(), "run".to_owned()];
        words.extend(self.release_words());
        words.extend(["--port".to_owned(), self.exported.base().0.to_string()]);
        words.extend(["--exec".to_owned(), format!("{}.%i", declared.name)]);
        unit.command(&words);
        self.places(&mut unit);
        self.credentials(&mut unit);
        unit.set("SyslogIdentifier", &format!("{}-{}.%i", self.exported.app(), declared.name));
        unit.set("TimeoutStartSec", &duration(declared.start_timeout));
        unit.set("KillSignal", declared.stop_signal.name());
        unit.set("TimeoutStopSec", &duration(declared.stop_timeout));
        if !ends_well_by(declared.stop_signal) {
            unit.set("SuccessExitStatus", declared.stop_signal.name());
        }
        match declared.restart {
            Restart::Always => unit.set("Restart", "always"),
            Restart::OnFailure => unit.set("Restart", "on-failure"),
            Restart::Never => {
                unit.remark("`never` leaves it to the process manager outside of `run`, which is systemd here.");
                unit.set("Restart", "on-failure");
            }
        }
        unit.set("RestartSec", PAUSE);
        unit.set("RestartPreventExitStatus", HOPELESS);
        let lowest = process.declared.port.as_ref().filter(|_| self.listening == Listening::Process);
        self.harden(&mut unit, lowest.map(|_| process.port), &format!("{}-{}-%i", self.exported.app(), declared.name));
        unit.section("Install");
        unit.set("WantedBy", &self.target_name());
        unit.text()
    }

    pub(super) fn socket(&self, process: &ExportedProcess<'_>, number: u32) -> String {
        let name = &process.declared.name;
        let mut unit = Unit::new();
        unit.section("Unit");
        unit.set("Description", &format!("The port of {} {name}.{number}", self.exported.app()));
        unit.set("PartOf", &self.target_name());
        unit.section("Socket");
        unit.set("ListenStream", &(u64::from(process.port) + u64::from(number) - 1).to_string());
        unit.section("Install");
        unit.set("WantedBy", &self.target_name());
        unit.text()
    }
}

/// Whether systemd takes an end by this signal for a good one by itself (systemd.service(5), SuccessExitStatus).
fn ends_well_by(signal: StopSignal) -> bool {
    matches!(signal, StopSignal::Term | StopSignal::Int | StopSignal::Hangup)
}
