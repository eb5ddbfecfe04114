//! Who we are to a registry: what `docker login`, `podman login` or a CI job left in a file. Programs that keep
//! credentials elsewhere are named and not started.

use super::Error;
use crate::config::Secret;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use oci_client::Reference;
use oci_client::secrets::RegistryAuth;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// What stands for Docker Hub in such a file.
const DOCKER_HUB: &str = "https://index.docker.io/v1/";

/// Who we are to a registry.
#[derive(Debug, Clone)]
pub struct Login {
    who: Who,
    source: Option<String>,
}

#[derive(Debug, Clone)]
enum Who {
    Nobody,
    User(String, Secret),
    Bearer(Secret),
}

/// A file of credentials, as far as it is read.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct AuthFile {
    auths: BTreeMap<String, Entry>,
    creds_store: Option<String>,
    cred_helpers: BTreeMap<String, String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Entry {
    auth: Option<String>,
    username: Option<String>,
    password: Option<String>,
    registrytoken: Option<String>,
}

impl Login {
    /// Nobody in particular.
    #[must_use]
    pub fn nobody() -> Self {
        Self { who: Who::Nobody, source: None }
    }

    /// Who the first of these files that knows the registry of an image says that we are; nobody where none does.
    ///
    /// # Errors
    /// Where a file stands and cannot be read, or its entry cannot.
    pub fn for_image(image: &Reference, files: &[PathBuf]) -> Result<Self, Error> {
        let mut elsewhere = None;
        for path in files {
            let bytes = match std::fs::read(path) {
                Ok(bytes) => Secret::new(bytes),
                Err(cause) if matches!(cause.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => continue,
                Err(cause) => return Err(Error::machine("read", path, cause)),
            };
            // What the parser says may quote what it read.
            let file = bytes.expose_text().and_then(|text| serde_json::from_str::<AuthFile>(text).ok());
            let file = file.ok_or_else(|| bad(path, "it is not the JSON of a file of credentials"))?;
            let who = file
                .entry(image)
                .map(|(key, entry)| entry.who().map_err(|rule| bad(path, &format!("its entry `{key}` {rule}"))));
            if let Some(who) = who.transpose()?.flatten() {
                return Ok(Self { who, source: Some(format!("from {}", path.display())) });
            }
            let helper = file.cred_helpers.get(image.registry()).or(file.creds_store.as_ref());
            elsewhere =
                elsewhere.or(helper.map(|helper| format!("with docker-credential-{helper}, which is not asked")));
        }
        Ok(Self { who: Who::Nobody, source: elsewhere })
    }

    /// For the client.
    pub(super) fn auth(&self) -> RegistryAuth {
        let text = |secret: &Secret| secret.expose_text().unwrap_or_default().to_owned();
        match &self.who {
            Who::Nobody => RegistryAuth::Anonymous,
            Who::User(user, password) => RegistryAuth::Basic(user.clone(), text(password)),
            Who::Bearer(token) => RegistryAuth::Bearer(text(token)),
        }
    }

    /// Where this is from, or what may know it and was not asked.
    pub(super) fn source(&self) -> Option<&str> {
        self.source.as_deref()
    }

    /// The text without the secret.
    pub(super) fn redacted(&self, text: &str) -> String {
        match &self.who {
            Who::User(_, secret) | Who::Bearer(secret) if secret.len() > 3 => {
                text.replace(secret.expose_text().unwrap_or("\0"), "[secret]")
            }
            _ => text.to_owned(),
        }
    }
}

impl AuthFile {
    /// The entry for an image: that of the longest beginning of its name, `registry/team` before `registry`.
    fn entry(&self, image: &Reference) -> Option<(&str, &Entry)> {
        let name = format!("{}/{}", image.registry(), image.repository());
        let fits = |key: &str| {
            let place =
                key.strip_prefix("https://").or(key.strip_prefix("http://")).unwrap_or(key).trim_end_matches('/');
            let place = place.strip_suffix("/v1").or(place.strip_suffix("/v2")).unwrap_or(place);
            let hub = key == DOCKER_HUB && image.registry() == "docker.io";
            (hub || name.strip_prefix(place).is_some_and(|rest| rest.starts_with('/'))).then_some(place.len())
        };
        let entries = self.auths.iter().filter_map(|(key, entry)| Some((fits(key)?, key, entry)));
        entries.max_by_key(|(length, ..)| *length).map(|(_, key, entry)| (key.as_str(), entry))
    }
}

impl Entry {
    fn who(&self) -> Result<Option<Who>, &'static str> {
        if let Some(token) = &self.registrytoken {
            return Ok(Some(Who::Bearer(Secret::new(token.as_bytes()))));
        }
        if let (Some(user), Some(password)) = (&self.username, &self.password) {
            return Ok(Some(Who::User(user.clone(), Secret::new(password.as_bytes()))));
        }
        let Some(auth) = self.auth.as_deref().filter(|auth| !auth.is_empty()) else { return Ok(None) };
        let rule = "is not the base64 of `user:password`";
        let bytes = Secret::new(STANDARD.decode(auth).map_err(|_| rule)?);
        let (user, password) = bytes.expose_text().and_then(|text| text.split_once(':')).ok_or(rule)?;
        Ok(Some(Who::User(user.to_owned(), Secret::new(password.as_bytes()))))
    }
}

