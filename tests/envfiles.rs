//! Every example of `tests/fixtures/envfiles` gets the verdict that stands beside it, and whatever is written by
//! `quote` reads back as it was.

#![expect(clippy::expect_used, reason = "a test says what it expects")]

use cargo_twelve::config::{EnvFile, Finding, quote};
use proptest::prelude::{any, prop, proptest};
use proptest::strategy::Strategy;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

fn expected() -> BTreeMap<String, Value> {
    let text = fs::read_to_string(fixtures().join("expected.json")).expect("the verdicts");
    serde_json::from_str(&text).expect("JSON")
}

fn fixtures() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/envfiles"))
}

fn places<'a>(findings: impl Iterator<Item = &'a Finding>) -> Vec<String> {
    findings.map(|one| format!("{}:{} {}", one.line, one.column, one.code.name())).collect()
}

/// A verdict's findings in the same form; what stands in parentheses is a note.
fn expected_places(findings: &Value) -> Vec<String> {
    let one = |finding: &Value| {
        let code = finding["code"].as_str().expect("a code").split('(').next().expect("a part").to_owned();
        format!("{}:{} {code}", finding["line"], finding["col"])
    };
    findings.as_array().expect("findings").iter().map(one).collect()
}

#[test]
fn every_example_gets_its_verdict() {
    let expected = expected();
    assert!(expected.len() >= 60, "the examples were found");
    for (name, verdict) in &expected {
        let bytes = fs::read(fixtures().join(format!("{name}.env"))).expect("an example");
        let file = EnvFile::parse(name, &bytes);
        assert_eq!(places(file.errors()), expected_places(&verdict["errors"]), "errors of {name}");
        assert_eq!(places(file.warnings()), expected_places(&verdict["warnings"]), "warnings of {name}");
        let seen = match (file.is_malformed(), file.warnings().count()) {
            (true, _) => "error",
            (false, 0) => "accept",
            (false, _) => "warn",
        };
        assert_eq!(verdict["verdict"], seen, "{name}");
        if !file.is_malformed() {
            let text = |value: &cargo_twelve::config::Secret| value.expose_text().expect("text").to_owned();
            let values: BTreeMap<_, _> =
                file.entries().iter().map(|entry| (entry.name.clone(), text(&entry.value))).collect();
            assert_eq!(serde_json::json!(values), verdict["values"], "values of {name}");
        }
    }
}

#[test]
fn every_finding_of_the_examples_can_be_acted_on() {
    for name in expected().keys() {
        let bytes = fs::read(fixtures().join(format!("{name}.env"))).expect("an example");
        for finding in EnvFile::parse(name, &bytes).findings() {
            assert!(!finding.rule.is_empty() && !finding.rewrite.is_empty(), "{name}");
            assert_eq!(finding.is_error(), finding.code.differs().is_none(), "{name}");
        }
    }
}

#[test]
fn a_finding_is_told_to_programs_with_all_its_fields() {
    let file = EnvFile::parse("prod.env", b"export A=1\n");
    assert_eq!(
        serde_json::to_value(file.findings()).expect("JSON"),
        serde_json::json!([{
            "line": 1,
            "column": 1,
            "severity": "warning",
            "code": "export",
            "rule": "`export` is not needed",
            "differs": "docker, systemd and foreman do not read the line",
            "rewrite": "write `A=...`",
        }])
    );
}

#[test]
fn a_hostile_file_takes_no_longer_than_its_size_asks() {
    let many = |piece: &str| piece.repeat((1 << 20) / piece.len());
    for text in [
        format!("A={}", many("“")),
        many("A='\n"),
        many("A=\"\\"),
        format!("A='{}", many("B=\"\n")),
        format!("A={}", many("|~:")),
        many("A=1\n"),
        many("# \\\n"),
    ] {
        let started = std::time::Instant::now();
        let file = EnvFile::parse("hostile.env", text.as_bytes());
        assert!(!file.findings().is_empty() || text.starts_with("A=1"), "{:?}", text.get(..8));
        // Quadratic work on a megabyte would take the better part of an hour: the bound tells the two apart on any machine.
        assert!(started.elapsed() < Duration::from_secs(20), "{:?}", text.get(..8));
    }
}

/// Values made of what readers disagree about.
fn awkward_value() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "a", "B1", " ", "\t", "\n", "'", "\"", "\\", "$", "${A}", "`", "#", " #", "=", "|", "~", ":", "é", "“",
        "\u{a0}", "\u{7f}", "\\n", "\\'", "\\\\", "export ", "\u{feff}", "\u{2028}",
    ]);
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 20_000, failure_persistence: None, ..Default::default() })]

    #[test]
    fn what_quote_writes_reads_back(values in prop::collection::vec(awkward_value(), 1..4)) {
        let written: String = values
            .iter()
            .enumerate()
            .map(|(index, value)| format!("NAME_{index}={}\n", quote(value).expect("no NUL, no carriage return")))
            .collect();
        let file = EnvFile::parse("prod.env", written.as_bytes());
        assert_eq!(places(file.errors()), Vec::<String>::new(), "{written}");
        let read: Vec<_> = file.entries().iter().map(|entry| entry.value.expose_text().expect("text")).collect();
        assert_eq!(read, values);
    }
}

proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 100_000, failure_persistence: None, ..Default::default() })]

    #[test]
    fn no_file_makes_it_panic_or_leave_its_lines(
        pieces in prop::collection::vec(
            prop::sample::select(vec![
                &b"A"[..], b"=", b"export ", b"\n", b"\r\n", b"\r", b" ", b"\t", b"'", b"\"", b"\\", b"$", b"`", b"#", b"\0",
                b"\xff", b"\xc3\xa9", b"\xe2\x80\x9c", b"\xef\xbb\xbf", b"1", b";", b"x=1\n",
            ]),
            0..16,
        ),
        tail in any::<[u8; 2]>(),
    ) {
        let bytes = [pieces.concat(), tail.to_vec()].concat();
        let file = EnvFile::parse("prod.env", &bytes);
        let lines = bytes.split(|byte| *byte == b'\n').count();
        for finding in file.findings() {
            assert!((1..=lines).contains(&finding.line) && finding.column >= 1, "{finding:?}");
        }
        for entry in file.entries() {
            let line = bytes.split(|byte| *byte == b'\n').nth(entry.line - 1).expect("its line");
            assert!(String::from_utf8_lossy(line).contains(&format!("{}=", entry.name)), "{entry:?}");
        }
    }
}
