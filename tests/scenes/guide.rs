//! What the documents point at is there, and what they quote is what stands in the repository.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const REPOSITORY: &str = env!("CARGO_MANIFEST_DIR");

fn read(path: impl AsRef<Path>) -> String {
    fs::read_to_string(Path::new(REPOSITORY).join(path)).expect("a file of the repository")
}

/// README.md and everything in docs/, from the repository's root.
fn documents() -> Vec<PathBuf> {
    let mut found = vec![PathBuf::from("README.md"), PathBuf::from("CONTRIBUTING.md")];
    let mut folders = vec![PathBuf::from("docs")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(Path::new(REPOSITORY).join(&folder)).expect("a folder").flatten() {
            let path = folder.join(entry.file_name());
            if entry.path().is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                found.push(path);
            }
        }
    }
    found
}

/// The lines of a document that are prose: none of a block of code.
fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut is_code = false;
    text.lines().filter(move |line| {
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        !is_code && !is_fence
    })
}

/// The links of a document that lead into the repository.
fn links(text: &str) -> Vec<String> {
    let targets = prose(text).flat_map(|line| line.split("](").skip(1));
    let targets = targets.filter_map(|rest| rest.split_once(')').map(|(target, _)| target.to_owned()));
    targets.filter(|target| !target.contains("://")).collect()
}

/// The anchors of a document, as code hosts make them from headings.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = prose(text).filter(|line| line.starts_with('#'));
    let anchor = |heading: &str| {
        let kept = heading.trim_start_matches('#').trim().to_lowercase();
        let kept = kept.chars().filter(|one| one.is_alphanumeric() || " -_".contains(*one));
        kept.map(|one| if one == ' ' { '-' } else { one }).collect()
    };
    headings.map(anchor).collect()
}

/// What is wrong with a link of a document.
fn fault(document: &Path, link: &str) -> Option<String> {
    let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
    let target = if path.is_empty() { document.to_owned() } else { document.with_file_name("").join(path) };
    if !Path::new(REPOSITORY).join(&target).exists() {
        return Some(format!("{}: `{link}` is not there", document.display()));
    }
    let is_met = anchor.is_empty() || anchors(&read(&target)).contains(anchor);
    (!is_met).then(|| format!("{}: `{link}` has no such heading", document.display()))
}

#[test]
fn every_link_of_the_documents_leads_somewhere() {
    let mut followed = 0;
    let mut faults = Vec::new();
    for document in documents() {
        let links = links(&read(&document));
        followed += links.len();
        faults.extend(links.iter().filter_map(|link| fault(&document, link)));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(followed > 100, "the guide alone has more links than {followed}");
}

#[test]
fn a_link_that_leads_nowhere_is_seen() {
    let document = Path::new("docs/guide/README.md");
    assert_eq!(fault(document, "build.md"), None);
    assert_eq!(fault(document, "../rules.md#i-codebase"), None);
    assert!(fault(document, "biuld.md").is_some_and(|fault| fault.ends_with("is not there")));
    assert!(fault(document, "../rules.md#xiii-luck").is_some_and(|fault| fault.ends_with("has no such heading")));
    assert_eq!(links("see [a](b.md), [c](https://example.org)\n```\n[d](e.md)\n```\n"), ["b.md"]);
}

#[test]
fn every_rule_of_the_audit_is_on_the_page_of_its_factor() {
    let book = read("docs/rules.md");
    let mut pages: Vec<_> =
        documents().into_iter().filter(|path| path.to_string_lossy().starts_with("docs/guide/factor-")).collect();
    pages.sort();
    assert_eq!(pages.len(), 12);
    for rule in prose(&book).filter_map(|line| line.strip_prefix("### TF")) {
        let (id, factor) = (&rule[..4], rule[..2].parse::<usize>().expect("the factor's number"));
        assert!(read(&pages[factor - 1]).contains(&format!("[TF{id}](")), "{}: TF{id}", pages[factor - 1].display());
    }
}

#[test]
fn the_guide_releases_from_ci_as_the_templates_do() {
    let page = read("docs/guide/ci.md");
    for template in ["web", "web-postgres", "worker"] {
        let workflow = read(format!("templates/{template}/dot_github/workflows/ci.yml"));
        let job = &workflow[workflow.find("  release:\n").expect("the job that releases")..];
        assert!(page.contains(job), "the job is another in the guide than in `{template}`");
        let script = read(format!("templates/{template}/ci/release"));
        let commands = &script[script.find("set -eu\n").expect("the script's commands")..];
        assert!(page.contains(commands), "the script is another in the guide than in `{template}`");
    }
}

/// The words of a cell that are the program's own: without what is quoted, left out with `...`, numbered, or remarked in brackets.
fn own_words(cell: &str) -> Vec<String> {
    let outside = cell.split('`').step_by(2).collect::<Vec<_>>().join("\0");
    let outside = outside.split(['(', ')']).step_by(2).collect::<Vec<_>>().join("\0");
    let pieces =
        outside.split("...").flat_map(|piece| piece.split(|one: char| "\0:;".contains(one) || one.is_ascii_digit()));
    let words = |piece: &str| piece.trim_matches(|one: char| !one.is_alphabetic()).trim_end_matches(" v").to_owned();
    pieces.map(words).filter(|piece| piece.contains(' ')).collect()
}

#[test]
fn what_the_guide_says_is_refused_is_in_the_programs_own_words() {
    fn sources(folder: &Path, found: &mut String) {
        for entry in fs::read_dir(folder).expect("a folder").flatten() {
            if entry.path().is_dir() {
                sources(&entry.path(), found);
            } else {
                found.push_str(&read(entry.path()));
            }
        }
    }
    let mut said = String::new();
    sources(&Path::new(REPOSITORY).join("src"), &mut said);
    let (mut rows, mut strange) = (0, Vec::new());
    for page in documents().iter().filter(|path| path.starts_with("docs/guide")) {
        let text = read(page);
        for row in text
            .split("| it says |")
            .skip(1)
            .flat_map(|table| table.lines().skip(2).map_while(|row| row.strip_prefix("| ")))
        {
            let cell = row.split(" | ").next().unwrap_or_default();
            rows += 1;
            let others = own_words(cell).into_iter().filter(|words| !said.contains(words));
            strange.extend(others.map(|words| format!("{}: `{words}` of `{cell}`", page.display())));
        }
    }
    assert!(strange.is_empty(), "the program does not say so:\n{}", strange.join("\n"));
    assert!(rows > 40, "{rows} refusals are all that was found");
}
