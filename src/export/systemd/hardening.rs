//! What services are kept from. Together with Landlock, which `run` takes on itself, it leaves a process its port, its
//! private folder, and the paths of `[sandbox]`.

use super::Units;
use super::unit::{self, Unit};

/// Folders that systemd makes and owns for a service, with the setting for each (systemd.exec(5)).
const OWN_FOLDERS: [(&str, &str); 4] = [
    ("/var/lib/", "StateDirectory"),
    ("/var/cache/", "CacheDirectory"),
    ("/var/log/", "LogsDirectory"),
    ("/run/", "RuntimeDirectory"),
];

/// Ports below this one need a right to bind them.
const FIRST_FREE_PORT: u16 = 1024;

impl Units<'_> {
    /// What a process of the app is kept from. `port` is the lowest that it binds itself; `own` names its own folder of
    /// what it remembers, which goes when it ends.
    pub(super) fn harden(&self, unit: &mut Unit, port: Option<u16>, own: &str) {
        unit.set("DynamicUser", "yes");
        unit.set("User", &self.user());
        unit.set("RuntimeDirectory", own);
        unit.environment_in("TWELVE_STATE", &format!("%t/{own}"));
        for path in self.exported.declaration().sandbox.iter().flat_map(|sandbox| &sandbox.writable) {
            let own = OWN_FOLDERS.iter().find_map(|(above, setting)| Some((setting, path.strip_prefix(above)?)));
            match own {
                Some((setting, below)) => unit.set(setting, &unit::path(below.trim_end_matches('/'))),
                None => unit.set("ReadWritePaths", &unit::path(path)),
            }
        }
        match port {
            Some(port) if port < FIRST_FREE_PORT => {
                unit.set("CapabilityBoundingSet", "CAP_NET_BIND_SERVICE");
                unit.set("AmbientCapabilities", "CAP_NET_BIND_SERVICE");
            }
            _ => {
                unit.set("CapabilityBoundingSet", "");
                unit.set("PrivateUsers", "yes");
            }
        }
        unit.set("ProtectHome", "yes");
        unit.set("UMask", "0077");
        self.harden_alike(unit);
    }

    /// What every service is kept from.
    pub(super) fn harden_alike(&self, unit: &mut Unit) {
        for (name, value) in [
            ("NoNewPrivileges", "yes"),
            ("ProtectSystem", "strict"),
            ("PrivateTmp", "yes"),
            ("PrivateDevices", "yes"),
            ("ProtectClock", "yes"),
            ("ProtectControlGroups", "yes"),
            ("ProtectHostname", "yes"),
            ("ProtectKernelLogs", "yes"),
            ("ProtectKernelModules", "yes"),
            ("ProtectKernelTunables", "yes"),
            ("ProtectProc", "invisible"),
            ("ProcSubset", "pid"),
            ("RestrictAddressFamilies", "AF_INET AF_INET6 AF_UNIX"),
            ("RestrictNamespaces", "yes"),
            ("RestrictRealtime", "yes"),
            ("RestrictSUIDSGID", "yes"),
            ("RemoveIPC", "yes"),
            ("KeyringMode", "private"),
            ("LockPersonality", "yes"),
            ("MemoryDenyWriteExecute", "yes"),
            ("SystemCallArchitectures", "native"),
            ("SystemCallFilter", "@system-service landlock_create_ruleset landlock_add_rule landlock_restrict_self"),
            ("SystemCallFilter", "~@privileged"),
            ("SystemCallErrorNumber", "EPERM"),
        ] {
            unit.set(name, value);
        }
    }
}
