//! Every command line of the documents is run: each `sh` block of a document, in order, in one session of bash, in an empty folder with an empty
//! HOME. What stands in an HTML comment before a block says what it needs:
//!
//! - `<!-- fixture: service -->` sets the scene (`tests/documents/prelude.sh` has them);
//! - `<!-- exits: 1 -->` the block ends with that code, and that is its point;
//! - `<!-- not run: REASON -->` it cannot run here. These are counted, and the list of them is a snapshot.
//!
//! What the guide shows as printed, in `text` blocks, must have been printed; `...` stands for anything, and numbers are not compared.

use super::running::free_port;
use super::scene::{PROGRAM, Scene, assert_page};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

const REPOSITORY: &str = env!("CARGO_MANIFEST_DIR");

/// A block of commands.
struct Block {
    line: usize,
    text: String,
    marks: Vec<(String, String)>,
}

impl Block {
    fn mark(&self, name: &str) -> Option<&str> {
        self.marks.iter().find(|(mark, _)| mark == name).map(|(_, value)| value.as_str())
    }
}

/// The marks of an HTML comment, `name: value; name: value`.
fn marks(line: &str) -> Option<Vec<(String, String)>> {
    let inside = line.strip_prefix("<!--")?.strip_suffix("-->")?;
    let pair = |part: &str| part.split_once(':').map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()));
    if let Some(reason) = inside.trim().strip_prefix("not run:") {
        return Some(vec![("not run".to_owned(), reason.trim().to_owned())]);
    }
    inside.split(';').map(pair).collect()
}

/// The blocks of a document.
fn blocks(text: &str) -> Vec<Block> {
    let (mut found, mut before, mut open) = (Vec::new(), Vec::new(), None::<Block>);
    for (index, line) in text.lines().enumerate() {
        if let Some(block) = &mut open {
            if line.trim_start() == "```" {
                found.extend(open.take());
            } else {
                block.text.push_str(line);
                block.text.push('\n');
            }
        } else if line.trim_start() == "```sh" {
            open = Some(Block { line: index + 2, text: String::new(), marks: std::mem::take(&mut before) });
        } else if let Some(said) = marks(line.trim()) {
            before = said;
        } else if !line.trim().is_empty() {
            before.clear();
        }
    }
    assert!(open.is_none(), "a block is not closed");
    found
}

/// All documents, from the repository's root.
fn documents() -> Vec<String> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                found.push(path);
            }
        }
    }
    let root = Path::new(REPOSITORY);
    let mut found = vec![root.join("README.md")];
    walk(&root.join("docs"), &mut found);
    let name = |path: &PathBuf| path.strip_prefix(root).expect("below").to_string_lossy().into_owned();
    let mut found: Vec<String> = found.iter().map(name).collect();
    found.sort();
    found
}

fn read(document: &str) -> Vec<Block> {
    blocks(&fs::read_to_string(Path::new(REPOSITORY).join(document)).expect("a document"))
}

/// The session of a document, as a script.
fn session(document: &str, blocks: &[Block]) -> String {
    let mut script = format!("source '{REPOSITORY}/tests/documents/prelude.sh'\n");
    for block in blocks.iter().filter(|block| block.mark("not run").is_none()) {
        let at = format!("{document}:{}", block.line);
        writeln!(script, "AT='{at}'; echo \"== $AT\" >&2").expect("memory");
        if let Some(fixture) = block.mark("fixture") {
            writeln!(script, "fixture_{fixture}").expect("memory");
        }
        match block.mark("exits") {
            None => script.push_str(&block.text),
            Some(code) => writeln!(
                script,
                "set +e; ( trap - ERR; set -e\n{}); code=$?; set -e\n[ $code = {code} ] || {{ echo \"$AT: it ended with $code\" >&2; exit 1; }}",
                block.text
            )
            .expect("memory"),
        }
    }
    script.push_str("echo 'to the end' >&2\n");
    script
}

/// Runs every block of these documents.
fn run(documents: &[&str]) {
    let mut lines = 0;
    for document in documents {
        let blocks = read(document);
        let scene = Scene::new();
        let programs = scene.home().join("bin");
        fs::create_dir_all(&programs).expect("a folder");
        std::os::unix::fs::symlink(PROGRAM, programs.join("cargo-twelve")).expect("a link");
        fs::write(scene.home().join("session.sh"), session(document, &blocks)).expect("a script");
        let mut command = scene.command("bash");
        let path = std::env::var("PATH").expect("PATH");
        command.arg(scene.home().join("session.sh")).stdin(std::process::Stdio::null());
        command.env("PATH", format!("{}:{path}", programs.display())).env("PORT", free_port().to_string());
        command.env("USER", "ada").env("LOGNAME", "ada");
        if *document == "README.md" {
            // Its service has the template's dependencies: compiled once, for the tour and for it.
            command.env("CARGO_TARGET_DIR", Path::new(REPOSITORY).join("target/generated"));
        }
        let outcome = scene.outcome(&mut command);
        assert!(
            outcome.code == Some(0) && outcome.stderr.ends_with("to the end\n"),
            "{document} does not do what it says:\n{}",
            outcome.page()
        );
        // They were printed on a machine of this kind, and name its libraries.
        if cfg!(target_arch = "x86_64") && document.starts_with("docs/guide/") && *document != "docs/guide/README.md" {
            let printed = format!("{}{}", outcome.stdout, outcome.stderr);
            let missing = super::guide::not_printed(document, &printed);
            assert!(missing.is_empty(), "{document} shows what is not printed: {missing:#?}\n{printed}");
        }
        lines += blocks
            .iter()
            .filter(|block| block.mark("not run").is_none())
            .map(|one| one.text.lines().count())
            .sum::<usize>();
    }
    println!("{lines} lines of {} documents were run", documents.len());
    assert!(lines > 0, "nothing was run");
}

#[test]
fn what_the_readme_says_is_so() {
    run(&["README.md"]);
}

#[test]
fn what_operations_says_is_so() {
    run(&["docs/operations.md"]);
}

#[test]
fn what_the_guide_says_of_the_stages_is_so() {
    let all = documents();
    let stages: Vec<&str> = all
        .iter()
        .filter(|one| one.starts_with("docs/guide/") && !one.contains("/factor"))
        .map(String::as_str)
        .collect();
    run(&stages);
}

#[test]
fn what_the_guide_says_of_the_factors_is_so() {
    let all = documents();
    let factors: Vec<&str> =
        all.iter().filter(|one| one.starts_with("docs/guide/factor")).map(String::as_str).collect();
    run(&factors);
}

#[test]
fn what_is_not_run_is_known_and_every_document_is_in_a_test() {
    let mut page = String::new();
    for document in documents() {
        let blocks = read(&document);
        let in_a_test =
            ["README.md", "docs/operations.md"].contains(&document.as_str()) || document.starts_with("docs/guide/");
        assert!(in_a_test || blocks.is_empty(), "{document} has `sh` blocks that no test runs");
        for block in &blocks {
            if let Some(reason) = block.mark("not run") {
                writeln!(page, "{document}: {reason}: {}", block.text.lines().next().unwrap_or_default())
                    .expect("memory");
            }
            for (mark, _) in &block.marks {
                assert!(
                    ["fixture", "exits", "not run"].contains(&mark.as_str()),
                    "{document}:{}: `{mark}`",
                    block.line
                );
            }
        }
    }
    assert_page("documents__not_run", &page);
}
