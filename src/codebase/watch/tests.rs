//! What counts as a change, with the kernel's own reports.

use super::{Change, Judgement, Watch};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::fs;
use std::path::{Path, PathBuf};

struct Watched {
    _folder: tempfile::TempDir,
    root: PathBuf,
    watch: Watch,
}

impl Watched {
    /// A codebase with a source, a target folder as cargo makes it, and a folder that git ignores.
    fn new() -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let root = folder.path().canonicalize()?;
        git2::Repository::init(&root)?;
        for made in ["src/deep", "target/debug", "ignored"] {
            fs::create_dir_all(root.join(made))?;
        }
        fs::write(root.join(".gitignore"), "/ignored\n.env\n*.log\n")?;
        fs::write(root.join("target/CACHEDIR.TAG"), "")?;
        fs::write(root.join("src/main.rs"), "fn main() {}")?;
        fs::write(root.join("src/deep/mod.rs"), "")?;
        let mut watch = Watch::around(&root)?;
        watch.follow(&root)?;
        watch.follow_file(&root.join(".env"))?;
        Ok(Self { _folder: folder, root, watch })
    }

    fn at(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    fn changes(&mut self) -> anyhow::Result<Vec<String>> {
        let changed = self.watch.changes(Judgement::Writes)?;
        let below = |one: &Change| one.path.strip_prefix(&self.root).map(|path| path.display().to_string());
        Ok(changed.iter().map(below).collect::<Result<_, _>>()?)
    }
}

#[test]
fn every_habit_of_saving_is_one_change_of_the_file_that_is_meant() -> anyhow::Result<()> {
    type Save = fn(&Path) -> std::io::Result<()>;
    let habits: [(&str, Save); 5] = [
        ("in place", |path| fs::write(path, "fn main() { }")),
        ("a rename over it", |path| {
            let beside = path.with_file_name(".main.rs.tmp~");
            fs::write(&beside, "fn main() { 1; }")?;
            fs::rename(beside, path)
        }),
        ("the old one moved away first, as Vim does", |path| {
            fs::write(path.with_file_name("4913"), "")?;
            fs::remove_file(path.with_file_name("4913"))?;
            fs::rename(path, path.with_file_name("main.rs~"))?;
            fs::write(path, "fn main() { 2; }")?;
            fs::remove_file(path.with_file_name("main.rs~"))
        }),
        ("a name that came and went", |path| {
            fs::write(path.with_file_name("scratch"), "")?;
            fs::remove_file(path.with_file_name("scratch"))?;
            fs::write(path, "fn main() { 3; }")
        }),
        ("a hard link", |path| {
            fs::write(path.with_file_name("new~"), "fn main() { 4; }")?;
            fs::remove_file(path)?;
            fs::hard_link(path.with_file_name("new~"), path)?;
            fs::remove_file(path.with_file_name("new~"))
        }),
    ];
    let mut watched = Watched::new()?;
    for (habit, save) in habits {
        save(&watched.at("src/main.rs"))?;
        assert_eq!(watched.changes()?, ["src/main.rs"], "{habit}");
        assert!(watched.changes()?.is_empty(), "{habit}");
    }
    Ok(())
}

#[test]
fn what_is_none_of_the_codebases_is_no_change() -> anyhow::Result<()> {
    let mut watched = Watched::new()?;
    for path in ["target/debug/shop", "ignored/a", ".git/HEAD.lock", "a.log", "src/.main.rs.swp", "src/main.rs~"] {
        fs::write(watched.at(path), "x")?;
        assert!(watched.changes()?.is_empty(), "{path}");
    }
    fs::create_dir(watched.at("empty"))?;
    assert!(watched.changes()?.is_empty(), "a folder without files");
    let _ = fs::read(watched.at("src/main.rs"))?;
    assert!(watched.changes()?.is_empty(), "reading");
    Ok(())
}

#[test]
fn a_named_file_counts_though_it_is_ignored() -> anyhow::Result<()> {
    let mut watched = Watched::new()?;
    fs::write(watched.at(".env"), "A=1\n")?;
    assert_eq!(watched.changes()?, [".env"]);
    fs::remove_file(watched.at(".env"))?;
    assert_eq!(watched.changes()?, [".env"]);
    Ok(())
}

#[test]
fn folders_that_come_and_go_are_followed() -> anyhow::Result<()> {
    let mut watched = Watched::new()?;
    fs::create_dir_all(watched.at("src/new/deeper"))?;
    fs::write(watched.at("src/new/deeper/a.rs"), "")?;
    assert_eq!(watched.changes()?, ["src/new/deeper/a.rs"], "what came before it could be watched is found");
    fs::write(watched.at("src/new/deeper/b.rs"), "")?;
    assert_eq!(watched.changes()?, ["src/new/deeper/b.rs"]);
    fs::rename(watched.at("src/new"), watched.at("src/other"))?;
    let all = ["src/new/deeper/a.rs", "src/new/deeper/b.rs", "src/other/deeper/a.rs", "src/other/deeper/b.rs"];
    assert_eq!(watched.changes()?, all);
    fs::write(watched.at("src/other/deeper/a.rs"), "x")?;
    assert_eq!(watched.changes()?, ["src/other/deeper/a.rs"], "under its new name alone");
    fs::remove_dir_all(watched.at("src/other"))?;
    assert_eq!(watched.changes()?, ["src/other/deeper/a.rs", "src/other/deeper/b.rs"]);
    Ok(())
}

#[test]
fn a_target_folder_that_cargo_makes_meanwhile_is_not_looked_into() -> anyhow::Result<()> {
    let mut watched = Watched::new()?;
    // As cargo does: made under another name, tagged, and renamed.
    let (made, target) = (watched.at("cargo-targetXYZ"), watched.at("out"));
    fs::create_dir(&made)?;
    assert!(watched.changes()?.is_empty());
    fs::write(made.join("CACHEDIR.TAG"), "")?;
    fs::rename(&made, &target)?;
    watched.changes()?;
    fs::write(target.join("shop"), "x")?;
    assert!(watched.changes()?.is_empty());
    Ok(())
}

#[test]
fn nothing_is_reported_while_nobody_saves() -> anyhow::Result<()> {
    let watched = Watched::new()?;
    let mut waits = [PollFd::from_borrowed_fd(watched.watch.descriptor(), PollFlags::IN)];
    assert_eq!(poll(&mut waits, Some(&Timespec { tv_sec: 0, tv_nsec: 50_000_000 }))?, 0);
    Ok(())
}

#[test]
fn a_lockfile_that_cargo_makes_while_it_is_at_work_is_no_change() -> anyhow::Result<()> {
    let mut watched = Watched::new()?;
    fs::write(watched.at("Cargo.lock"), "version = 4\n")?;
    assert!(watched.watch.changes(Judgement::Content)?.is_empty());
    fs::write(watched.at("Cargo.lock"), "version = 3\n")?;
    assert_eq!(watched.changes()?, ["Cargo.lock"]);
    Ok(())
}
