//! The law of the house: imports point one way. This test reads them.

#![expect(clippy::expect_used, reason = "a test ends where something is not as it must be")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// What each room may import, besides itself.
fn allowed() -> BTreeMap<&'static str, Vec<&'static str>> {
    let nouns = ["artifact", "app", "config", "report"];
    let places = ["store", "codebase"];
    let stages = ["scaffold", "check", "build", "release", "run", "export"];
    let below = |rooms: &[&[&'static str]]| rooms.concat();
    let mut law = BTreeMap::from([
        ("cli", below(&[&stages, &places, &nouns])),
        ("artifact", vec!["app", "config", "report"]),
        ("app", vec!["config", "report"]),
        ("config", vec!["report"]),
        ("report", vec![]),
    ]);
    law.extend(places.map(|room| (room, nouns.to_vec())));
    law.extend(stages.map(|room| (room, below(&[&places, &nouns]))));
    law
}

/// The rooms that a line of code names: `crate::x`, `cargo_twelve::x`, also in `crate::{x, y::z}`.
fn rooms_named(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            None => found.push(first_word(rest)),
            Some(group) => found.extend(members(group).iter().map(|member| first_word(member))),
        }
    }
    found
}

/// The top-level members of a brace group, up to its closing brace.
fn members(group: &str) -> Vec<String> {
    let (mut depth, mut all, mut one) = (0, Vec::new(), String::new());
    for character in group.chars() {
        match character {
            '}' if depth == 0 => break,
            ',' if depth == 0 => all.push(std::mem::take(&mut one)),
            _ => {
                depth += i32::from(character == '{') - i32::from(character == '}');
                one.push(character);
            }
        }
    }
    all.push(one);
    all
}

fn first_word(text: &str) -> String {
    text.trim_start().chars().take_while(|character| character.is_alphanumeric() || *character == '_').collect()
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

/// Every import that the law forbids, as `file: room`.
fn trespasses(root: &Path) -> Vec<String> {
    let law = allowed();
    let mut found = Vec::new();
    for file in sources(root) {
        let relative = file.strip_prefix(root).expect("below the root");
        let room = relative.components().next().expect("a component").as_os_str().to_string_lossy().into_owned();
        let Some(permitted) = law.get(room.as_str()) else { continue };
        let code: String = fs::read_to_string(&file)
            .expect("a source")
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
            .flat_map(|line| [line, "\n"])
            .collect();
        for named in rooms_named(&code) {
            if law.contains_key(named.as_str()) && named != room && !permitted.contains(&named.as_str()) {
                found.push(format!("{}: {named}", relative.display()));
            }
        }
    }
    found
}

#[test]
fn imports_point_one_way() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    assert!(sources(&root).len() > 20, "the sources were found");
    assert_eq!(trespasses(&root), Vec::<String>::new());
}

#[test]
fn every_room_is_known_to_the_law() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for entry in fs::read_dir(root).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        assert!(path.is_file() || allowed().contains_key(name.as_str()), "`src/{name}` is a room without a law");
    }
}

#[test]
fn a_trespass_is_seen() {
    let house = tempfile::tempdir().expect("a folder");
    for (path, text) in [
        ("run/mod.rs", "use crate::{artifact::Digest, build::{self, X}};\n"),
        ("config/mod.rs", "fn f() -> crate::app::Word {}\n"),
        ("release/mod.rs", "use crate::store::Store;\n// use crate::run::X;\n"),
    ] {
        let path = house.path().join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        fs::write(path, text).expect("a file");
    }
    let mut seen = trespasses(house.path());
    seen.sort();
    assert_eq!(seen, ["config/mod.rs: app", "run/mod.rs: build"]);
}
