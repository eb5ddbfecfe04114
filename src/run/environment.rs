//! The environment of a process: its config, the base set, and what it is told of itself. Nothing else, unless the
//! whole environment is asked for.

use super::identity::{Identity, User};
use crate::config::Config;
use rustix::process::getuid;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};

/// What a process finds in its environment. Its values are not printed: some are secrets.
#[derive(Clone, Default)]
pub struct Environment(BTreeMap<OsString, OsString>);

/// Where commands are found where PATH is not set, as login(1) has it.
const DEFAULT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// What every process needs of the machine that it runs on.
const BASE: [&str; 5] = ["PATH", "HOME", "LANG", "TZ", "USER"];

/// Whether processes get the whole environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inherit {
    /// The contract's variables and the base set.
    Declared,
    /// Everything that is set.
    Everything,
}

/// The environment and the user that processes are started from.
#[derive(Clone)]
pub struct Origin {
    /// The environment.
    pub environment: BTreeMap<OsString, OsString>,
    /// How much of it processes get.
    pub inherit: Inherit,
    /// As whom they run.
    pub identity: Identity,
}

/// What a process is told of itself.
pub(super) struct Told<'a> {
    /// PROCESS.
    pub(super) process: &'a str,
    /// PORT, and the name that its type gives it besides.
    pub(super) port: Option<(u16, Option<&'a str>)>,
    /// RELEASE_ID, RELEASE_VERSION, RELEASE_COMMIT.
    pub(super) release: [(&'static str, String); 3],
    /// TMPDIR.
    pub(super) temporary: &'a Path,
}

impl Environment {
    /// The value of a variable.
    pub(super) fn get(&self, name: &str) -> Option<&OsStr> {
        self.0.get(OsStr::new(name)).map(OsString::as_os_str)
    }

    /// All of it, sorted by name.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&OsString, &OsString)> {
        self.0.iter()
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.0.keys()).finish()
    }
}

impl Origin {
    /// The folder in which private folders are made. Processes start elsewhere, so it must be a path from the root.
    #[must_use]
    pub fn temporary_folder(&self) -> PathBuf {
        let named = self.set("TMPDIR").map(PathBuf::from).filter(|path| path.is_absolute());
        named.unwrap_or_else(|| PathBuf::from("/tmp"))
    }

    /// A process's environment. Later layers win: the base set, the config, what the process is told.
    pub(super) fn environment_of(&self, config: &Config, told: &Told<'_>) -> Environment {
        let mut environment = match self.inherit {
            Inherit::Everything => self.environment.clone(),
            Inherit::Declared => BTreeMap::new(),
        };
        environment.extend(self.base());
        environment
            .extend(config.settings().iter().map(|one| (OsString::from(&one.name), one.value.expose().to_owned())));
        environment.insert("TMPDIR".into(), told.temporary.into());
        environment.insert("PROCESS".into(), told.process.into());
        environment.extend(told.release.iter().map(|(name, value)| (name.into(), value.into())));
        // An admin process has no port of its own; a PORT from the config is not one either.
        environment.remove(OsStr::new("PORT"));
        if let Some((port, name)) = told.port {
            environment.insert("PORT".into(), port.to_string().into());
            environment.extend(name.map(|name| (name.into(), port.to_string().into())));
        }
        Environment(environment)
    }

    /// The base set. PATH, HOME and USER always have a value.
    fn base(&self) -> BTreeMap<OsString, OsString> {
        let mut base: BTreeMap<OsString, OsString> =
            BASE.iter().filter_map(|name| Some(((*name).into(), self.set(name)?.to_owned()))).collect();
        base.entry("PATH".into()).or_insert_with(|| DEFAULT_PATH.into());
        let user = match &self.identity {
            Identity::Dropped(user) => {
                base.remove(OsStr::new("HOME"));
                base.remove(OsStr::new("USER"));
                Some(user.clone())
            }
            Identity::Own if base.contains_key(OsStr::new("HOME")) && base.contains_key(OsStr::new("USER")) => None,
            Identity::Own => self.identity.user(),
        };
        let name = user.as_ref().map_or_else(|| getuid().as_raw().to_string(), |user: &User| user.name.clone());
        base.entry("USER".into()).or_insert_with(|| name.into());
        let home = user.map_or_else(|| PathBuf::from("/"), |user| user.home);
        base.entry("HOME".into()).or_insert_with(|| home.into());
        base
    }