fn bad(path: &Path, why: &str) -> Error {
    Error::BadCredentials { path: path.to_path_buf(), why: why.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::{Login, Who};
    use oci_client::Reference;

    fn login(image: &str, file: &str) -> Result<Login, String> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("config.json");
        std::fs::write(&path, file).expect("written");
        let image: Reference = image.parse().expect("a reference");
        Login::for_image(&image, &[folder.path().join("none"), path]).map_err(|error| error.to_string())
    }

    fn user(image: &str, file: &str) -> Option<String> {
        match login(image, file).expect("readable").who {
            Who::User(user, password) => Some(format!("{user} {}", password.expose_text().expect("text"))),
            _ => None,
        }
    }

    #[test]
    fn the_entry_that_fits_best_says_who_we_are() {
        // ada:hunter2, bob:hunter3
        let file = r#"{"auths":{"https://index.docker.io/v1/":{"auth":"YWRhOmh1bnRlcjI="},
            "reg.example.org":{"auth":"YWRhOmh1bnRlcjI="},"reg.example.org/team":{"auth":"Ym9iOmh1bnRlcjM="},
            "https://old.example.org/v2/":{"username":"ada","password":"hunter4"},"empty.example.org":{}}}"#;
        let who = |image: &str| user(image, file);
        assert_eq!(who("reg.example.org/shop"), Some("ada hunter2".to_owned()));
        assert_eq!(who("reg.example.org/team/shop"), Some("bob hunter3".to_owned()));
        assert_eq!(who("reg.example.org/teams/shop"), Some("ada hunter2".to_owned()));
        assert_eq!(who("ada/shop"), Some("ada hunter2".to_owned()));
        assert_eq!(who("old.example.org/shop"), Some("ada hunter4".to_owned()));
        assert_eq!(who("empty.example.org/shop"), None);
        assert_eq!(who("reg.example.org.evil.test/shop"), None);
    }

    #[test]
    fn a_program_that_keeps_credentials_is_named() {
        let found =
            login("reg.example.org/shop", r#"{"credHelpers":{"reg.example.org":"ecr-login"}}"#).expect("readable");
        assert_eq!(found.source(), Some("with docker-credential-ecr-login, which is not asked"));
    }

    #[test]
    fn no_secret_is_in_an_error() {
        for file in [r#"{"auths":{"reg.example.org":{"auth":"hunter2"}}}"#, r#"{"auths":{"x":{"auth":hunter2}}}"#] {
            let said = login("reg.example.org/shop", file).expect_err("refused");
            assert!(!said.contains("hunter2") && said.contains("config.json"), "{said}");
        }
        let found = login("r.example.org/x", r#"{"auths":{"r.example.org":{"username":"a","password":"hunter2"}}}"#);
        let found = found.expect("readable");
        assert_eq!(found.redacted("wrong: hunter2"), "wrong: [secret]");
        assert!(!format!("{found:?}").contains("hunter2"));
    }
}
