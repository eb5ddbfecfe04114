use super::{Action, Update};
use crate::scaffold::answers::tests::answered;
use crate::scaffold::{Error, Plan, Receipt, Template};
use std::fs;
use std::path::Path;

const OLD: &str = "[template]\nname = 'x'\nversion = '1.0.0'\ndescription = 'd'\n";
const NEW: &str = "[template]\nname = 'x'\nversion = '2.0.0'\ndescription = 'd'\n";

/// A project made from these files, with some of them changed since, and what the update to those makes of it.
fn updated(
    old: &[(&str, &'static str)],
    changed: &[(&str, Option<&str>)],
    new: &[(&str, &'static str)],
    look: impl Fn(&Path, &Update),
) -> Result<(), Error> {
    let folder = tempfile::tempdir().expect("a folder");
    let plan = |manifest: &'static str, files: &[(&str, &'static str)]| {
        let all: Vec<_> = [("template.toml", manifest)].into_iter().chain(files.iter().copied()).collect();
        let template = Template::of("x", &all)?;
        let answers = answered(&template, &[], "shop")?;
        Plan::new(&template, &answers)?.with_receipt(&template, &answers)
    };
    for file in plan(OLD, old)?.files() {
        let path = folder.path().join(file.path.as_path());
        fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        fs::write(path, &file.bytes).expect("a file");
    }
    for (path, text) in changed {
        let path = folder.path().join(path);
        match text {
            Some(text) => fs::write(path, text).expect("a file"),
            None => fs::remove_file(path).expect("removed"),
        }
    }
    let receipt = Receipt::read(folder.path())?;
    let update = Update::plan(folder.path(), &receipt.base(folder.path())?, &plan(NEW, new)?, "x 2.0.0")?;
    update.apply()?;
    look(folder.path(), &update);
    Ok(())
}

fn action(update: &Update, path: &str) -> Action {
    update.files().iter().find(|file| file.path.as_str() == path).expect("the file").action
}

fn read(folder: &Path, path: &str) -> String {
    fs::read_to_string(folder.join(path)).expect("a file")
}

/// The one file as it was, as it was changed, as the template has it now: what it becomes.
fn one(path: &'static str, old: &'static str, mine: &str, new: &'static str) -> (Action, String, usize) {
    let seen = std::cell::RefCell::new(None);
    updated(&[(path, old)], &[(path, Some(mine))], &[(path, new)], |folder, update| {
        let conflicts = update.files().iter().map(|file| file.conflicts.len()).sum();
        *seen.borrow_mut() = Some((action(update, path), read(folder, path), conflicts));
    })
    .expect("an update");
    seen.into_inner().expect("seen")
}

#[test]
fn each_file_is_new_clean_merged_kept_removed_or_a_conflict() -> Result<(), Error> {
    let old = [
        ("clean", "1\n"),
        ("merged", "a\nb\nc\nd\n"),
        ("kept", "1\n"),
        ("gone", "1\n"),
        ("mine", "1\n"),
        ("no", "1\n"),
    ];
    let changed = [("merged", Some("A\nb\nc\nd\n")), ("mine", Some("2\n")), ("no", None), ("kept", Some("2\n"))];
    let new =
        [("clean", "2\n"), ("merged", "a\nb\nc\nD\n"), ("kept", "1\n"), ("mine", "3\n"), ("no", "9\n"), ("new", "1\n")];
    updated(&old, &changed, &new, |folder, update| {
        for (path, expected) in [
            ("clean", Action::Clean),
            ("merged", Action::Merged),
            ("kept", Action::Kept),
            ("gone", Action::Removed),
            ("mine", Action::Conflict),
            ("no", Action::Kept),
            ("new", Action::New),
            (".twelve/scaffold.toml", Action::Clean),
        ] {
            assert_eq!(action(update, path), expected, "{path}");
        }
        assert_eq!(read(folder, "merged"), "A\nb\nc\nD\n");
        assert!(!folder.join("gone").exists() && !folder.join("no").exists(), "deleted stays deleted");
        assert_eq!(read(folder, "mine"), "<<<<<<< yours\n2\n||||||| before\n1\n=======\n3\n>>>>>>> x 2.0.0\n");
        let names: Vec<_> = fs::read_dir(folder.join(".twelve")).expect("a folder").flatten().collect();
        assert_eq!(names.len(), 2, "nothing of the staging is left");
    })
}

#[test]
fn a_bumped_version_and_an_added_feature_are_both_taken() {
    let old = "[dependencies]\naxum = \"0.8\" # the web\ntokio = \"1\"\n";
    let mine = "[dependencies]\naxum = { version = \"0.8\", features = [\"ws\"] } # the web\ntokio = \"1\"\n";
    let new = "[dependencies]\naxum = \"0.9\" # the web\ntokio = \"1\"\n";
    let merged = "[dependencies]\naxum = { version = \"0.9\", features = [\"ws\"] } # the web\ntokio = \"1\"\n";
    assert_eq!(one("Cargo.toml", old, mine, new), (Action::Merged, merged.to_owned(), 0));
}

#[test]
fn toml_is_merged_key_by_key_and_stays_readable() {
    let old = "[package]\nname = \"x\"\nversion = \"0.1.0\"\n\n[dependencies]\na = { version = \"1\", features = [\"x\"] }\nb = \"1\"\n";
    for (mine, new, merged, conflicts) in [
        // Each side adds a dependency on the line that the other adds one on.
        (
            format!("{old}mine = \"1\"\n"),
            "[package]\nname = \"x\"\nversion = \"0.1.0\"\n\n[dependencies]\na = { version = \"1\", features = [\"x\"] }\nb = \"1\"\nnew = \"1\"\n",
            format!("{old}mine = \"1\"\nnew = \"1\"\n"),
            0,
        ),
        // Features are a set.
        (
            old.replace("[\"x\"]", "[\"x\", \"mine\"]"),
            "[package]\nname = \"x\"\nversion = \"0.1.0\"\n\n[dependencies]\na = { version = \"2\", features = [\"x\", \"new\"] }\nb = \"1\"\n",
            old.replace("\"1\", features = [\"x\"]", "\"2\", features = [\"x\", \"mine\", \"new\"]"),
            0,
        ),
        // The same value on both sides: what stands stays.
        (
            old.replace("0.1.0", "1.0.0"),
            "[package]\nname = \"x\"\nversion = \"0.2.0\"\n\n[dependencies]\na = { version = \"1\", features = [\"x\"] }\nb = \"1\"\n",
            old.replace("0.1.0", "1.0.0"),
            1,
        ),
        // What was taken out stays out.
        (
            old.replace("b = \"1\"\n", ""),
            "[package]\nname = \"x\"\nversion = \"0.1.0\"\n\n[dependencies]\na = { version = \"1\", features = [\"x\"] }\nb = \"2\"\n",
            old.replace("b = \"1\"\n", ""),
            0,
        ),
    ] {
        let (_, text, found) = one("Cargo.toml", old, &mine, new);
        assert_eq!((text.as_str(), found), (merged.as_str(), conflicts));
        toml::from_str::<toml::Table>(&text).expect("TOML");
    }
}

#[test]
fn new_tables_and_named_tables_of_the_template_are_added() {
    let old = "[package]\nname = \"x\"\n\n[[bin]]\nname = \"a\"\npath = \"a.rs\"\n";
    let mine = "[package]\nname = \"x\" # ours\n\n[[bin]]\nname = \"a\"\npath = \"a.rs\"\n\n[[bin]]\nname = \"mine\"\n\n[lints]\nx = 1\n";
    let new = "[package]\nname = \"x\"\n\n[[bin]]\nname = \"a\"\npath = \"b.rs\"\n\n[[bin]]\nname = \"new\"\n\n[profile.release]\nstrip = true\n";
    let (action, text, conflicts) = one("Cargo.toml", old, mine, new);
    assert_eq!((action, conflicts), (Action::Merged, 0));
    let table: toml::Table = toml::from_str(&text).expect("TOML");
    assert!(text.contains("# ours"));
    assert_eq!(table["profile"]["release"]["strip"].as_bool(), Some(true), "{text}");
    let bins: Vec<_> = table["bin"].as_array().expect("bins").iter().map(|bin| bin["name"].as_str()).collect();
    assert_eq!(bins, [Some("a"), Some("mine"), Some("new")], "{text}");
    assert_eq!(table["bin"][0]["path"].as_str(), Some("b.rs"));
}

#[test]
fn a_comment_of_the_template_arrives_where_lines_merge() {
    let old = "a = 1\nb = 1\nc = 1\nd = 1\n";
    let (_, text, _) = one("x.toml", old, "a = 2\nb = 1\nc = 1\nd = 1\n", "a = 1\nb = 1\nc = 1\n# why\nd = 1\n");
    assert_eq!(text, "a = 2\nb = 1\nc = 1\n# why\nd = 1\n");
}

#[test]
fn a_lockfile_is_merged_as_a_set_of_packages() {
    let old = "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"r\"\n\n[[package]]\nname = \"shop\"\nversion = \"0.1.0\"\ndependencies = [\n \"a\",\n]\n";
    let mine = "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"r\"\n\n[[package]]\nname = \"mine\"\nversion = \"1.0.0\"\nsource = \"r\"\n\n[[package]]\nname = \"shop\"\nversion = \"0.1.0\"\ndependencies = [\n \"a\",\n \"mine\",\n]\n";
    let new = "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"1.1.0\"\nsource = \"r\"\n\n[[package]]\nname = \"shop\"\nversion = \"0.1.0\"\ndependencies = [\n \"a\",\n \"new\",\n]\n\n[[package]]\nname = \"zew\"\nversion = \"1.0.0\"\nsource = \"r\"\n";
    let merged = "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"1.1.0\"\nsource = \"r\"\n\n[[package]]\nname = \"mine\"\nversion = \"1.0.0\"\nsource = \"r\"\n\n[[package]]\nname = \"shop\"\nversion = \"0.1.0\"\ndependencies = [\n \"a\",\n \"mine\",\n \"new\",\n]\n\n[[package]]\nname = \"zew\"\nversion = \"1.0.0\"\nsource = \"r\"\n";
    assert_eq!(one("Cargo.lock", old, mine, new), (Action::Merged, merged.to_owned(), 0));
}

#[test]
fn turned_line_ends_are_no_change() {
    let (action, text, _) = one("a.txt", "a\nb\nc\nd\n", "a\r\nb\r\nc\r\nd\r\n", "a\nb\nc\nD\n");
    assert_eq!((action, text.as_str()), (Action::Clean, "a\r\nb\r\nc\r\nD\r\n"));
}

#[test]
fn a_link_is_never_written_through() -> Result<(), Error> {
    let outside = tempfile::tempdir().expect("a folder");
    let target = outside.path().join("secret");
    fs::write(&target, "mine").expect("a file");
    let folder = tempfile::tempdir().expect("a folder");
    std::os::unix::fs::symlink(&target, folder.path().join("a")).expect("a link");
    std::os::unix::fs::symlink(outside.path(), folder.path().join("b")).expect("a link");
    let template = Template::of("x", &[("template.toml", NEW), ("a", "new"), ("b/secret", "new")])?;
    let plan = Plan::new(&template, &answered(&template, &[], "shop")?)?;
    let update = Update::plan(folder.path(), &std::collections::BTreeMap::new(), &plan, "x")?;
    assert!(update.files().iter().all(|file| file.action == Action::Conflict));
    update.apply()?;
    assert_eq!(fs::read_to_string(&target).expect("a file"), "mine");
    Ok(())
}

#[test]
fn an_earlier_conflict_has_to_be_settled_first() {
    let error = updated(&[("a", "1\n")], &[("a", Some("<<<<<<< yours\n1\n"))], &[("a", "2\n")], |_, _| {});
    assert_eq!(error.expect_err("refused").to_string(), "`a` still has conflict markers");
}

#[test]
fn a_base_that_was_edited_is_refused_before_it_is_read() {
    let error = updated(&[("a", "1\n")], &[(".twelve/base.tar.gz", Some("x"))], &[("a", "2\n")], |_, _| {});
    assert!(error.expect_err("refused").to_string().contains("sha256"));
}
