//! A store for scenes that are played in each kind of store: in a folder, and in buckets of real object servers.

use crate::azurite::Azurite;
use crate::google::Google;
use crate::object_server::{BUCKET, ObjectServer};
use crate::scene::{Outcome, PROGRAM, Scene};
use cargo_twelve::artifact::{DeployReason, Outcome as Ended};
use cargo_twelve::release::{Actor, Found, Intent, OpenEntry, close, open};
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

/// Where the store of a scene is.
pub(crate) enum Kept {
    /// A folder.
    Folder(PathBuf),
    /// A bucket: its server, its prefix, and the port that the program asks.
    Bucket { server: &'static ObjectServer, prefix: String, port: u16 },
    /// A container of Azure's blobs: its server and its prefix.
    Container { server: &'static Azurite, prefix: String },
    /// A bucket of what speaks like Google's storage, and its prefix.
    Google { server: &'static Google, prefix: String },
}

/// A scene and its store.
pub(crate) struct Stage {
    pub(crate) scene: Scene,
    pub(crate) kept: Kept,
}

/// Plays scenes in a folder, in a bucket, and where they can be had in what speaks like Azure's and Google's storage. Each begins with what the first word makes: an empty scene, or the app `shop`.
macro_rules! in_every_store {
    ($begin:path; $($scene:ident),+ $(,)?) => {
        mod folder {
            $(#[test] fn $scene() { super::$scene(&crate::kept::Stage::in_a_folder($begin())); })+
        }
        #[cfg(feature = "remote")]
        mod bucket {
            $(#[test] fn $scene() {
                let name = concat!(module_path!(), "::", stringify!($scene));
                crate::kept::Stage::in_a_bucket(name, $begin()).iter().for_each(super::$scene);
            })+
        }
        #[cfg(feature = "remote")]
        mod container {
            $(#[test] fn $scene() {
                crate::kept::Stage::in_a_container($begin).iter().for_each(super::$scene);
            })+
        }
        #[cfg(feature = "remote")]
        mod google {
            $(#[test] fn $scene() {
                crate::kept::Stage::at_google($begin).iter().for_each(super::$scene);
            })+
        }
    };
}
pub(crate) use in_every_store;

impl Stage {
    /// A scene with its store in a folder.
    pub(crate) fn in_a_folder(scene: Scene) -> Self {
        let kept = Kept::Folder(scene.store());
        Self { scene, kept }
    }

    /// A scene with its store in a bucket; none where there is no object server.
    pub(crate) fn in_a_bucket(name: &str, scene: Scene) -> Option<Self> {
        let server = ObjectServer::at_hand(name)?;
        Some(Self::over_a_network(scene, Kept::Bucket { server, prefix: prefix(), port: server.s3 }))
    }

    /// A scene with its store in a container of Azure's; none where there is no such server.
    pub(crate) fn in_a_container(begin: impl FnOnce() -> Scene) -> Option<Self> {
        let server = Azurite::at_hand()?;
        Some(Self::over_a_network(begin(), Kept::Container { server, prefix: prefix() }))
    }

    /// A scene with its store in a bucket of what speaks like Google's storage; none where there is no such server.
    pub(crate) fn at_google(begin: impl FnOnce() -> Scene) -> Option<Self> {
        let server = Google::at_hand()?;
        Some(Self::over_a_network(begin(), Kept::Google { server, prefix: prefix() }))
    }

    fn over_a_network(scene: Scene, kept: Kept) -> Self {
        let environment = kept.environment();
        Self { scene: scene.with_store(environment), kept }
    }

    /// The same, asked through another port.
    pub(crate) fn through(mut self, another: u16) -> Self {
        if let Kept::Bucket { port, .. } = &mut self.kept {
            *port = another;
        }
        let environment = self.kept.environment();
        Self { scene: self.scene.with_store(environment), ..self }
    }

    /// The location of the store, as one types it.
    pub(crate) fn location(&self) -> String {
        self.kept.environment()[OsStr::new("TWELVE_STORE")].to_string_lossy().into_owned()
    }

    /// Runs the program.
    pub(crate) fn twelve(&self, words: &str) -> Outcome {
        self.scene.twelve(words.split_whitespace())
    }

    /// Runs the program, which must succeed, and gives what it printed.
    pub(crate) fn done(&self, words: &str) -> String {
        let outcome = self.twelve(words);
        assert_eq!(outcome.code, Some(0), "{words}: {}", outcome.page());
        outcome.stdout
    }

    /// Commits another version of the app and releases it.
    pub(crate) fn release_another(&self, text: &str) -> String {
        self.scene.write("static/site.css", text);
        crate::shop::commit(&self.scene, "another");
        self.done("release").trim().to_owned()
    }