    /// A variable that is set and not empty.
    fn set(&self, name: &str) -> Option<&OsStr> {
        self.environment.get(OsStr::new(name)).map(OsString::as_os_str).filter(|value| !value.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::{DEFAULT_PATH, Environment, Inherit, Origin, Told};
    use crate::config::{Config, EnvFile, Inputs, Typed};
    use crate::run::identity::{Identity, User};
    use std::collections::BTreeMap;
    use std::path::Path;

    fn origin(pairs: &[(&str, &str)], inherit: Inherit, identity: Identity) -> Origin {
        let environment = pairs.iter().map(|(name, value)| (name.into(), value.into())).collect();
        Origin { environment, inherit, identity }
    }

    fn told<'a>(port: Option<(u16, Option<&'a str>)>) -> Told<'a> {
        let release = [("RELEASE_ID", "v42"), ("RELEASE_VERSION", "1.4.0"), ("RELEASE_COMMIT", "c0ffee")];
        let release = release.map(|(name, value)| (name, value.to_owned()));
        Told { process: "web.1", port, release, temporary: Path::new("/tmp/x/web.1") }
    }

    fn text(environment: &Environment) -> Vec<String> {
        environment.iter().map(|(name, value)| format!("{}={}", name.display(), value.display())).collect()
    }

    fn value<'a>(environment: &'a Environment, name: &str) -> Option<&'a str> {
        environment.get(name)?.to_str()
    }

    #[test]
    fn a_process_gets_what_is_promised_and_nothing_else() {
        let here =
            [("PATH", "/bin"), ("HOME", "/home/ada"), ("USER", "ada"), ("TZ", ""), ("LEAKED", "1"), ("PORT", "1")];
        let files = [EnvFile::parse("prod.env", b"DATABASE_URL=postgres://db\nPROCESS=mine\n")];
        let inputs = Inputs {
            environment: &BTreeMap::new(),
            typed: &Typed::default(),
            files: &files,
            contract: None,
            exempt: &[],
        };
        let config = Config::resolve(&inputs, &|path| std::fs::read(path)).expect("a config");
        let environment = origin(&here, Inherit::Declared, Identity::Own)
            .environment_of(&config, &told(Some((5000, Some("SERVER_PORT")))));
        assert_eq!(
            text(&environment),
            [
                "DATABASE_URL=postgres://db",
                "HOME=/home/ada",
                "PATH=/bin",
                "PORT=5000",
                "PROCESS=web.1",
                "RELEASE_COMMIT=c0ffee",
                "RELEASE_ID=v42",
                "RELEASE_VERSION=1.4.0",
                "SERVER_PORT=5000",
                "TMPDIR=/tmp/x/web.1",
                "USER=ada",
            ]
        );
    }

    #[test]
    fn everything_is_inherited_only_where_asked() {
        let here = [("LEAKED", "1"), ("PROCESS", "mine"), ("RELEASE_ID", "mine")];
        let all = origin(&here, Inherit::Everything, Identity::Own).environment_of(&Config::default(), &told(None));
        assert_eq!(value(&all, "LEAKED"), Some("1"));
        assert_eq!(value(&all, "PROCESS"), Some("web.1"));
        assert_eq!(value(&all, "RELEASE_ID"), Some("v42"));
        assert_eq!(value(&all, "PATH"), Some(DEFAULT_PATH));
        assert_eq!(value(&all, "PORT"), None);
    }

    #[test]
    fn a_dropped_user_has_its_own_home_and_name() {
        let user = User { name: "shop".to_owned(), uid: 990, gid: 990, home: "/srv/shop".into() };
        let here = [("HOME", "/root"), ("USER", "root")];
        let environment =
            origin(&here, Inherit::Declared, Identity::Dropped(user)).environment_of(&Config::default(), &told(None));
        assert_eq!(value(&environment, "HOME"), Some("/srv/shop"));
        assert_eq!(value(&environment, "USER"), Some("shop"));
    }
}
