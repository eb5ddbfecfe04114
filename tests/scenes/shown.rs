//! What a document shows as printed, held against what its commands print: line for line, by the block of commands right above it. Numbers, ids and
//! the width of columns differ from run to run, and so does the order in which processes speak; `...` stands for anything, in a line or as one.

use std::collections::VecDeque;

/// A line without what differs from run to run: numbers, ids, fingerprints, and how wide a column is.
fn without_numbers(line: &str) -> String {
    let word = |word: &str| {
        if word.trim_start_matches('(').starts_with("SHA256:") {
            return "#".to_owned();
        }
        let runs = word.split_inclusive(|one: char| !one.is_alphanumeric());
        let run = |run: &str| {
            let end = run.trim_start_matches(char::is_alphanumeric);
            if run.contains(|one: char| one.is_ascii_digit()) { format!("#{end}") } else { run.to_owned() }
        };
        runs.map(run).collect()
    };
    line.split_whitespace().map(word).collect::<Vec<String>>().join(" ")
}

/// Whether a line was printed so, from its first word to its last, where `...` stands for anything.
fn is_printed(line: &str, printed: &str) -> bool {
    let mut parts: VecDeque<&str> = line.split("...").map(str::trim).collect();
    let (Some(first), Some(last)) = (parts.pop_front(), parts.pop_back()) else { return line == printed };
    let Some(mut rest) = printed.strip_prefix(first) else { return false };
    for part in parts {
        let Some((_, after)) = rest.split_once(part) else { return false };
        rest = after;
    }
    rest.ends_with(last)
}

/// What is wrong with the lines that a document shows below these, which were printed.
pub(crate) fn faults(shown: &[String], printed: &[String]) -> Vec<String> {
    let mut left: Vec<String> = printed.iter().map(|one| without_numbers(one)).filter(|one| !one.is_empty()).collect();
    let (dots, mut lines): (Vec<&String>, Vec<&String>) =
        shown.iter().filter(|line| !line.trim().is_empty()).partition(|line| line.trim() == "...");
    // What names a whole line takes it before what leaves something open.
    lines.sort_by_key(|line| line.contains("..."));
    let mut faults = Vec::new();
    for line in lines {
        match left.iter().position(|one| is_printed(&without_numbers(line), one)) {
            Some(at) => drop(left.remove(at)),
            None => faults.push(format!("shown and not printed: {line}")),
        }
    }
    if dots.is_empty() {
        faults.extend(left.iter().map(|line| format!("printed and not shown: {line}")));
    }
    faults
}

#[test]
fn what_was_not_printed_is_seen() {
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<String>>();
    let printed = lines("web.1 | listening on 8080\nsigned by ci (SHA256:a+b)\n");
    let said = |shown: &str| faults(&lines(shown), &printed);
    assert_eq!(said("signed by ci (SHA256:c/d)\nweb.2  | listening on 5000"), Vec::<String>::new());
    assert_eq!(said("web... on 5000\n..."), Vec::<String>::new());
    assert_eq!(said("web... in 5000\n..."), ["shown and not printed: web... in 5000"]);
    assert_eq!(said("listening on 5000\n..."), ["shown and not printed: listening on 5000"], "half a line is none");
    assert_eq!(said("web.1 | listening on 5000\nweb.1 | listening on 5000\n...").len(), 1, "it was printed once");
    assert_eq!(said("web.1 | listening on 5000"), ["printed and not shown: signed by ci #"]);
}
