//! Who started whom, as the kernel knows it (proc(5), `/proc/PID/stat`).

use std::collections::{BTreeMap, BTreeSet};

/// The parent of a process, where it lives (proc(5), `/proc/PID/stat`).
pub(super) fn parent(pid: u32) -> Option<u32> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in parentheses may hold anything, also parentheses.
    stat.rsplit(')').next()?.split_whitespace().nth(1)?.parse().ok()
}

/// A process and all that descend from it, by their parents' ids (proc(5), `/proc/PID/stat`).
pub(super) fn descendants(root: u32) -> BTreeSet<u32> {
    let mut children: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        children.entry(parent(pid).unwrap_or(0)).or_default().push(pid);
    }
    let mut all = BTreeSet::new();
    let mut open = vec![root];
    while let Some(pid) = open.pop() {
        if all.insert(pid) {
            open.extend(children.get(&pid).into_iter().flatten());
        }
    }
    all
}
