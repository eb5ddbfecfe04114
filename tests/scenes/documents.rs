//! Every command line of the documents is run: each `sh` block of a document, in order, in one session of bash, in an empty folder with an empty
//! HOME. What stands in an HTML comment before a block says what it needs:
//!
//! - `<!-- fixture: service -->` sets the scene (`tests/documents/prelude.sh` has them);
//! - `<!-- exits: 1 -->` the block ends with that code, and that is its point;
//! - `<!-- not run: REASON -->` it cannot run here. These are counted, and the list of them is a snapshot.
//!
//! What a document shows as printed, in a `text` block, is what the block above it printed (`shown.rs` says how the two are compared).

use super::running::free_port;
use super::scene::{PROGRAM, Scene, assert_page};
use super::shown;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

const REPOSITORY: &str = env!("CARGO_MANIFEST_DIR");

/// What `run` says besides where the documents are run as root.
const AS_ROOT: [&str; 2] =
    ["warning: processes run as root", "hint: add `--user NAME`; `--user root` says that it is meant"];

/// A block of commands.
struct Block {
    line: usize,
    text: String,
    marks: Vec<(String, String)>,
    /// What the document shows below it as printed.
    shown: Vec<String>,
}

impl Block {
    fn is_run(&self) -> bool {
        self.mark("not run").is_none()
    }

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
    let (mut found, mut before, mut open) = (Vec::<Block>::new(), Vec::new(), None::<Block>);
    let mut is_shown = false;
    for (index, line) in text.lines().enumerate() {
        if let Some(block) = &mut open {
            if line.trim_start() == "```" {
                found.extend(open.take());
            } else {
                block.text.push_str(line);
                block.text.push('\n');
            }
        } else if is_shown {
            is_shown = line != "```";
            found.last_mut().filter(|_| is_shown).into_iter().for_each(|block| block.shown.push(line.to_owned()));
        } else if line == "```text" {
            is_shown = true;
        } else if line.trim_start() == "```sh" {
            let marks = std::mem::take(&mut before);
            open = Some(Block { line: index + 2, text: String::new(), marks, shown: Vec::new() });
        } else if let Some(said) = marks(line.trim()) {
            before = said;
        } else if !line.trim().is_empty() {
            before.clear();
        }
    }
    assert!(open.is_none() && !is_shown, "a block is not closed");
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
    let mut script = format!("exec 2>&1\nsource '{REPOSITORY}/tests/documents/prelude.sh'\n");
    for block in blocks.iter().filter(|block| block.is_run()) {
        let at = format!("{document}:{}", block.line);
        writeln!(script, "AT='{at}'").expect("memory");
        if let Some(fixture) = block.mark("fixture") {
            writeln!(script, "fixture_{fixture}").expect("memory");
        }
        script.push_str("echo \"== $AT\"\n");
        match block.mark("exits") {
            None => script.push_str(&block.text),
            Some(code) => writeln!(
                script,
                "trap - ERR; set +e; ( set -e\n{}); code=$?; set -e; trap \"$FAILED\" ERR\n[ $code = {code} ] || {{ echo \"$AT: it ended with $code\" >&2; exit 1; }}",
                block.text
            )
            .expect("memory"),
        }
    }
    script.push_str("echo '== the end:0'\n");
    script
}

/// What each block printed, by its line in the document.
fn printed(output: &str) -> BTreeMap<usize, Vec<String>> {
    let mut found = BTreeMap::<usize, Vec<String>>::new();
    for line in output.lines() {
        let block = line.strip_prefix("== ").and_then(|at| at.rsplit_once(':')?.1.parse().ok());
        match (block, found.last_entry()) {
            (Some(block), _) => drop(found.insert(block, Vec::new())),
            (None, Some(mut last)) if !AS_ROOT.contains(&line) => last.get_mut().push(line.to_owned()),
            (None, _) => {}
        }
    }
    found
}

/// Runs every block of these documents.
fn run(documents: &[&str]) {
    let (mut lines, mut compared, mut faults) = (0, 0, String::new());
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
            outcome.code == Some(0) && outcome.stdout.ends_with("== the end:0\n"),
            "{document} does not do what it says:\n{}",
            outcome.page()
        );
        lines += blocks.iter().filter(|block| block.is_run()).map(|one| one.text.lines().count()).sum::<usize>();
        // They were printed on a machine of this kind, and name its libraries.
        if cfg!(target_arch = "x86_64") {
            let printed = printed(&outcome.stdout);
            for block in blocks.iter().filter(|block| !block.shown.is_empty()) {
                for fault in shown::faults(&block.shown, printed.get(&block.line).map_or(&[], Vec::as_slice)) {
                    writeln!(faults, "{document}:{}: {fault}", block.line).expect("memory");
                }
                compared += block.shown.len();
            }
        }
    }
    println!("{} documents: {lines} lines were run, {compared} lines that were printed are as shown", documents.len());
    assert!(lines > 0, "nothing was run");
    assert!(faults.is_empty(), "what is shown is not what is printed:\n{faults}");
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
    let (mut page, mut are_run, mut are_not) = (String::new(), 0, 0);
    for document in documents() {
        let blocks = read(&document);
        are_run += blocks.iter().filter(|block| block.is_run()).count();
        are_not += blocks.iter().filter(|block| !block.is_run()).count();
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
    // Past what the test runner keeps to itself.
    let counts = format!("\ndocuments: {are_run} blocks of commands are run, {are_not} are not\n");
    std::io::stderr().write_all(counts.as_bytes()).expect("stderr");
    assert_page("documents__not_run", &page);
}

#[test]
fn no_commands_stand_in_a_block_that_is_not_run() {
    for document in documents() {
        let text = fs::read_to_string(Path::new(REPOSITORY).join(&document)).expect("a document");
        let opened = text.lines().filter_map(|line| line.trim_start().strip_prefix("```")).step_by(2);
        for language in opened {
            let is_known = ["sh", "text", "toml", "rust", "yaml", "json"].contains(&language);
            // The script of the templates, which a test compares and a scene runs; the examples of the help, which a test parses.
            let is_tested = [("shell", "docs/guide/ci.md"), ("console", "docs/reference/commands.md")]
                .contains(&(language, document.as_str()));
            assert!(is_known || is_tested, "{document}: a block in `{language}`: commands are in `sh`");
        }
    }
}
