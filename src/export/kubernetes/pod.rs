//! A pod: one process, without a supervisor of ours, under the restricted standard.

use super::Release;
use crate::app::{AdminProcess, ProcessType};
use crate::export::container::{Purpose, USER};
use crate::export::yaml::{Yaml, map};

/// How long a pod goes on serving after it was asked to end, in seconds: until everybody who sends it requests knows.
/// The kubelet waits (`sleep`, Kubernetes 1.30), since an image that holds the release alone has no program that does.
pub(super) const PAUSE: u64 = 5;

impl Release<'_> {
    /// The template of a process's pods.
    pub(super) fn process_pod(&self, process: &ProcessType) -> Yaml {
        let purpose = Purpose::Process(process);
        let container = self.container(purpose, self.served(process));
        let spread = (process.count > 1).then(|| self.spread(purpose));
        let grace = process.stop_timeout.div_ceil(1000) + PAUSE;
        let first = map([("terminationGracePeriodSeconds", Some(grace.into())), ("topologySpreadConstraints", spread)]);
        map([
            ("metadata", Some(self.metadata.template(purpose))),
            ("spec", Some(first.and(self.pod_spec(purpose, container)))),
        ])
    }

    /// The template of an admin process's pods. It runs once: a second try is for whoever reads why the first failed.
    pub(super) fn admin_pod(&self, admin: &AdminProcess) -> Yaml {
        let purpose = Purpose::Admin(admin);
        let container = self.container(purpose, map([]));
        let first = map([("restartPolicy", Some("Never".into()))]);
        map([
            ("metadata", Some(self.metadata.template(purpose))),
            ("spec", Some(first.and(self.pod_spec(purpose, container)))),
        ])
    }

    fn pod_spec(&self, purpose: Purpose<'_>, container: Yaml) -> Yaml {
        let security = map([
            ("runAsNonRoot", Some(true.into())),
            ("runAsUser", Some(USER.into())),
            ("runAsGroup", Some(USER.into())),
            ("fsGroup", Some(USER.into())),
            ("seccompProfile", Some(map([("type", Some("RuntimeDefault".into()))]))),
        ]);
        map([
            ("automountServiceAccountToken", Some(false.into())),
            ("enableServiceLinks", Some(false.into())),
            ("securityContext", Some(security)),
            ("containers", Some(Yaml::list([container]))),
            ("volumes", Some(self.volumes(purpose))),
        ])
    }

    /// What only processes have: a port, what asks it, and a pause before they are asked to stop.
    fn served(&self, process: &ProcessType) -> Yaml {
        let port = || {
            Some(Yaml::list([map([
                ("name", Some("port".into())),
                ("containerPort", Some(self.contained.exported.base().0.into())),
            ])]))
        };
        let probe = |every: u64, failures: u64| {
            let ask = match &process.ready {
                Some(path) => ("httpGet", map([("path", Some(path.as_str().into())), ("port", Some("port".into()))])),
                None => ("tcpSocket", map([("port", Some("port".into()))])),
            };
            map([
                (ask.0, Some(ask.1)),
                ("periodSeconds", Some(every.into())),
                ("timeoutSeconds", Some(5_u64.into())),
                ("failureThreshold", Some(failures.into())),
            ])
        };
        let listens = process.port.is_some();
        let pause = map([("sleep", Some(map([("seconds", Some(PAUSE.into()))])))]);
        map([
            ("ports", listens.then(port).flatten()),
            ("startupProbe", listens.then(|| probe(1, process.start_timeout.div_ceil(1000).max(1)))),
            ("readinessProbe", listens.then(|| probe(5, 3))),
            ("lifecycle", Some(map([("preStop", Some(pause))]))),
        ])
    }

    /// Pods of a type keep apart: on other nodes, and in other zones, as far as there are any.
    fn spread(&self, purpose: Purpose<'_>) -> Yaml {
        Yaml::list(["topology.kubernetes.io/zone", "kubernetes.io/hostname"].map(|key| {
            map([
                ("maxSkew", Some(1_u64.into())),
                ("topologyKey", Some(key.into())),
                ("whenUnsatisfiable", Some("ScheduleAnyway".into())),
                ("labelSelector", Some(self.metadata.selector(purpose))),
            ])
        }))
    }
}
