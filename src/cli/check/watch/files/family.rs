//! Which processes are meant: what a supervisor started, and all that descends from it.

use crate::cli::check::watch::descent::parent;
use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// The processes below the supervisors of a watch.
#[derive(Debug)]
pub(super) struct Family {
    supervisors: BTreeSet<u32>,
    /// Their TMPDIR lies below its `tmp`, also once their parents are gone; that of a supervisor is it.
    folder: PathBuf,
    /// What was found out about processes: an answer outlives its process.
    known: BTreeMap<u32, bool>,
}

impl Family {
    pub(super) fn below(folder: &Path) -> Self {
        Self { supervisors: BTreeSet::new(), folder: folder.to_path_buf(), known: BTreeMap::new() }
    }

    pub(super) fn follow(&mut self, supervisor: u32) {
        self.supervisors.insert(supervisor);
        // A number may have been another's before.
        self.known.clear();
    }

    /// Whether a process belongs to them; none where it is gone and was never asked about.
    pub(super) fn holds(&mut self, pid: u32) -> Option<bool> {
        if self.supervisors.contains(&pid) || pid == std::process::id() {
            return Some(false);
        }
        if let Some(known) = self.known.get(&pid) {
            return Some(*known);
        }
        let holds = self.descends(pid)? || self.works_in_folder(pid);
        self.known.insert(pid, holds);
        Some(holds)
    }

    fn descends(&self, pid: u32) -> Option<bool> {
        let mut one = pid;
        let mut first = true;
        while one > 1 {
            let Some(parent) = parent(one) else { return if first { None } else { Some(false) } };
            if self.supervisors.contains(&parent) || self.known.get(&parent) == Some(&true) {
                return Some(true);
            }
            (one, first) = (parent, false);
        }
        Some(false)
    }

    fn works_in_folder(&self, pid: u32) -> bool {
        let name = [b"TMPDIR=", self.folder.as_os_str().as_bytes(), b"/tmp/"].concat();
        let environment = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        environment.split(|byte| *byte == 0).any(|one| one.starts_with(&name))
    }
}
