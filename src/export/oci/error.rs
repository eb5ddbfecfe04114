//! Why there is no image.

use crate::app::AppName;
use crate::artifact::{self, Unloadable};
use crate::export;
use crate::store;
use std::io;
use std::path::PathBuf;

/// Why a release does not become an image, or an image does not get where it should.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// What is not declared.
    #[error("`{app}` declares no process type or admin process `{name}`")]
    NotDeclared {
        /// The app.
        app: AppName,
        /// What was asked for.
        name: String,
        /// What is declared.
        declared: Vec<String>,
    },
    /// Several process types, and none was asked for.
    #[error("`{app}` declares several process types, and no `web` among them")]
    WhichProcess {
        /// The app.
        app: AppName,
        /// What is declared.
        declared: Vec<String>,
    },
    /// A command with variables that an image cannot fill in.
    #[error("the command of `{process}`, `{command}`, names {}, and nothing in an image can put in what a config says", listed(.variables))]
    Variables {
        /// The process type.
        process: String,
        /// Its command.
        command: String,
        /// The variables.
        variables: Vec<String>,
    },
    /// A program that neither the release nor the base has.
    #[error("`{process}` starts `{word}`, which is neither in the release nor in `{base}`")]
    NoProgram {
        /// The process type.
        process: String,
        /// The program.
        word: String,
        /// The base.
        base: String,
        /// The release's programs.
        programs: Vec<String>,
    },
    /// No build of the release is for a system that runs images.
    #[error("no build of the release can be an image: it has builds for {}", listed(.targets))]
    NoPlatform {
        /// The targets of its builds.
        targets: Vec<String>,
    },
    /// A target that the release has no build for.
    #[error("the release has no build for `{target}`")]
    NoBuild {
        /// The target.
        target: String,
        /// The targets of its builds.
        targets: Vec<String>,
    },
    /// Two builds of one platform.
    #[error("{} are both for {platform}, and an image has one build a platform", listed(.targets))]
    SamePlatform {
        /// The platform.
        platform: String,
        /// The targets.
        targets: Vec<String>,
    },
    /// A build that is not static, without a base.
    #[error("the build for {target} needs {}, and `scratch` holds nothing", listed(.needs))]
    NotStatic {
        /// The target.
        target: String,
        /// What it needs.
        needs: Vec<String>,
    },
    /// A base that cannot load the build.
    #[error("{}", unfit(.image, .cause))]
    Unfit {
        /// The base.
        image: String,
        /// Why.
        cause: Unloadable,
    },
    /// A base for other platforms.
    #[error("`{image}` is not for {wanted}")]
    OtherPlatform {
        /// The base.
        image: String,
        /// The platform that is wanted.
        wanted: String,
        /// Those that it is for.
        held: Vec<String>,
    },
    /// A base, or a part of one, that its holder does not have.
    #[error("`{image}` cannot be had: there is no `{missing}`")]
    NoBase {
        /// The base.
        image: String,
        /// What is missing.
        missing: String,
    },
    /// A base that is not what its digest says, or is no image.
    #[error("`{image}` cannot be a base: {why}")]
    BadBase {
        /// The base.
        image: String,
        /// Why.
        why: String,
    },
    /// A base with layers that are packed in a way that is not read.
    #[error("`{image}` has a layer of the kind `{kind}`")]
    LayerKind {
        /// The base.
        image: String,
        /// The media type.
        kind: String,
    },
    /// A tag that names another image.
    #[error("`{name}` already names another image, {standing}")]
    TagTaken {
        /// The name, with its tag.
        name: String,
        /// The digest of what it names.
        standing: String,
    },
    /// A registry that does not do what it is asked.
    #[error("the registry `{registry}` did not let us {act} `{name}`: {why}")]
    Registry {
        /// The registry.
        registry: String,
        /// What was tried: `read`, `write to`.
        act: &'static str,
        /// The image's name there.
        name: String,
        /// Why, without anything that could be a credential.
        why: String,
        /// What to look at.
        cause: RegistryCause,
        /// Where the login is: `from FILE`, or with whom one may be that was not asked.
        login: Option<String>,
    },
    /// A file of credentials that cannot be read.
    #[error("`{path}` says nothing about a registry: {why}", path = .path.display())]
    BadCredentials {
        /// The file.
        path: PathBuf,
        /// Why, without a credential.
        why: String,
    },
    /// The machine failed.
    #[error("cannot {act} `{path}`", path = .path.display())]
    Machine {
        /// What was tried: `read`, `write`.
        act: &'static str,
        /// On what.
        path: PathBuf,
        /// Why not.
        #[source]
        cause: io::Error,
    },
    /// The store does not hold it, or the build is damaged.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// A document cannot be read or written.
    #[error(transparent)]
    Artifact(#[from] artifact::Error),
    /// What every exporter refuses.
    #[error(transparent)]
    Export(#[from] export::Error),
}

/// What to look at where a registry does not do what it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RegistryCause {
    /// The way to it, or the registry itself.
    Network,
    /// Who asks.
    Credentials,
    /// It speaks no TLS.
    NoTls,
    /// Nobody whom this machine trusts speaks for its certificate.
    Certificate,
}

impl Error {
    pub(super) fn machine(act: &'static str, path: impl Into<PathBuf>, cause: io::Error) -> Self {
        Self::Machine { act, path: path.into(), cause }
    }
}

fn listed(words: &[String]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

fn unfit(image: &str, cause: &Unloadable) -> String {
    match cause {
        Unloadable::NoLoader { loader } => {
            format!("`{image}` has no `{loader}`, which loads the build's programs")
        }
        Unloadable::TooOld { needed, found, symbol } => {
            let because =
                symbol.as_ref().map(|(bin, symbol)| format!(" for `{symbol}` of `{bin}`")).unwrap_or_default();
            format!("`{image}` has glibc {found}, and the build needs {needed}{because}")
        }
        Unloadable::NoLibrary { library } => format!("`{image}` has no `{library}`, which the build needs"),
    }
}
