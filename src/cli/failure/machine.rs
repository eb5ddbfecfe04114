//! What to do when the machine fails: what to type is told by the kind of its refusal, and the path that stands in it.

use super::{Advice, ExitCode};
use std::io::{self, ErrorKind};
use std::path::Path;

/// The advice for a refusal of the machine, about a path where it names one.
pub(super) fn advice(cause: &io::Error, path: Option<&Path>) -> Advice {
    Advice::hint(ExitCode::Machine, next(cause.kind(), path))
}

fn next(kind: ErrorKind, path: Option<&Path>) -> String {
    let quoted = |path: &Path| format!("'{}'", path.display());
    let at = path.map_or_else(|| ".".to_owned(), quoted);
    // What could not be written is not there: df(1) and findmnt(8) are asked about the folder that it was to be in.
    let standing = path.and_then(|path| path.ancestors().find(|one| one.exists()));
    let there = standing.map_or_else(|| ".".to_owned(), quoted);
    match kind {
        ErrorKind::NotFound => {
            format!("`ls -la {there}` shows what is there; it may have been removed meanwhile")
        }
        ErrorKind::PermissionDenied => {
            format!("`namei -l {at}` shows who owns it and each folder above; `id` who is asking")
        }
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            format!("make room: `df -h {there}; df -i {there}` shows how full it is")
        }
        ErrorKind::ReadOnlyFilesystem => {
            format!("`findmnt -T {there}` shows how it is mounted; name a place that can be written")
        }
        ErrorKind::IsADirectory | ErrorKind::NotADirectory => {
            format!(
                "`ls -ld {at}` shows what stands there; name a file where a file is meant, a folder where a folder is"
            )
        }
        ErrorKind::OutOfMemory => "`free -h` shows what is left of memory".to_owned(),
        _ => format!("`ls -ld {at}` and `dmesg | tail` show what the machine has against it"),
    }
}

#[cfg(test)]
mod tests {
    use super::next;
    use std::io::ErrorKind;
    use std::path::Path;

    #[test]
    fn each_refusal_of_the_machine_has_its_next_step() {
        let hint = |kind| next(kind, Some(Path::new("/dev")));
        assert!(hint(ErrorKind::StorageFull).contains("df -h '/dev'"));
        assert!(hint(ErrorKind::PermissionDenied).contains("namei -l '/dev'"));
        assert!(hint(ErrorKind::ReadOnlyFilesystem).contains("findmnt -T '/dev'"));
        assert!(next(ErrorKind::Other, None).contains("ls -ld ."));
    }

    #[test]
    fn a_file_that_was_never_written_is_not_what_is_looked_at() {
        let hint = |kind| next(kind, Some(Path::new("/dev/no such folder/v1.json")));
        assert_eq!(hint(ErrorKind::StorageFull), "make room: `df -h '/dev'; df -i '/dev'` shows how full it is");
        assert!(hint(ErrorKind::ReadOnlyFilesystem).starts_with("`findmnt -T '/dev'` shows"));
        assert!(hint(ErrorKind::NotFound).starts_with("`ls -la '/dev'` shows"));
    }
}
