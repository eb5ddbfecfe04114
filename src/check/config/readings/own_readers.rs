//! The app's own functions that read for others: `fn setting(name: &str) -> String { env::var(name) ... }`, and those
//! that hand their own parameter on to such a one. Their callers tell the names.

use super::found::last;
use crate::check::Facts;
use crate::check::config::readers::reads_one;
use crate::check::source::{Function, Source, Value, Within};
use std::collections::{BTreeMap, BTreeSet};

/// Where a call of such a function says the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// In this argument.
    At(usize),
    /// In one that could not be told.
    Somewhere,
}

/// The own readers, by name. Who they are is known only when every call has been looked at.
pub(super) struct OwnReaders<'a> {
    asked: BTreeMap<&'a str, Asked>,
    /// Those of them that somebody calls.
    called: BTreeSet<&'a str>,
}

impl<'a> OwnReaders<'a> {
    pub(super) fn of(facts: &'a Facts) -> Self {
        let mut asked = BTreeMap::new();
        // One hands on to the next, in any order: another round for as long as one tells something new. Each function
        // is told of twice at most.
        while facts.sources.iter().filter(|source| collect(facts, source, &mut asked)).count() > 0 {}
        let calls = facts.calls().map(|(_, call)| last(&call.path));
        let called = calls.filter(|name| asked.contains_key(name)).collect();
        Self { asked, called }
    }

    /// Where a call of this function says a name, where it is an own reader.
    pub(super) fn asked(&self, function: &str) -> Option<Asked> {
        self.asked.get(function).copied()
    }

    /// Whether something stands in an own reader that somebody calls.
    pub(super) fn are_asked_by(&self, source: &Source, within: Within) -> bool {
        source.function(within).is_some_and(|function| self.called.contains(function.name.as_str()))
    }
}

/// Notes the own readers of a source, and says whether anything of that is new.
fn collect<'a>(facts: &'a Facts, source: &'a Source, asked: &mut BTreeMap<&'a str, Asked>) -> bool {
    let mut is_new = false;
    for call in &source.calls {
        let Some(function) = source.function(call.within) else { continue };
        // Everybody has functions of these names.
        if ["main", "new", "from_env"].contains(&function.name.as_str()) {
            continue;
        }
        let reads = reads_one(&call.path);
        let value = match asked.get(last(&call.path)) {
            _ if reads => call.arguments.first(),
            Some(Asked::At(index)) => call.arguments.get(*index),
            _ => None,
        };
        let Some(value) = value.filter(|value| facts.text(source, value).is_none()) else { continue };
        let found = match parameter(function, value) {
            Some(index) => Asked::At(index),
            None if reads => Asked::Somewhere,
            None => continue,
        };
        // Two of one name may take it in different places.
        let known = asked.get(function.name.as_str()).copied();
        let told = if known.is_none_or(|known| known == found) { found } else { Asked::Somewhere };
        is_new |= asked.insert(&function.name, told) != Some(told);
    }
    is_new
}

/// Which parameter of its function a value is.
fn parameter(function: &Function, value: &Value) -> Option<usize> {
    let name = match value {
        Value::Name(name) => name,
        Value::Method(receiver, ..) => match &**receiver {
            Value::Name(name) => name,
            _ => return None,
        },
        _ => return None,
    };
    function.parameters.iter().position(|parameter| parameter == name)
}