    /// Runs the program while the store is out of reach; its address stays the same.
    pub(crate) fn twelve_away(&self, words: &[&str]) -> Outcome {
        let mut command = self.scene.command(PROGRAM);
        command.args(words);
        match &self.kept {
            Kept::Folder(path) => {
                let away = path.with_extension("away");
                std::fs::rename(path, &away).expect("renamed");
                let outcome = self.scene.outcome(&mut command);
                std::fs::rename(away, path).expect("renamed");
                outcome
            }
            // The way to it is broken: nobody listens on the discard port.
            _ => self.scene.outcome(command.env("HTTP_PROXY", "http://127.0.0.1:9")),
        }
    }

    /// What stands under a key, past the program.
    pub(crate) fn get(&self, key: &str) -> Option<Vec<u8>> {
        match &self.kept {
            Kept::Folder(path) => std::fs::read(path.join(key)).ok(),
            Kept::Bucket { server, prefix, .. } => server.get(&format!("{prefix}/{key}")),
            Kept::Container { server, prefix } => server.get(&format!("{prefix}/{key}")),
            Kept::Google { server, prefix } => server.get(&format!("{prefix}/{key}")),
        }
    }

    /// Overwrites what stands under a key, as no writer of ours can.
    pub(crate) fn put(&self, key: &str, bytes: &[u8]) {
        match &self.kept {
            Kept::Folder(path) => {
                let path = path.join(key);
                std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
                std::fs::write(path, bytes).expect("written");
            }
            Kept::Bucket { server, prefix, .. } => server.put(&format!("{prefix}/{key}"), bytes),
            Kept::Container { server, prefix } => server.put(&format!("{prefix}/{key}"), bytes),
            Kept::Google { server, prefix } => server.put(&format!("{prefix}/{key}"), bytes),
        }
    }

    /// Removes what stands under a key.
    pub(crate) fn remove(&self, key: &str) {
        match &self.kept {
            Kept::Folder(path) => std::fs::remove_file(path.join(key)).expect("removed"),
            Kept::Bucket { server, prefix, .. } => server.remove(&format!("{prefix}/{key}")),
            Kept::Container { server, prefix } => server.remove(&format!("{prefix}/{key}")),
            Kept::Google { server, prefix } => server.remove(&format!("{prefix}/{key}")),
        }
    }

    /// Opens an entry of the deploy `production`, as a deployer does that is killed or fails afterwards.
    pub(crate) fn open_entry(&self, release: &str, outcome: Option<Ended>) -> u64 {
        let (store, app, deploy) = (self.scene.opened_store(), "shop".parse(), "production".parse());
        let (app, deploy) = (app.expect("a name"), deploy.expect("a name"));
        let found = Found::read(&store, &app, &deploy, OpenEntry::Respected).expect("readable");
        let release = release.parse().expect("a release");
        let intent = Intent { app, deploy, release, reason: DeployReason::Deploy, message: None, config: None };
        let at = "2026-11-22T17:00:00Z".parse().expect("a time");
        let actor = Actor { by: "ada".to_owned(), host: "ci-7".to_owned(), pid: 12, at };
        let entry = open(&store, &found, &intent, &actor, None).expect("opened");
        if let Some(outcome) = outcome {
            close(&store, &entry, outcome, &actor).expect("closed");
        }
        entry.seq
    }

    /// The key of a release's only tarball.
    pub(crate) fn tarball(&self, release: &str) -> String {
        let page = self.done(&format!("show {release} --format json"));
        let document: serde_json::Value = serde_json::from_str(&page).expect("one document");
        let build = &document["release"]["builds"][0];
        let text = |key: &str| build[key].as_str().expect("text").to_owned();
        format!("shop/builds/{}/{}.tar.gz", text("id"), text("gz_sha256"))
    }
}

/// A prefix that no other scene has.
fn prefix() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    format!("scene-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

impl Kept {
    /// What the program is told of it.
    fn environment(&self) -> BTreeMap<OsString, OsString> {
        let variables = match self {
            Self::Folder(path) => vec![("TWELVE_STORE", path.display().to_string())],
            Self::Bucket { prefix, port, .. } => vec![
                ("TWELVE_STORE", format!("s3://{BUCKET}/{prefix}")),
                ("AWS_ACCESS_KEY_ID", "AKTEST".to_owned()),
                ("AWS_SECRET_ACCESS_KEY", "SKTEST".to_owned()),
                ("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{port}")),
                ("AWS_ALLOW_HTTP", "true".to_owned()),
                ("AWS_REGION", "us-east-1".to_owned()),
            ],
            Self::Container { server, prefix } => {
                let location = format!("az://{}/{prefix}", crate::azurite::CONTAINER);
                [vec![("TWELVE_STORE", location)], server.variables()].concat()
            }
            Self::Google { server, prefix } => {
                let location = format!("gs://{}/{prefix}", crate::google::BUCKET);
                [vec![("TWELVE_STORE", location)], server.variables()].concat()
            }
        };
        variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect()
    }
}
