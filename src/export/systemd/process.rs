//! The template unit of a process type, and the sockets of its instances. `shop-web@2` is `web.2`: the instance number
//! says which port it gets, as `run` gives them.

use super::unit::{MAIN_PID, Unit, duration, literal};
use super::{Listening, Units};
use crate::app::{Restart, StopSignal};
use crate::export::ExportedProcess;

/// How long to wait before a process is started again. systemd 252 cannot wait longer each time, and one that is given
/// up after some starts stays down when the database comes back; so it is tried for ever, at a pace that costs nothing.
const PAUSE: &str = "1s";

/// What systemd waits beyond the start-timeout, in milliseconds: verifying the tree comes before the process.
const GRACE: u64 = 30_000;

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
        // Wanted and not required: a start that was refused for its sake would not be tried again.
        unit.set("Wants", &self.pull_name());
        unit.set("After", &format!("network.target {}", self.pull_name()));
        unit.set("StartLimitIntervalSec", "0");
        unit.section("Service");
        unit.set("Type", "exec");
        if self.listening == Listening::Sockets && declared.port.is_some() {
            unit.set("Sockets", &format!("{}-{}@%i.socket", self.exported.app(), declared.name));
        }
        let mut words = vec![self.server.program.clone(), "run".to_owned()];
        words.extend(self.release_words());
        words.extend(["--port".to_owned(), self.exported.base().0.to_string()]);
        words.extend(["--exec".to_owned(), format!("{}.%i", declared.name)]);
        unit.command("ExecStart", &words);
        if let Some(words) = self.readiness(process) {
            unit.command("ExecStartPost", &words);
        }
        self.places(&mut unit);
        self.credentials(&mut unit);
        unit.set("SyslogIdentifier", &format!("{}-{}.%i", self.exported.app(), declared.name));
        // What waits for it gives up first, and says why.
        unit.set("TimeoutStartSec", &duration(declared.start_timeout + GRACE));
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

    /// What makes systemd wait until an instance is ready, so that who restarts one after the other loses no request. A
    /// socket of systemd's own accepts from the beginning; there only a path can be asked for.
    fn readiness(&self, process: &ExportedProcess<'_>) -> Option<Vec<String>> {
        let declared = process.declared;
        declared.port.as_ref()?;
        if self.listening == Listening::Sockets && declared.ready.is_none() {
            return None;
        }
        let port = process.port.to_string();
        let words = [&self.server.program, "await-ready", MAIN_PID, &port, "%i"].map(str::to_owned);
        let rest = std::iter::once(declared.start_timeout.to_string()).chain(declared.ready.as_deref().map(literal));
        Some(words.into_iter().chain(rest).collect())
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
