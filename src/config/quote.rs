//! How a value is written so that it has one meaning in every reader.

use super::env_value::{Bare, bare_character};

/// The value as it stands behind `NAME=` in an env file: bare where that is safe, else in single quotes, else in double
/// quotes with escapes. What comes out reads back as the same value and, where any way of writing it allows that,
/// without a warning.
///
/// `None` where no env file can hold it: it has a NUL, or a carriage return.
#[must_use]
pub fn quote(value: &str) -> Option<String> {
    if value.contains(['\0', '\r']) {
        return None;
    }
    if stands_bare(value) {
        return Some(value.to_owned());
    }
    if !value.contains('\'') && !value.ends_with('\\') {
        return Some(format!("'{value}'"));
    }
    let mut quoted = String::with_capacity(value.len() + 2);
    quoted.push('"');
    for one in value.chars() {
        if matches!(one, '"' | '\\' | '$' | '`') {
            quoted.push('\\');
        }
        quoted.push(one);
    }
    quoted.push('"');
    Some(quoted)
}

fn stands_bare(value: &str) -> bool {
    let mut before = ':';
    value.chars().all(|one| matches!(bare_character(one, std::mem::replace(&mut before, one)), Bare::Plain))
}

#[cfg(test)]
mod tests {
    use super::quote;

    #[test]
    fn a_value_gets_the_fewest_marks_that_keep_it() {
        for (value, written) in [
            ("", ""),
            ("postgres://u:p@h:5432/db?sslmode=require", "postgres://u:p@h:5432/db?sslmode=require"),
            ("a b", "'a b'"),
            ("pa$$word", "'pa$$word'"),
            ("~/x", "'~/x'"),
            ("it's", "\"it's\""),
            ("it's $5", "\"it's \\$5\""),
            ("C:\\dir\\", "\"C:\\\\dir\\\\\""),
            ("one\ntwo", "'one\ntwo'"),
            ("“hi”", "'“hi”'"),
        ] {
            assert_eq!(quote(value).as_deref(), Some(written), "{value}");
        }
    }

    #[test]
    fn what_no_file_can_hold_is_not_written() {
        assert_eq!(quote("a\0b"), None);
        assert_eq!(quote("a\r\nb"), None);
    }
}
