//! What stands in a project where a file of the template goes. Links are never followed: they could lead out of it.

use crate::scaffold::plan::Mode;
use crate::scaffold::{Error, ProjectPath};
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// What stands there.
pub(super) enum Standing {
    /// Nothing.
    Nothing,
    /// A regular file.
    File {
        /// Whether it can be run.
        mode: Mode,
        /// All of it.
        bytes: Vec<u8>,
    },
    /// Something that is not a file: what.
    Other(&'static str),
}

impl Standing {
    pub(super) fn of(project: &Path, path: &ProjectPath) -> Result<Self, Error> {
        let full = project.join(path.as_path());
        let mut above = project.to_owned();
        for part in path.as_path().parent().into_iter().flat_map(Path::components) {
            above.push(part);
            match fs::symlink_metadata(&above) {
                Err(cause) if is_absence(&cause) => return Ok(Self::Nothing),
                Err(cause) => return Err(Error::machine("look at", above)(cause)),
                Ok(found) if found.is_symlink() => return Ok(Self::Other("a folder that is a link")),
                Ok(found) if !found.is_dir() => return Ok(Self::Other("a file where a folder would be")),
                Ok(_) => {}
            }
        }
        match fs::symlink_metadata(&full) {
            Err(cause) if is_absence(&cause) => Ok(Self::Nothing),
            Err(cause) => Err(Error::machine("look at", full)(cause)),
            Ok(found) if found.is_symlink() => Ok(Self::Other("a link")),
            Ok(found) if found.is_dir() => Ok(Self::Other("a folder")),
            Ok(found) if !found.is_file() => Ok(Self::Other("no regular file")),
            Ok(found) => {
                let executable = found.permissions().mode() & 0o100 != 0;
                let mode = if executable { Mode::Executable } else { Mode::Plain };
                Ok(Self::File { mode, bytes: fs::read(&full).map_err(Error::machine("read", full))? })
            }
        }
    }
}

fn is_absence(cause: &io::Error) -> bool {
    matches!(cause.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}
