//! What a command finds around it: the environment, the working directory, the clock, and who listens. Everything
//! that differs from one call to the next and is not on the command line is read here and nowhere below.

use super::failure::UsageError;
use super::options::Options;
use crate::app::{self, AppName};
use crate::report::Reporter;
use crate::store::{Location, Store};
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

/// The edge between the machine and the program.
#[derive(Debug)]
pub(crate) struct Surroundings {
    /// The environment, sorted by name.
    pub(crate) environment: BTreeMap<OsString, OsString>,
    /// The working directory.
    pub(crate) directory: PathBuf,
    /// The options of every command.
    pub(crate) options: Options,
    /// Who listens.
    pub(crate) reporter: Reporter,
}

impl Surroundings {
    /// Reads them, once.
    ///
    /// # Errors
    /// Where the working directory has been removed.
    #[expect(clippy::disallowed_methods, reason = "this is the edge")]
    pub(crate) fn read(options: Options) -> anyhow::Result<Self> {
        let mut reporter = options.reporter();
        if Self::draws() {
            reporter = reporter.on_a_terminal();
        }
        let directory = std::env::current_dir()
            .map_err(|cause| anyhow::anyhow!("the working directory cannot be read: {cause}"))?;
        Ok(Self { environment: std::env::vars_os().collect(), directory, options, reporter })
    }

    /// Whether stderr is a terminal that bars may be drawn on. A CI job keeps every redrawing in its log, also where it
    /// has a terminal.
    #[expect(clippy::disallowed_methods, reason = "this is the edge")]
    pub(crate) fn draws() -> bool {
        let set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        std::io::stderr().is_terminal() && set("CI").is_none() && set("TERM").is_some_and(|term| term != "dumb")
    }

    /// How many columns the terminal has that data is printed on; none where stdout is no terminal.
    #[expect(clippy::unused_self, reason = "the terminal is one of the surroundings")]
    pub(crate) fn columns(&self) -> Option<usize> {
        rustix::termios::tcgetwinsize(std::io::stdout())
            .ok()
            .map(|size| size.ws_col.into())
            .filter(|columns| *columns > 0)
    }

    /// A variable that is set and not empty.
    pub(crate) fn variable(&self, name: &str) -> Option<&OsStr> {
        self.environment.get(OsStr::new(name)).map(OsString::as_os_str).filter(|value| !value.is_empty())
    }

    /// The cargo that compiles here: CARGO, else the one of PATH.
    #[cfg(feature = "scaffold")]
    pub(crate) fn cargo(&self) -> &OsStr {
        self.variable("CARGO").unwrap_or("cargo".as_ref())
    }

    /// A variable that is set, not empty, and text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.variable(name).and_then(OsStr::to_str)
    }

    /// Who makes a release or a deploy: the person that the CI platform names, else the user, by the name that the
    /// machine has for them, else by number.
    pub(crate) fn who(&self) -> String {
        let names = ["GITHUB_ACTOR", "GITLAB_USER_LOGIN", "BUILDKITE_BUILD_CREATOR", "USER", "LOGNAME"];
        match names.iter().find_map(|name| self.text(name)) {
            Some(name) => name.to_owned(),
            None => Self::own_user(),
        }
    }

    fn own_user() -> String {
        #[cfg(target_os = "linux")]
        if let Some(name) = crate::run::Identity::Own.name() {
            return name;
        }
        format!("uid {}", rustix::process::getuid().as_raw())
    }

    /// A path as the user meant it: relative to the working directory.
    pub(crate) fn resolve(&self, path: &Path) -> PathBuf {
        self.directory.join(path)
    }

    /// The store that the command works with.
    ///
    /// # Errors
    /// Where none is named and there is no HOME to have a default in, or it is of a kind that cannot be opened.
    pub(crate) fn store(&self) -> anyhow::Result<Store> {
        let location = match &self.options.store {
            Some(location) => location.clone(),
            None => self.user_folder("XDG_DATA_HOME", ".local/share").ok_or_else(|| UsageError {
                message: "no store is named, and without HOME there is no default".to_owned(),
                hint: "name one with `--store DIR` or TWELVE_STORE".to_owned(),
            })?,
        };
        Ok(self.store_at(&location)?.shown_by(&self.reporter))
    }

    /// The store at a location.
    ///
    /// # Errors
    /// Where it is of a kind that cannot be opened.
    pub(crate) fn store_at(&self, location: &Path) -> anyhow::Result<Store> {
        Ok(Store::at(&Location::parse(location, &self.directory)?.with_environment(&self.environment)))
    }

    /// The name of the app whose folder the user stands in.
    ///
    /// # Errors
    /// Where its declaration is malformed.
    pub(crate) fn app_at_hand(&self) -> anyhow::Result<Option<AppName>> {
        Ok(app::name_at_hand(&self.directory)?)
    }

    /// Our folder in one of the user's own (XDG Base Directory Specification); none without HOME.
    pub(crate) fn user_folder(&self, variable: &str, below_home: &str) -> Option<PathBuf> {
        // The specification: a relative path in such a variable is to be ignored.
        let named = self.variable(variable).map(PathBuf::from).filter(|path| path.is_absolute());
        let folder = named.or_else(|| self.variable("HOME").map(|home| Path::new(home).join(below_home)))?;
        Some(folder.join("cargo-twelve"))
    }

    /// Where unpacked releases are kept where nothing else is said.
    ///
    /// # Errors
    /// Where there is no HOME to have a default in.
    #[cfg(target_os = "linux")]
    pub(crate) fn cache_folder(&self) -> anyhow::Result<PathBuf> {
        // Root's own cache folder is closed to the user that `run --user` drops to.
        if crate::run::Identity::is_root() && self.variable("XDG_CACHE_HOME").is_none() {
            return Ok(PathBuf::from("/var/cache/cargo-twelve"));
        }
        let folder = self.user_folder("XDG_CACHE_HOME", ".cache").ok_or_else(|| UsageError {
            message: "no cache is named, and without HOME there is no default".to_owned(),
            hint: "name one with `--cache DIR` or TWELVE_CACHE".to_owned(),
        })?;
        Ok(folder)
    }

    /// Where this machine remembers what has run where nothing else is said; none without a HOME.
    #[cfg(target_os = "linux")]
    pub(crate) fn state_folder(&self) -> Option<PathBuf> {
        if crate::run::Identity::is_root() && self.variable("XDG_STATE_HOME").is_none() {
            return Some(PathBuf::from("/var/lib/cargo-twelve"));
        }
        self.user_folder("XDG_STATE_HOME", ".local/state")
    }

    /// The wall clock.
    #[expect(clippy::unused_self, clippy::disallowed_methods, reason = "the clock is one of the surroundings")]
    pub(crate) fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::now()
    }

    /// The wall clock in the time zone that TZ or the machine names, for those who read it again and again.
    #[cfg(target_os = "linux")]
    #[expect(clippy::disallowed_methods, reason = "this is the edge")]
    pub(crate) fn clock() -> jiff::Zoned {
        jiff::Zoned::now()
    }
}
