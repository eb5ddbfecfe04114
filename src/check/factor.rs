//! The twelve factors, in the order of the text.

use serde::Serialize;

/// One of the twelve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Factor {
    /// I: one codebase tracked in revision control, many deploys.
    Codebase,
    /// II: explicitly declare and isolate dependencies.
    Dependencies,
    /// III: store config in the environment.
    Config,
    /// IV: treat backing services as attached resources.
    BackingServices,
    /// V: strictly separate build and run stages.
    BuildReleaseRun,
    /// VI: execute the app as one or more stateless processes.
    Processes,
    /// VII: export services by port binding.
    PortBinding,
    /// VIII: scale out by the process model.
    Concurrency,
    /// IX: fast startup and graceful shutdown.
    Disposability,
    /// X: keep development, staging and production as similar as possible.
    Parity,
    /// XI: treat logs as event streams.
    Logs,
    /// XII: run admin tasks as one-off processes.
    AdminProcesses,
}

impl Factor {
    /// All of them, I to XII.
    pub const ALL: [Self; 12] = [
        Self::Codebase,
        Self::Dependencies,
        Self::Config,
        Self::BackingServices,
        Self::BuildReleaseRun,
        Self::Processes,
        Self::PortBinding,
        Self::Concurrency,
        Self::Disposability,
        Self::Parity,
        Self::Logs,
        Self::AdminProcesses,
    ];

    /// Its number, 1 to 12.
    #[must_use]
    pub fn number(self) -> usize {
        self as usize + 1
    }

    /// Its number as the text writes it.
    #[must_use]
    pub fn numeral(self) -> &'static str {
        ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"][self as usize]
    }

    /// Its heading.
    #[must_use]
    pub fn title(self) -> &'static str {
        [
            "Codebase",
            "Dependencies",
            "Config",
            "Backing services",
            "Build, release, run",
            "Processes",
            "Port binding",
            "Concurrency",
            "Disposability",
            "Dev/prod parity",
            "Logs",
            "Admin processes",
        ][self as usize]
    }

    /// What it asks, in one line.
    #[must_use]
    pub fn promise(self) -> &'static str {
        [
            "one codebase tracked in revision control, many deploys",
            "dependencies are declared and isolated",
            "config is stored in the environment",
            "backing services are attached resources",
            "build, release and run are strictly apart",
            "processes are stateless and share nothing",
            "services are exported by binding a port",
            "the app scales out by adding processes",
            "processes start fast and stop gracefully",
            "development, staging and production are alike",
            "logs are a stream of events on stdout",
            "admin tasks are one-off processes of a release",
        ][self as usize]
    }

    /// The page of the text that it stands on.
    #[must_use]
    pub fn page(self) -> &'static str {
        [
            "https://12factor.net/codebase",
            "https://12factor.net/dependencies",
            "https://12factor.net/config",
            "https://12factor.net/backing-services",
            "https://12factor.net/build-release-run",
            "https://12factor.net/processes",
            "https://12factor.net/port-binding",
            "https://12factor.net/concurrency",
            "https://12factor.net/disposability",
            "https://12factor.net/dev-prod-parity",
            "https://12factor.net/logs",
            "https://12factor.net/admin-processes",
        ][self as usize]
    }
}
