//! Whose signatures are believed: what every command takes that acts on a release.

use super::failure::UsageError;
use super::surroundings::Surroundings;
use crate::artifact::{Error, Signers, Trust};
use crate::report::Event;
use clap::Args;
use jiff::tz::TimeZone;
use std::num::NonZeroUsize;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// The largest signers file that is read, in bytes.
const LARGEST_SIGNERS: u64 = 1 << 20;

/// Whose signatures are believed.
#[derive(Debug, Args)]
pub(crate) struct TrustOptions {
    /// Believe only what a key in this file has signed: OpenSSH's allowed_signers format
    #[arg(long, value_name = "FILE", env = "TWELVE_SIGNERS", hide_env_values = true, help_heading = "Trust")]
    signers: Option<PathBuf>,
    /// How many different keys must have signed [default: 1]
    #[arg(long, value_name = "COUNT", help_heading = "Trust")]
    require_signers: Option<NonZeroUsize>,
}

impl TrustOptions {
    /// Who is trusted; nobody in particular where no signers are named.
    pub(crate) fn trust(&self, surroundings: &Surroundings) -> anyhow::Result<Option<Trust>> {
        let Some(path) = &self.signers else {
            return match self.require_signers {
                None => Ok(None),
                Some(_) => Err(UsageError {
                    message: "`--require-signers` counts the keys of a signers file, and none is named".to_owned(),
                    hint: "name it with `--signers FILE` or TWELVE_SIGNERS".to_owned(),
                }
                .into()),
            };
        };
        let bytes = read(path, surroundings)?;
        let signers = Signers::parse(&path.to_string_lossy(), &bytes, &TimeZone::system())?;
        let required = self.require_signers.unwrap_or(NonZeroUsize::MIN);
        Ok(Some(Trust { signers, required, now: surroundings.now() }))
    }
}

fn read(path: &Path, surroundings: &Surroundings) -> anyhow::Result<Vec<u8>> {
    use std::io::Read;
    let full = surroundings.resolve(path);
    let unreadable = |cause: std::io::Error| match cause.kind() {
        std::io::ErrorKind::NotFound => anyhow::Error::from(UsageError {
            message: format!("there is no signers file `{}`", path.display()),
            hint: "`--signers` and TWELVE_SIGNERS take a path from the working directory".to_owned(),
        }),
        _ => Error::Machine { path: full.clone(), act: "read", cause }.into(),
    };
    let file = std::fs::File::open(&full).map_err(unreadable)?;
    let mode = file.metadata().map_err(unreadable)?.mode();
    if mode & 0o022 != 0 {
        let name = path.display();
        surroundings.reporter.tell(&Event::warning_with_hint(
            format!("others than its owner can write `{name}`, and so choose whom this machine trusts"),
            format!("`chmod go-w {name}`"),
        ));
    }
    let mut bytes = Vec::new();
    file.take(LARGEST_SIGNERS).read_to_end(&mut bytes).map_err(unreadable)?;
    Ok(bytes)
}
