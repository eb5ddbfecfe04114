//! Which of a release's builds this machine runs.

use super::Error;
use crate::artifact::{ReleaseRecord, ReleasedBuild};
use std::env::consts::ARCH;

/// The C library that this program was built for; with equal claims its builds come first.
const LIBRARY: &str = if cfg!(target_env = "musl") { "musl" } else { "gnu" };

/// The build for this machine.
///
/// # Errors
/// Where the release has none.
pub fn build_here(record: &ReleaseRecord) -> Result<&ReleasedBuild, Error> {
    let fits = |build: &&ReleasedBuild| fits(&build.target, ARCH);
    let own = record.builds.iter().filter(fits).find(|build| build.target.ends_with(LIBRARY));
    own.or_else(|| record.builds.iter().find(fits)).ok_or_else(|| Error::NoBuild {
        release: record.release.to_string(),
        machine: format!("{ARCH}-linux"),
        targets: record.builds.iter().map(|build| build.target.clone()).collect(),
    })
}

/// A target triple is `ARCH-VENDOR-SYSTEM-LIBRARY`, where some architectures carry a level: `riscv64gc`, `armv7`.
fn fits(target: &str, arch: &str) -> bool {
    let (machine, rest) = target.split_once('-').unwrap_or((target, ""));
    machine.starts_with(arch) && rest.split('-').any(|part| part == "linux")
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn a_target_fits_its_machine() {
        assert!(fits("x86_64-unknown-linux-gnu", "x86_64") && fits("x86_64-unknown-linux-musl", "x86_64"));
        assert!(fits("riscv64gc-unknown-linux-gnu", "riscv64") && fits("armv7-unknown-linux-gnueabihf", "arm"));
        for bad in ["aarch64-unknown-linux-gnu", "x86_64-apple-darwin", "x86_64-pc-windows-msvc", ""] {
            assert!(!fits(bad, "x86_64"), "{bad}");
        }
    }
}
