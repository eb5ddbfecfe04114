//! The processes of this machine, as /proc shows them, and which of them descend from us.
//!
//! We are a child subreaper (prctl(2)): a process whose parent dies becomes our child, however it detached itself. So
//! "everything that we started, directly or not" is exactly "everything whose line of parents leads to us".

use rustix::process::{Pid, PidfdFlags, Signal, getpid, pidfd_open, pidfd_send_signal};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read;

/// A process, as /proc/PID/stat tells it (proc_pid_stat(5)).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) pid: Pid,
    pub(super) parent: i32,
    pub(super) group: i32,
    pub(super) name: String,
    /// Z: it has ended, and its parent has not asked for it yet.
    pub(super) zombie: bool,
    /// Its memory, in pages.
    pub(super) pages: u64,
    /// When it started, in ticks since boot: with the pid, this is one process for ever.
    started: u64,
}

/// All processes that /proc shows.
pub(super) fn rows() -> Vec<Row> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).filter_map(row).collect()
}

/// What descends from us, without `except` and what is below them, and without what has ended already.
pub(super) fn descendants(except: &[Pid]) -> Vec<Row> {
    let rows = rows();
    let mut children: BTreeMap<i32, Vec<&Row>> = BTreeMap::new();
    for row in &rows {
        children.entry(row.parent).or_default().push(row);
    }
    let mut found = Vec::new();
    let mut open = vec![getpid().as_raw_pid()];
    let mut seen = BTreeSet::new();
    while let Some(parent) = open.pop() {
        for row in children.get(&parent).into_iter().flatten() {
            if !except.contains(&row.pid) && seen.insert(row.pid.as_raw_pid()) {
                open.push(row.pid.as_raw_pid());
                found.push((*row).clone());
            }
        }
    }
    found.retain(|row| !row.zombie);
    found
}

/// Signals a process that was seen in the table, and no other: its number may have been given away since.
pub(super) fn signal(row: &Row, signal: Signal) {
    let Ok(process) = pidfd_open(row.pid, PidfdFlags::empty()) else { return };
    if self::row(row.pid.as_raw_pid()).is_some_and(|now| now.started == row.started) {
        // It may have ended in between, or belong to a user that we may not signal; the next look tells.
        let _ = pidfd_send_signal(&process, signal);
    }
}

/// Whether a child of ours lives beside `except`: the one question after an orderly stop, answered by one small file
/// where the kernel has it (proc_pid_children(5)), which is exact when asked for oneself. None where it has not.
pub(super) fn has_children(except: &[Pid]) -> Option<bool> {
    let own = getpid().as_raw_pid();
    let children = fs::read_to_string(format!("/proc/{own}/task/{own}/children")).ok()?;
    let pids = children.split_ascii_whitespace().filter_map(|pid| Pid::from_raw(pid.parse().ok()?));
    Some(pids.into_iter().any(|pid| !except.contains(&pid)))
}

fn row(pid: i32) -> Option<Row> {
    // One read: the fields that count stand in the first 200 bytes, and the kernel writes the file when it is read.
    let mut stat = [0; 512];
    let mut file = fs::File::open(format!("/proc/{pid}/stat")).ok()?;
    let count = file.read(&mut stat).ok()?;
    parsed(&String::from_utf8_lossy(stat.get(..count)?))
}

/// The name stands in parentheses and may hold any character, also a closing one: the last one ends it.
fn parsed(stat: &str) -> Option<Row> {
    let (pid, rest) = stat.split_once(" (")?;
    let (name, rest) = rest.rsplit_once(") ")?;
    let fields: Vec<&str> = rest.split(' ').collect();
    let [state, parent, group, ..] = fields.as_slice() else { return None };
    Some(Row {
        pid: Pid::from_raw(pid.parse().ok()?)?,
        parent: parent.parse().ok()?,
        group: group.parse().ok()?,
        name: name.escape_debug().to_string(),
        zombie: matches!(*state, "Z" | "X"),
        // Field 22; the state, which is field 3, has the index 0.
        started: fields.get(19)?.parse().ok()?,
        pages: fields.get(21)?.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::{descendants, parsed};
    use std::process::Command;

    #[test]
    fn a_name_may_hold_anything() {
        let rest = "S 7 42 42 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 98765 1 2 3";
        let row = parsed(&format!("42 (a) (b) S 1\n) {rest}")).expect("a row");
        assert_eq!((row.pid.as_raw_pid(), row.parent, row.group, row.started), (42, 7, 42, 98_765));
        assert_eq!(row.name, "a) (b) S 1\\n");
        assert!(!row.zombie);
        assert_eq!(parsed("42 (a"), None);
    }

    #[test]
    fn children_of_children_are_found() {
        let mut child = Command::new("sh").args(["-c", "sleep 60 & wait"]).spawn().expect("started");
        let pid = i32::try_from(child.id()).expect("a pid");
        let found = loop {
            let found = descendants(&[]);
            if let Some(grandchild) = found.iter().find(|row| row.parent == pid) {
                break grandchild.clone();
            }
        };
        assert!(descendants(&[]).iter().any(|row| row.pid.as_raw_pid() == pid));
        assert!(
            !descendants(&[rustix::process::Pid::from_raw(pid).expect("a pid")]).iter().any(|row| row.pid == found.pid)
        );
        super::signal(&found, rustix::process::Signal::KILL);
        child.wait().expect("it ended");
    }
}
