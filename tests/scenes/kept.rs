//! A store for scenes that are played twice: once in a folder, once in a bucket of a real object server.

use crate::object_server::{BUCKET, ObjectServer};
use crate::scene::{Outcome, PROGRAM, Scene};
use crate::shop::shop;
use cargo_twelve::store::{Location, Store};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

/// Where the store of a scene is.
pub(crate) enum Kept {
    /// A folder.
    Folder(PathBuf),
    /// A bucket: its server, its prefix, and the port that the program asks.
    Bucket { server: &'static ObjectServer, prefix: String, port: u16 },
}

/// The app `shop` and a store.
pub(crate) struct Stage {
    pub(crate) scene: Scene,
    pub(crate) kept: Kept,
}

impl Stage {
    /// The app, with a store in a folder.
    pub(crate) fn in_a_folder() -> Self {
        let scene = shop();
        let kept = Kept::Folder(scene.store());
        Self { scene, kept }
    }

    /// The app, with a store in a bucket; none where there is no object server.
    pub(crate) fn in_a_bucket(name: &str) -> Option<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let server = ObjectServer::at_hand(name)?;
        let prefix = format!("scene-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        Some(Self { scene: shop(), kept: Kept::Bucket { server, prefix, port: server.s3 } })
    }

    /// The same, asked through another port.
    pub(crate) fn through(mut self, another: u16) -> Self {
        if let Kept::Bucket { port, .. } = &mut self.kept {
            *port = another;
        }
        self
    }

    /// The location of the store, as one types it.
    pub(crate) fn location(&self) -> String {
        match &self.kept {
            Kept::Folder(path) => path.display().to_string(),
            Kept::Bucket { prefix, .. } => format!("s3://{BUCKET}/{prefix}"),
        }
    }

    /// What the program is told of its store.
    pub(crate) fn environment(&self) -> BTreeMap<OsString, OsString> {
        let mut variables = vec![("TWELVE_STORE", self.location())];
        if let Kept::Bucket { port, .. } = &self.kept {
            variables.extend([
                ("AWS_ACCESS_KEY_ID", "AKTEST".to_owned()),
                ("AWS_SECRET_ACCESS_KEY", "SKTEST".to_owned()),
                ("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{port}")),
                ("AWS_ALLOW_HTTP", "true".to_owned()),
                ("AWS_REGION", "us-east-1".to_owned()),
            ]);
        }
        variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect()
    }

    /// Runs the program.
    pub(crate) fn twelve(&self, words: &str) -> Outcome {
        let mut command = self.scene.command(PROGRAM);
        self.scene.outcome(command.args(words.split_whitespace()).envs(self.environment()))
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

    /// The store, through the library's own hands.
    pub(crate) fn store(&self) -> Store {
        let location = Location::parse(self.location().as_ref(), &self.scene.path()).expect("a location");
        Store::at(&location.with_environment(&self.environment()))
    }

    /// What stands under a key, past the program.
    pub(crate) fn get(&self, key: &str) -> Option<Vec<u8>> {
        match &self.kept {
            Kept::Folder(path) => std::fs::read(path.join(key)).ok(),
            Kept::Bucket { server, prefix, .. } => server.get(&format!("{prefix}/{key}")),
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
        }
    }

    /// Removes what stands under a key.
    pub(crate) fn remove(&self, key: &str) {
        match &self.kept {
            Kept::Folder(path) => std::fs::remove_file(path.join(key)).expect("removed"),
            Kept::Bucket { server, prefix, .. } => server.remove(&format!("{prefix}/{key}")),
        }
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
