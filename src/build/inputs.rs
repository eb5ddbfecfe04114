//! What rustc read. The commit, the verified packages and what their build scripts made are all that a build is made
//! of; a macro that includes a file of the machine (`include_str!("/etc/hostname")`) would make another build on the
//! next one. rustc lists every file that it reads beside what it makes (its dep-info).

use super::Error;
use super::compiled::Compiled;
use super::places::Places;
use crate::codebase::Packages;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};

/// Refuses a build of which a unit was compiled from a file that is none of its own. Relative paths start at the
/// workspace's folder, as the compiler sees it.
pub(super) fn refuse_foreign(compiled: &Compiled, packages: &Packages, places: &Places) -> Result<(), Error> {
    let workspace = packages.workspace_root();
    let own = [&places.source, &places.cargo_home, &places.target, &places.toolchain.sysroot];
    let mut lists = Lists::default();
    for (package, made) in compiled.made() {
        let Some(list) = lists.of(&places.here(made)) else { continue };
        let text = fs::read_to_string(&list).map_err(Error::machine(&list, "read"))?;
        let mut all = inputs(&text).into_iter().map(|input| normal(&workspace.join(input)));
        if let Some(path) = all.find(|path| !own.iter().any(|own| path.starts_with(own))) {
            let name = packages.by_id(package).map(|package| package.name.to_string());
            return Err(Error::ForeignInput { package: name.unwrap_or_else(|| package.repr.clone()), path });
        }
    }
    Ok(())
}

/// The dep-info of what was made. What cargo gives a plain name is a link to a file with a hash in its name, and it is
/// that one which has a list.
#[derive(Default)]
struct Lists {
    by_inode: BTreeMap<PathBuf, BTreeMap<u64, PathBuf>>,
}

impl Lists {
    fn of(&mut self, made: &Path) -> Option<PathBuf> {
        let folder = made.parent()?;
        let inode = fs::metadata(made).ok()?.ino();
        // Beside a plain name cargo puts a list of its own, which has what build scripts named in it too.
        let deps = folder.join("deps");
        self.inside(if deps.is_dir() { &deps } else { folder }).get(&inode).cloned()
    }

    fn inside(&mut self, folder: &Path) -> &BTreeMap<u64, PathBuf> {
        self.by_inode.entry(folder.to_path_buf()).or_insert_with(|| {
            let entries = fs::read_dir(folder).into_iter().flatten().flatten();
            let with_list = entries.filter_map(|entry| {
                let path = entry.path();
                let stem = path.file_stem()?.to_str()?;
                let list = |stem: &str| Some(folder.join(format!("{stem}.d"))).filter(|list| list.is_file());
                // A library's list goes without the `lib` of its name.
                let list = stem.strip_prefix("lib").and_then(list).or_else(|| list(stem))?;
                Some((entry.metadata().ok()?.ino(), list))
            });
            with_list.collect()
        })
    }
}

/// The files in a list, which is written as make(1) reads it: `made: input input`, a space in a name after a backslash.
fn inputs(list: &str) -> Vec<PathBuf> {
    let rules = list.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(": "));
    let mut found = Vec::new();
    for (_, inputs) in rules {
        let mut name = String::new();
        let mut characters = inputs.chars().peekable();
        while let Some(one) = characters.next() {
            match one {
                '\\' if characters.peek() == Some(&' ') => name.extend(characters.next()),
                ' ' => found.push(PathBuf::from(std::mem::take(&mut name))),
                other => name.push(other),
            }
        }
        found.push(PathBuf::from(name));
    }
    found.retain(|path| !path.as_os_str().is_empty());
    found
}

/// The path without `.` and `..`.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(normal.pop()),
            Component::CurDir => {}
            other => normal.push(other),
        }
    }
    normal
}

#[cfg(test)]
mod tests {
    use super::{inputs, normal};
    use std::path::{Path, PathBuf};

    #[test]
    fn a_list_is_read_as_make_reads_it() {
        let list = "/b/target/deps/shop-1: src/main.rs src/a\\ b.rs /etc/hostname\n\nsrc/main.rs:\n# env-dep:X=a: b\n";
        assert_eq!(inputs(list), ["src/main.rs", "src/a b.rs", "/etc/hostname"].map(PathBuf::from));
        assert_eq!(normal(Path::new("/b/src/./src/../../../etc/x")), Path::new("/etc/x"));
    }
}
