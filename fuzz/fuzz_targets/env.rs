//! The env grammar: whatever a file holds, it has errors with their places, or one meaning, which stays the same when
//! it is written anew with quotes.

#![no_main]

use cargo_twelve::config::{EnvFile, quote};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let file = EnvFile::parse("fuzz.env", bytes);
    for finding in file.findings() {
        assert!(finding.line >= 1 && finding.column >= 1);
        let _ = finding.draw("fuzz.env");
    }
    if file.is_malformed() {
        return;
    }
    let text = |value: &cargo_twelve::config::Secret| value.expose_text().map(str::to_owned);
    let meaning: Vec<_> = file.entries().iter().map(|entry| (entry.name.clone(), text(&entry.value))).collect();
    let written: Option<String> =
        meaning.iter().map(|(name, value)| Some(format!("{name}={}\n", quote(value.as_deref()?)?))).collect();
    let Some(written) = written else { return };
    let again = EnvFile::parse("again.env", written.as_bytes());
    assert!(!again.is_malformed(), "{written:?}");
    let again: Vec<_> = again.entries().iter().map(|entry| (entry.name.clone(), text(&entry.value))).collect();
    assert_eq!(again, meaning);
});
