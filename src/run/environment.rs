//! The environment of a process: its config, the base set, and what it is told of itself. Nothing else, unless the
//! whole environment is asked for.

use super::identity::{Identity, User};
use crate::config::{Config, Secret, Source, Standing};
use rustix::process::getuid;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};

/// What a process finds in its environment, and where each variable came from. Its values are not printed, since some
/// are secrets, and are wiped when it is dropped.
#[derive(Clone, Default)]
pub struct Environment(BTreeMap<OsString, Held>);

#[derive(Clone)]
struct Held {
    value: Secret,
    giver: Giver,
}

/// Where a variable of a process came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Giver {
    /// Our own environment, all of which is inherited.
    Inherited,
    /// The base set, from our own environment.
    Base,
    /// The base set, where our own environment has no value that fits.
    BaseDefault,
    /// The config.
    Config {
        /// Who gave the value.
        source: Source,
        /// Why it is passed on.
        standing: Standing,
    },
    /// What a process is told of itself and of its release.
    Told,
}

impl fmt::Display for Giver {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Inherited | Self::Base => formatter.write_str("environment"),
            Self::BaseDefault => formatter.write_str("default"),
            Self::Config { source, .. } => source.fmt(formatter),
            Self::Told => formatter.write_str("run"),
        }
    }
}

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
        self.0.get(OsStr::new(name)).map(|held| held.value.expose())
    }

    /// All of it, sorted by name.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&OsStr, &OsStr)> {
        self.0.iter().map(|(name, held)| (name.as_os_str(), held.value.expose()))
    }

    /// Every name with where its value came from, sorted by name.
    pub fn givers(&self) -> impl Iterator<Item = (&OsStr, &Giver)> {
        self.0.iter().map(|(name, held)| (name.as_os_str(), &held.giver))
    }

    /// Adds what is set of these names, as it is.
    pub fn hand_on(&mut self, from: &BTreeMap<OsString, OsString>, names: &[&str]) {
        for name in names {
            if let Some(value) = from.get(OsStr::new(name)) {
                self.set(*name, value, Giver::Inherited);
            }
        }
    }

    fn set(&mut self, name: impl Into<OsString>, value: impl AsRef<OsStr>, giver: Giver) {
        self.0.insert(name.into(), Held { value: Secret::from(value.as_ref()), giver });
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
        let mut environment = Environment::default();
        if self.inherit == Inherit::Everything {
            self.environment.iter().for_each(|(name, value)| environment.set(name, value, Giver::Inherited));
        }
        for (name, (value, giver)) in self.base() {
            environment.set(name, value, giver);
        }
        for one in config.settings() {
            let giver = Giver::Config { source: one.source.clone(), standing: one.standing };
            environment.set(&one.name, one.value.expose(), giver);
        }
        environment.set("TMPDIR", told.temporary, Giver::Told);
        environment.set("PROCESS", told.process, Giver::Told);
        told.release.iter().for_each(|(name, value)| environment.set(name, value, Giver::Told));
        // An admin process has no port of its own; a PORT from the config is not one either.
        environment.0.remove(OsStr::new("PORT"));
        if let Some((port, name)) = told.port {
            for name in std::iter::once("PORT").chain(name) {
                environment.set(name, port.to_string(), Giver::Told);
            }
        }
        environment
    }

    /// The base set. PATH, HOME and USER always have a value.
    fn base(&self) -> BTreeMap<&'static str, (OsString, Giver)> {
        let own = |name: &&'static str| Some((*name, (self.set(name)?.to_owned(), Giver::Base)));
        let mut base: BTreeMap<_, _> = BASE.iter().filter_map(own).collect();
        base.entry("PATH").or_insert_with(|| (DEFAULT_PATH.into(), Giver::BaseDefault));
        let user = match &self.identity {
            Identity::Dropped(user) => {
                base.remove("HOME");
                base.remove("USER");
                Some(user.clone())
            }
            Identity::Own if base.contains_key("HOME") && base.contains_key("USER") => None,
            Identity::Own => self.identity.user(),
        };
        let name = user.as_ref().map_or_else(|| getuid().as_raw().to_string(), |user: &User| user.name.clone());
        base.entry("USER").or_insert_with(|| (name.into(), Giver::BaseDefault));
        let home = user.map_or_else(|| PathBuf::from("/"), |user| user.home);
        base.entry("HOME").or_insert_with(|| (home.into(), Giver::BaseDefault));
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
    fn every_variable_knows_who_gave_it() {
        let here = [("HOME", "/home/ada"), ("USER", "ada"), ("LEAKED", "1"), ("KEY", "k")];
        let files = [EnvFile::parse("prod.env", b"# first\nKEY=x\nNAME=shop\n")];
        let environment = BTreeMap::from([("KEY".into(), "k".into())]);
        let inputs =
            Inputs { environment: &environment, typed: &Typed::default(), files: &files, contract: None, exempt: &[] };
        let config = Config::resolve(&inputs, &|path| std::fs::read(path)).expect("a config");
        let all = origin(&here, Inherit::Everything, Identity::Own).environment_of(&config, &told(None));
        let givers: Vec<_> = all.givers().map(|(name, giver)| format!("{}: {giver}", name.display())).collect();
        assert_eq!(
            givers,
            [
                "HOME: environment",
                "KEY: environment",
                "LEAKED: environment",
                "NAME: prod.env:3",
                "PATH: default",
                "PROCESS: run",
                "RELEASE_COMMIT: run",
                "RELEASE_ID: run",
                "RELEASE_VERSION: run",
                "TMPDIR: run",
                "USER: environment",
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
