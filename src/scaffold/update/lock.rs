//! The three-way merge of a lockfile: packages are a set. What comes of it may lock too much or too little, never
//! wrongly: cargo's next plain call completes it.

use super::text::Merged;
use crate::scaffold::lockfile;
use std::collections::{BTreeMap, BTreeSet};

const HEADING: &str = "[[package]]\n";

/// Merges; a package that both sides changed has the dependencies that either side gave it.
pub(super) fn merged(base: &str, ours: &str, theirs: &str) -> Merged {
    let texts = [base, ours, theirs].map(|text| text.replace("\r\n", "\n"));
    let [(_, was), (head, is), (new_head, wanted)] = [&texts[0], &texts[1], &texts[2]].map(|text| packages(text));
    let head = if head.is_empty() { new_head } else { head };
    let keys: BTreeSet<&String> = was.keys().chain(is.keys()).chain(wanted.keys()).collect();
    let mut blocks = Vec::new();
    for key in keys {
        let [before, mine, new] = [&was, &is, &wanted].map(|side| side.get(key).copied());
        let block = match (mine, new) {
            _ if new == before => mine.map(str::to_owned),
            _ if mine == before => new.map(str::to_owned),
            (Some(mine), Some(new)) => Some(either(mine, new)),
            _ => None,
        };
        blocks.extend(block);
    }
    let body: Vec<String> = blocks.iter().map(|block| format!("{HEADING}{}\n", block.trim_end())).collect();
    let text = format!("{head}{}", body.join("\n"));
    // A package of the project that is called like a dependency was refused when it was made.
    let text = lockfile::in_order(&text).unwrap_or(text);
    Merged { bytes: text.into_bytes(), conflicts: Vec::new() }
}

/// The text before the first package, and the packages by name, version and source.
fn packages(text: &str) -> (&str, BTreeMap<String, &str>) {
    let (head, rest) = text.find(HEADING).map_or((text, ""), |start| text.split_at(start));
    let key = |block: &str| {
        let fields = ["name = ", "version = ", "source = "];
        let lines = fields.map(|field| block.lines().find(|line| line.starts_with(field)).unwrap_or_default());
        lines.join("\n")
    };
    (head, rest.split(HEADING).skip(1).map(|block| (key(block), block.trim_end())).collect())
}

fn either(mine: &str, new: &str) -> String {
    let dependencies = |block: &str| -> BTreeSet<String> {
        block.lines().filter(|line| line.starts_with(" \"")).map(str::to_owned).collect()
    };
    let all: BTreeSet<String> = dependencies(mine).union(&dependencies(new)).cloned().collect();
    let head: Vec<&str> = new.lines().take_while(|line| *line != "dependencies = [").collect();
    match all.is_empty() {
        true => head.join("\n"),
        false => {
            let lines: Vec<String> = all.into_iter().collect();
            format!("{}\ndependencies = [\n{}\n]", head.join("\n"), lines.join("\n"))
        }
    }
}
