//! What a process type becomes: a Deployment; a Service where it listens; a PodDisruptionBudget where there are several.

use super::{ObjectName, Release, object};
use crate::app::ProcessType;
use crate::export::container::Purpose;
use crate::export::yaml::{Yaml, map};

/// How long Kubernetes waits for a Deployment to go on, in seconds, unless it is told otherwise.
const USUAL_DEADLINE: u64 = 600;

impl Release<'_> {
    /// The objects of a process type, each with its kind as files name it.
    pub(super) fn workload(&self, process: &ProcessType) -> Vec<(&'static str, Yaml)> {
        let name = ObjectName::of(&[self.contained.exported.app().as_str(), &process.name]);
        let mut objects = vec![("deployment", self.deployment(&name, process))];
        if process.port.is_some() {
            objects.push(("service", self.service(&name, process)));
        }
        if process.count > 1 {
            objects.push(("poddisruptionbudget", self.disruption_budget(&name, process)));
        }
        objects
    }

    fn deployment(&self, name: &ObjectName, process: &ProcessType) -> Yaml {
        let start = process.start_timeout.div_ceil(1000) + 60;
        // A pod that is ready takes the place of an earlier one, so that there are never fewer than declared.
        let update = map([("maxUnavailable", Some(0_u64.into())), ("maxSurge", Some(1_u64.into()))]);
        let strategy = map([("type", Some("RollingUpdate".into())), ("rollingUpdate", Some(update))]);
        let spec = map([
            ("replicas", Some(process.count.into())),
            ("progressDeadlineSeconds", (start > USUAL_DEADLINE).then(|| start.into())),
            ("selector", Some(self.metadata.selector(Purpose::Process(process)))),
            ("strategy", Some(strategy)),
            ("template", Some(self.process_pod(process))),
        ]);
        object("apps/v1", "Deployment", self.metadata.object(name, Some(Purpose::Process(process))), spec)
    }

    fn service(&self, name: &ObjectName, process: &ProcessType) -> Yaml {
        let protocol = if process.ready.is_some() { "http" } else { "tcp" };
        let port = map([
            ("name", Some(protocol.into())),
            ("port", Some(self.contained.exported.base().0.into())),
            ("targetPort", Some("port".into())),
        ]);
        let spec = map([
            ("selector", Some(self.metadata.selected(Purpose::Process(process)))),
            ("ports", Some(Yaml::list([port]))),
        ]);
        object("v1", "Service", self.metadata.object(name, Some(Purpose::Process(process))), spec)
    }

    fn disruption_budget(&self, name: &ObjectName, process: &ProcessType) -> Yaml {
        let spec = map([
            ("maxUnavailable", Some(1_u64.into())),
            ("selector", Some(self.metadata.selector(Purpose::Process(process)))),
        ]);
        object("policy/v1", "PodDisruptionBudget", self.metadata.object(name, Some(Purpose::Process(process))), spec)
    }
}
