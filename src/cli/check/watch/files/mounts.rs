//! The file systems of the machine that hold files: what is mounted, without what the kernel only pretends.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Kinds that hold no files of anybody (filesystems(5)).
const PRETENDED: [&str; 23] = [
    "autofs",
    "binfmt_misc",
    "bpf",
    "cgroup",
    "cgroup2",
    "configfs",
    "debugfs",
    "devpts",
    "devtmpfs",
    "efivarfs",
    "fusectl",
    "hugetlbfs",
    "mqueue",
    "nsfs",
    "proc",
    "pstore",
    "ramfs",
    "rpc_pipefs",
    "securityfs",
    "selinuxfs",
    "squashfs",
    "sysfs",
    "tracefs",
];

/// Where each file system that can be written is mounted, once each, in the order of mounting.
pub(super) fn writable() -> Vec<PathBuf> {
    from_text(&std::fs::read_to_string("/proc/self/mountinfo").unwrap_or_default())
}

/// Whether a folder is the root of something that is only pretended.
pub(super) fn pretended() -> BTreeSet<PathBuf> {
    let text = std::fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    text.lines().filter_map(mount).filter(|mount| PRETENDED.contains(&mount.kind)).map(|mount| mount.path).collect()
}

fn from_text(text: &str) -> Vec<PathBuf> {
    let mut known = BTreeSet::new();
    let held = text.lines().filter_map(mount).filter(|one| !PRETENDED.contains(&one.kind) && !one.read_only);
    held.filter(|one| known.insert(one.device.to_owned())).map(|one| one.path).collect()
}

struct Mount<'a> {
    device: &'a str,
    path: PathBuf,
    kind: &'a str,
    read_only: bool,
}

/// One line: id, parent, device, root, path, options, fields up to a dash, kind, source, its options (proc(5)).
fn mount(line: &str) -> Option<Mount<'_>> {
    let (left, right) = line.split_once(" - ")?;
    let left: Vec<&str> = left.split(' ').collect();
    let (kind, device) = (right.split(' ').next()?, *left.get(2)?);
    let read_only = left.get(5)?.split(',').any(|option| option == "ro");
    let path = left.get(4)?.replace("\\040", " ").replace("\\011", "\t").replace("\\012", "\n").replace("\\134", "\\");
    Some(Mount { device, path: Path::new(&path).to_path_buf(), kind, read_only })
}

#[cfg(test)]
mod tests {
    use super::from_text;
    use std::path::PathBuf;

    #[test]
    fn a_file_system_counts_once_and_what_is_pretended_or_read_only_does_not() {
        let text = "22 27 0:21 / /proc rw - proc proc rw\n27 1 254:0 / / rw,relatime - ext4 /dev/vda rw\n\
            28 27 254:0 /srv /mnt/a\\040b rw - ext4 /dev/vda rw\n29 27 254:1 / /data\\040one rw shared:1 - xfs /dev/vdb rw\n\
            30 27 254:2 / /cd ro - iso9660 /dev/sr0 ro\n";
        assert_eq!(from_text(text), [PathBuf::from("/"), PathBuf::from("/data one")]);
    }
}
