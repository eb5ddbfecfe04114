//! What to do when a store fails.

use super::{Advice, ExitCode, listed};
use crate::report::nearest;
use crate::store::{Error, RemoteCause};

pub(super) fn advice(error: &Error) -> Advice {
    match error {
        Error::Machine { path, cause, .. } => super::machine::advice(cause, Some(path)),
        Error::Unreachable { .. } => {
            Advice::hint(ExitCode::Unavailable, "name another with `--store` or TWELVE_STORE, or mend its permissions")
        }
        Error::Unsupported { location, .. } => {
            let scheme = location.split_once("://").map_or("", |(scheme, _)| scheme);
            let near = nearest(scheme, ["s3", "gs", "az"]).filter(|near| *near != scheme);
            let near = near.map(|near| format!("did you mean `{near}://`? ")).unwrap_or_default();
            Advice::hint(
                ExitCode::Usage,
                format!("{near}a store is a folder, `s3://BUCKET/PREFIX`, `gs://...` or `az://...`"),
            )
        }
        Error::PlainHttp { allow, .. } => Advice::hint(
            ExitCode::Usage,
            format!("name an `https://` one; `export {allow}=true` says that this is meant"),
        ),
        Error::Remote { store, cause, .. } => Advice::hint(ExitCode::Unavailable, remote(store, *cause)),
        Error::NotCreateOnly { .. } => Advice::hint(
            ExitCode::Refused,
            "use a store that honours `If-None-Match: *`, such as Amazon S3, Google Cloud Storage, Azure, MinIO or SeaweedFS, or a folder",
        ),
        Error::Empty { .. } => Advice::hint(
            ExitCode::Unavailable,
            "look whether it is mounted and named right; `--release-id vN` starts a release that has run here without it",
        ),
        Error::NoAnswer { .. } => Advice::hint(
            ExitCode::Unavailable,
            "look whether it is mounted and reachable; `--release-id vN` starts a release that has run here without it",
        ),
        Error::NoApp { app, held, .. } => {
            let near = nearest(app.as_str(), held.iter().map(crate::app::AppName::as_str));
            Advice::hint(
                ExitCode::NotFound,
                match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None if held.is_empty() => {
                        "it is empty: look whether it is mounted and named right; where it is new, `cargo twelve release` makes its first release"
                            .to_owned()
                    }
                    None => format!("it holds {}", listed(held)),
                },
            )
        }
        Error::NoReleaseYet { .. } => {
            Advice::hint(ExitCode::NotFound, "make its first release with `cargo twelve release`")
        }
        Error::WhichApp { held, .. } if held.is_empty() => Advice::hint(
            ExitCode::NotFound,
            "make a first release with `cargo twelve release`, or name another store with `--store`",
        ),
        Error::WhichApp { held, .. } => {
            let one = held.first().map_or("APP", crate::app::AppName::as_str);
            let hint = format!(
                "name it: `{one}@v1` for a release, `{one}@production` for a deploy, `{one}` where an app is asked for; it holds {}",
                listed(held)
            );
            Advice::hint(ExitCode::Usage, hint)
        }
        Error::NoRelease { newest, .. } => {
            Advice::hint(ExitCode::NotFound, format!("the newest are {}", listed(newest)))
        }
        Error::NoDeploy { app, deploy, known } => {
            // Whoever meant the newest release asked for a deploy with a slip in its name.
            let names = known.iter().map(crate::app::DeployName::as_str).chain(["latest"]);
            let near = nearest(deploy.as_str(), names);
            Advice::hint(
                ExitCode::NotFound,
                match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None if known.is_empty() => {
                        format!("`cargo twelve deploy {app}@{deploy} RELEASE --env-file FILE` makes it")
                    }
                    None => format!("it has {}", listed(known)),
                },
            )
        }
        Error::NothingDeployed { app, deploy } => {
            Advice::hint(ExitCode::NotFound, format!("`cargo twelve deploys {app}@{deploy}` says what happened"))
        }
        Error::Lost { .. } => {
            Advice::hint(ExitCode::Data, "restore it from a copy of the store; a newer release works meanwhile")
        }
        Error::Gap { .. } => Advice::hint(
            ExitCode::Data,
            "restore it from a copy of the store; `cargo twelve verify --all` names all that is missing",
        ),
        Error::Pruned { commit, .. } => Advice::hint(
            ExitCode::NotFound,
            format!(
                "`cargo twelve release --rev {commit} --older` makes it a new release; `cargo twelve releases` lists what there is"
            ),
        ),
        Error::DamagedTarball { name, .. } => Advice::hint(
            ExitCode::Data,
            format!("restore it from a copy of the store, or compile it again: rm {name} && cargo twelve release"),
        ),
        Error::OtherCodebase { .. } => Advice::hint(
            ExitCode::Refused,
            "give one of the apps another name: `[app] name = \"...\"` in twelve.toml, or use another store",
        ),
        Error::Artifact(error) => super::artifact::advice(error),
    }
}

/// What to look at where an object store does not do what it is asked.
fn remote(store: &str, cause: RemoteCause) -> String {
    let (endpoint, credentials) = match store.split_once("://") {
        Some(("gs", _)) => ("GOOGLE_BASE_URL", "GOOGLE_APPLICATION_CREDENTIALS or GOOGLE_SERVICE_ACCOUNT"),
        Some(("az", _)) => {
            ("AZURE_ENDPOINT", "AZURE_STORAGE_ACCOUNT_NAME and AZURE_STORAGE_ACCOUNT_KEY, or AZURE_STORAGE_SAS_TOKEN")
        }
        _ => ("AWS_ENDPOINT_URL and AWS_REGION", "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and AWS_SESSION_TOKEN"),
    };
    match cause {
        RemoteCause::Network => format!("type it again when the store can be reached; where it is say {endpoint}"),
        RemoteCause::Credentials => format!("who asks say {credentials}; they must allow to get, list and put"),
        RemoteCause::Authorities => "install the certificates of authorities (Debian package ca-certificates), or name a file with them in SSL_CERT_FILE; \
                                     it also names an authority of your own"
            .to_owned(),
        RemoteCause::OtherServer => {
            format!("what answers does not speak as this kind of store does: look at {endpoint}, which say where it is")
        }
        RemoteCause::NoBucket => "make the bucket, or name another store with `--store` or TWELVE_STORE".to_owned(),
    }
}
