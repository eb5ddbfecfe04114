//! What to do when there is no image.

use super::{Advice, ExitCode, listed};
use crate::artifact::Unloadable;
use crate::export::oci::{Error, RegistryCause};
use crate::report::nearest;

pub(super) fn advice(error: &Error) -> Advice {
    match error {
        Error::NotDeclared { name, declared, .. } => {
            let near =
                nearest(name, declared.iter().map(String::as_str)).map(|near| format!("did you mean `{near}`? "));
            Advice::hint(ExitCode::NotFound, format!("{}it declares {}", near.unwrap_or_default(), listed(declared)))
        }
        Error::WhichProcess { declared, .. } => {
            Advice::hint(ExitCode::Usage, format!("name one with `--process`: {}", listed(declared)))
        }
        Error::Variables { .. } => Advice::hint(
            ExitCode::Refused,
            "read them in the program and not on its command line; PORT, RELEASE_ID, RELEASE_VERSION and RELEASE_COMMIT may stand there",
        ),
        Error::NoProgram { word, programs, base, .. } => Advice::hint(
            ExitCode::Refused,
            match nearest(word, programs.iter().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None if base == "scratch" => {
                    format!(
                        "name a base that has it: `--base NAME@sha256:...`; the release's programs are {}",
                        listed(programs)
                    )
                }
                None => format!("name a base that has it; the release's programs are {}", listed(programs)),
            },
        ),
        Error::NoPlatform { .. } => Advice::hint(
            ExitCode::NotFound,
            "add a target for Linux to `[build] targets` in twelve.toml, and release again",
        ),
        Error::NoBuild { targets, .. } => {
            Advice::hint(ExitCode::NotFound, format!("it has builds for {}", listed(targets)))
        }
        Error::SamePlatform { targets, .. } => Advice::hint(
            ExitCode::Usage,
            format!(
                "choose one: {}",
                targets.iter().map(|target| format!("`--target {target}`")).collect::<Vec<_>>().join(" or ")
            ),
        ),
        Error::NotStatic { target, .. } => Advice::hint(
            ExitCode::Refused,
            format!(
                "build it on a base that has them, `--base NAME@sha256:...`, or for `{}`: \
                 `[build] targets` in twelve.toml",
                musl(target)
            ),
        ),
        Error::Unfit { cause: Unloadable::TooOld { found, .. }, .. } => Advice::hint(
            ExitCode::Refused,
            format!(
                "name a newer base, or build on a system as old; `[build] max-glibc = \"{found}\"` refuses what would not run there"
            ),
        ),
        Error::Unfit { .. } => Advice::hint(
            ExitCode::Refused,
            "name a base that has it: images called `cc` or `base` have a C library, a system's own image most others",
        ),
        Error::OtherPlatform { held, wanted, .. } if held.is_empty() => {
            Advice::hint(ExitCode::Refused, format!("name one for {wanted}; this one does not say what it is for"))
        }
        Error::OtherPlatform { held, wanted, .. } => {
            Advice::hint(ExitCode::Refused, format!("it is for {}; name one for {wanted}", listed(held)))
        }
        Error::NoBase { .. } => Advice::hint(
            ExitCode::NotFound,
            "`skopeo inspect --format '{{.Digest}}' docker://NAME:TAG` tells the digest that a tag has now",
        ),
        Error::BadBase { .. } => Advice::hint(ExitCode::Data, "take it anew from where it is from, by that digest"),
        Error::LayerKind { .. } => Advice::hint(
            ExitCode::Refused,
            "pack it anew: `skopeo copy --dest-compress-format gzip docker://NAME@sha256:... oci:DIR`, and `--base oci:DIR@sha256:...`",
        ),
        Error::TagTaken { .. } => Advice::hint(
            ExitCode::WouldOverwrite,
            "a release's own tag is not moved: say another one, `--to docker://REGISTRY/NAME:TAG`, or remove that one from the registry",
        ),
        Error::Registry { cause: RegistryCause::Network, .. } => Advice::hint(
            ExitCode::Unavailable,
            "type it again when the registry can be reached; what it has is not sent again",
        ),
        Error::Registry { cause: RegistryCause::NoTls, .. } => Advice::hint(
            ExitCode::Unavailable,
            "`--insecure` speaks to it without, and so shows the login to whoever is on the way",
        ),
        Error::Registry { cause: RegistryCause::Certificate, .. } => Advice::hint(
            ExitCode::Unavailable,
            "SSL_CERT_FILE names a file with the authority that speaks for it, where that is one of your own",
        ),
        Error::Registry { cause: RegistryCause::Credentials, registry, login, .. } => Advice::hint(
            ExitCode::Unavailable,
            match login {
                Some(login) => format!(
                    "the login is {login}; `podman login {registry}` or `docker login {registry}` keeps another"
                ),
                None => format!(
                    "`podman login {registry}` or `docker login {registry}` keeps a login, which is used here too"
                ),
            },
        ),
        Error::BadCredentials { .. } => Advice::hint(
            ExitCode::Data,
            "`podman login REGISTRY` or `docker login REGISTRY` writes it anew; DOCKER_CONFIG and REGISTRY_AUTH_FILE say where it is",
        ),
        Error::Machine { path, cause, .. } => super::machine::advice(cause, Some(path)),
        Error::Store(error) => super::store::advice(error),
        Error::Artifact(error) => super::artifact::advice(error),
        Error::Export(error) => super::export::advice(error),
    }
}

/// The target of the same machine whose programs need no library.
fn musl(target: &str) -> String {
    let machine = target.split('-').next().unwrap_or(target);
    match machine {
        "armv7" => "armv7-unknown-linux-musleabihf".to_owned(),
        machine => format!("{machine}-unknown-linux-musl"),
    }
}
