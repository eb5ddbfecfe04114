//! The config of an image: what a runtime starts, as whom, with which environment. It says what `run` would give a
//! process, as far as an image can know it; the rest comes with the env file of whoever starts it.

use super::Error;
use super::base::Base;
use super::descriptor::BlobDigest;
use super::platform::Platform;
use super::started::Started;
use crate::artifact::{BuildManifest, ReleasedBuild, SBOM_PATH, UtcTime};
use crate::export::Exported;
use crate::export::container::{ROOT, TEMPORARY, USER};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Where commands are found where the base does not say, as login(1) has it.
const DEFAULT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// What a base does not say, since it is said here. PATH is extended; the rest is what its own programs and libraries
/// look at, and kept.
const HELD_BY_US: [&str; 8] =
    ["HOME", "USER", "TMPDIR", "PORT", "PROCESS", "RELEASE_ID", "RELEASE_VERSION", "RELEASE_COMMIT"];

/// The config document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct ImageConfig {
    #[serde(flatten)]
    pub(super) platform: Platform,
    created: UtcTime,
    config: Execution,
    rootfs: RootFs,
    history: Vec<Layered>,
}

/// How a process is started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Execution {
    user: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    exposed_ports: BTreeMap<String, BTreeMap<String, String>>,
    env: Vec<String>,
    entrypoint: Vec<String>,
    cmd: Vec<String>,
    working_dir: String,
    labels: BTreeMap<String, String>,
    stop_signal: String,
}

/// The layers by the digests of their uncompressed tars.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RootFs {
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) diff_ids: Vec<BlobDigest>,
}

/// What made a layer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Layered {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) created: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) created_by: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) author: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) comment: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) empty_layer: Option<bool>,
}

/// A layer that is not the base's.
pub(super) struct OwnLayer {
    /// The digest of its uncompressed tar.
    pub(super) diff_id: BlobDigest,
    /// What is in it.
    pub(super) comment: &'static str,
}

/// What an image is made from: one build of a release and what it is to start.
pub(super) struct Making<'a> {
    pub(super) exported: &'a Exported,
    pub(super) build: &'a ReleasedBuild,
    pub(super) manifest: &'a BuildManifest,
    pub(super) started: Started<'a>,
}

impl Making<'_> {
    /// The config over a base, with the layers of both.
    pub(super) fn config(
        &self,
        platform: &Platform,
        base: &Base,
        own_layers: &[OwnLayer],
    ) -> Result<ImageConfig, Error> {
        let environment = self.environment(&base.environment);
        let mut words = self.words(base, &environment)?;
        let arguments = words.split_off(words.len().min(1));
        let created = self.manifest.commit_time;
        let layered = |own: &OwnLayer| Layered {
            created: Some(created.to_string()),
            created_by: Some(self.command()),
            comment: Some(own.comment.to_owned()),
            ..Layered::default()
        };
        let own_ids = own_layers.iter().map(|own| own.diff_id);
        Ok(ImageConfig {
            platform: platform.clone(),
            created,
            config: Execution {
                user: format!("{USER}:{USER}"),
                exposed_ports: self.ports(),
                env: environment.iter().map(|(name, value)| format!("{name}={value}")).collect(),
                entrypoint: words,
                cmd: arguments,
                working_dir: ROOT.to_owned(),
                labels: self.labels(base),
                stop_signal: self.started.stop_signal().name().to_owned(),
            },
            rootfs: RootFs {
                kind: "layers".to_owned(),
                diff_ids: base.diff_ids.iter().copied().chain(own_ids).collect(),
            },
            history: base.history.iter().cloned().chain(own_layers.iter().map(layered)).collect(),
        })
    }

    /// The command that makes this image.
    fn command(&self) -> String {
        let (release, process) = (self.exported.reference(), self.started.name());
        format!("cargo twelve export oci --release-id {release} --process {process}")
    }

    /// What a process finds where whoever starts it says nothing else.
    fn environment(&self, of_base: &[(String, String)]) -> BTreeMap<String, String> {
        let mut all: BTreeMap<_, _> =
            of_base.iter().filter(|(name, _)| !HELD_BY_US.contains(&name.as_str())).cloned().collect();
        let contract = self.manifest.declaration.contract.iter().flat_map(|contract| &contract.variables);
        all.extend(contract.filter_map(|variable| Some((variable.name.clone(), variable.default.clone()?))));
        let path = all.get("PATH").map_or(DEFAULT_PATH, String::as_str);
        all.insert("PATH".to_owned(), format!("{ROOT}/bin:{path}"));
        let own = [
            ("HOME", "/".to_owned()),
            ("USER", USER.to_string()),
            ("TMPDIR", TEMPORARY.to_owned()),
            ("PROCESS", self.started.process()),
        ];
        let told = own.into_iter().chain(self.exported.told());
        all.extend(told.map(|(name, value)| (name.to_owned(), value)));
        let ports = self.started.port().into_iter();
        all.extend(ports.flat_map(|(port, names)| names.map(|name| (name.to_owned(), port.to_string()))));
        all
    }

    fn ports(&self) -> BTreeMap<String, BTreeMap<String, String>> {
        self.started.port().into_iter().map(|(port, _)| (format!("{port}/tcp"), BTreeMap::new())).collect()
    }

    /// Labels: the image specification's own, and below `cargo-twelve.` what no other names.
    fn labels(&self, base: &Base) -> BTreeMap<String, String> {
        let Self { exported, build, manifest, started } = self;
        let record = &exported.record;
        let sbom = manifest.files.iter().find(|file| file.path.as_str() == SBOM_PATH);
        let source = record.remote.clone().filter(|remote| remote.starts_with("https://"));
        let own = [
            ("org.opencontainers.image.title", Some(record.app.to_string())),
            ("org.opencontainers.image.version", Some(record.version.to_string())),
            ("org.opencontainers.image.revision", Some(record.commit.clone())),
            ("org.opencontainers.image.created", Some(manifest.commit_time.to_string())),
            ("org.opencontainers.image.source", source),
            ("org.opencontainers.image.base.name", base.name.clone()),
            ("org.opencontainers.image.base.digest", base.digest.map(|digest| digest.to_string())),
            ("cargo-twelve.release", Some(record.release.to_string())),
            ("cargo-twelve.build", Some(build.id.to_string())),
            ("cargo-twelve.sbom-sha256", sbom.map(|file| file.sha256.to_string())),
            ("cargo-twelve.process", Some(started.name())),
        ];
        own.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
    }
}

impl ImageConfig {
    /// Its labels, which its manifest repeats as annotations: a registry shows those without asking for the config.
    pub(super) fn labels(&self) -> &BTreeMap<String, String> {
        &self.config.labels
    }
}
