//! What attributes say of what they stand at.

use super::value::quote_free::path_text;
use syn::{Attribute, Meta};

/// Whether attributes say that something is only compiled for tests.
pub(super) fn only_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::List(list) if list.path.is_ident("cfg") => {
            let text = list.tokens.to_string().replace(' ', "");
            let words = text.split(|one: char| !(one.is_alphanumeric() || one == '_'));
            words.into_iter().any(|word| word == "test") && !text.contains("not(test") && !text.contains("any(")
        }
        meta => {
            let path = path_text(meta.path());
            let last = path.rsplit("::").next().unwrap_or_default();
            matches!(last, "test" | "rstest" | "test_case" | "bench")
        }
    })
}

pub(super) fn mentions_debug(attribute: &Attribute) -> bool {
    matches!(&attribute.meta, Meta::List(list) if list.path.is_ident("cfg") && list.tokens.to_string().contains("debug_assertions"))
}

/// The variable of a field of a command-line parser: `env = "NAME"`, or `env` alone, which means the field's name in
/// upper case.
pub(super) fn variable_of(tokens: &str, field: &str) -> Option<String> {
    let at = tokens
        .split(',')
        .map(str::trim)
        .find(|part| *part == "env" || part.starts_with("env ") || part.starts_with("env="))?;
    match at.split_once('=') {
        Some((_, name)) => Some(name.trim().trim_matches('"').to_owned()),
        None => Some(field.to_uppercase()),
    }
}
