//! As whom processes run: as ourselves, or as the user that root names.

use super::Error;
use rustix::process::getuid;
use std::fs;
use std::path::PathBuf;

/// Where the machine's own users are listed. Users of a directory service are not found here; they have HOME and
/// USER in their environment.
const PASSWD: &str = "/etc/passwd";

/// A user of this machine (passwd(5)).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The name.
    pub name: String,
    /// The user id.
    pub uid: u32,
    /// The group id.
    pub gid: u32,
    /// The home folder.
    pub home: PathBuf,
}

/// As whom processes run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identity {
    /// As whoever started us.
    Own,
    /// As this user, whose groups are those of its entry alone.
    Dropped(User),
}

impl Identity {
    /// The user that root drops to.
    ///
    /// # Errors
    /// Where we are not root, or there is no such user.
    pub fn dropped_to(name: &str) -> Result<Self, Error> {
        let user = User::named(name).ok_or_else(|| Error::NoUser { name: name.to_owned() })?;
        if user.uid == getuid().as_raw() {
            return Ok(Self::Own);
        }
        if !Self::is_root() {
            return Err(Error::NotRoot { name: name.to_owned() });
        }
        Ok(Self::Dropped(user))
    }

    /// Whether we are root.
    #[must_use]
    pub fn is_root() -> bool {
        getuid().is_root()
    }

    /// The name of the user, where the machine lists it.
    #[must_use]
    pub fn name(&self) -> Option<String> {
        self.user().map(|user| user.name)
    }

    /// The user that processes run as, where the machine lists it.
    pub(super) fn user(&self) -> Option<User> {
        match self {
            Self::Own => User::with_uid(getuid().as_raw()),
            Self::Dropped(user) => Some(user.clone()),
        }
    }
}

impl User {
    fn named(name: &str) -> Option<Self> {
        listed().into_iter().find(|user| user.name == name).or_else(|| Self::unlisted(name))
    }

    /// A number is a user also where the machine lists none, as in an image without passwd; root is 0 everywhere.
    fn unlisted(name: &str) -> Option<Self> {
        let uid = if name == "root" { 0 } else { name.parse().ok()? };
        let unlisted = Self { name: uid.to_string(), uid, gid: uid, home: PathBuf::from("/") };
        Some(Self::with_uid(uid).unwrap_or(unlisted))
    }

    fn with_uid(uid: u32) -> Option<Self> {
        listed().into_iter().find(|user| user.uid == uid)
    }
}

fn listed() -> Vec<User> {
    fs::read_to_string(PASSWD).unwrap_or_default().lines().filter_map(entry).collect()
}

fn entry(line: &str) -> Option<User> {
    let fields: Vec<&str> = line.split(':').collect();
    let [name, _, uid, gid, _, home, _] = fields.as_slice() else { return None };
    Some(User { name: (*name).to_owned(), uid: uid.parse().ok()?, gid: gid.parse().ok()?, home: PathBuf::from(home) })
}

#[cfg(test)]
mod tests {
    use super::{User, entry};

    #[test]
    fn a_number_is_a_user_also_where_the_machine_lists_none() {
        let user = User::named("4000123").expect("a user");
        assert_eq!(
            (user.name.as_str(), user.uid, user.gid, user.home.to_str()),
            ("4000123", 4_000_123, 4_000_123, Some("/"))
        );
        assert_eq!(User::named("0").map(|user| user.uid), Some(0));
        assert_eq!(User::named("nobody-of-this-name"), None);
    }

    #[test]
    fn an_entry_has_seven_fields() {
        let user = entry("ada:x:1000:1001:Ada,,,:/home/ada:/bin/sh").expect("a user");
        assert_eq!((user.name.as_str(), user.uid, user.gid), ("ada", 1000, 1001));
        assert_eq!(user.home.to_str(), Some("/home/ada"));
        for bad in ["", "ada:x:1000", "ada:x:one:1001::/home/ada:/bin/sh", "+::::::"] {
            assert_eq!(entry(bad), None, "{bad}");
        }
    }
}
