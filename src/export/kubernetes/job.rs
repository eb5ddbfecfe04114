//! What an admin process becomes: a Job in the release phase, a CronJob where it has a schedule.

use super::name::LONGEST_CRON_JOB;
use super::{ObjectName, Release, object};
use crate::app::{AdminProcess, Schedule};
use crate::export::Error;
use crate::export::container::Purpose;
use crate::export::yaml::{Yaml, map};

/// How long a Job that has ended is kept for its log, in seconds: a day.
const KEPT: u64 = 86_400;

impl Release<'_> {
    /// The Job of the release phase. Its name is the release's own, since a Job runs once.
    pub(super) fn job(&self, admin: &AdminProcess) -> Yaml {
        let release = self.contained.exported.record.release.to_string();
        let name = ObjectName::of(&[self.contained.exported.app().as_str(), &release, &admin.name]);
        object("batch/v1", "Job", self.metadata.object(&name, Some(Purpose::Admin(admin))), self.job_spec(admin))
    }

    /// The CronJob of a schedule, which is read in UTC: the zone of a cluster is nobody's choice.
    pub(super) fn cron_job(&self, admin: &AdminProcess, schedule: &str) -> Result<Yaml, Error> {
        // A release may be older than the rule that refuses what engines read differently.
        let readable = schedule.parse::<Schedule>();
        readable.map_err(|rule| Error::Schedule { admin: admin.name.clone(), rule })?;
        let name = ObjectName::at_most(&[self.contained.exported.app().as_str(), &admin.name], LONGEST_CRON_JOB);
        let template = map([
            ("metadata", Some(self.metadata.template(Purpose::Admin(admin)))),
            ("spec", Some(self.job_spec(admin))),
        ]);
        let spec = map([
            ("schedule", Some(schedule.into())),
            ("timeZone", Some("Etc/UTC".into())),
            ("concurrencyPolicy", Some("Forbid".into())),
            ("jobTemplate", Some(template)),
        ]);
        Ok(object("batch/v1", "CronJob", self.metadata.object(&name, Some(Purpose::Admin(admin))), spec))
    }

    fn job_spec(&self, admin: &AdminProcess) -> Yaml {
        map([
            ("backoffLimit", Some(0_u64.into())),
            ("ttlSecondsAfterFinished", Some(KEPT.into())),
            ("template", Some(self.admin_pod(admin))),
        ])
    }
}
