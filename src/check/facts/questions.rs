//! Questions that several rules ask of the facts.

use super::{Dependency, Facts, Package};
use crate::check::Place;
use crate::check::source::{Call, Macro, MethodCall, Source, Text, Within, ends_in};
use std::collections::{BTreeMap, BTreeSet};

impl Facts {
    /// Every call, with its file.
    pub(in crate::check) fn calls(&self) -> impl Iterator<Item = (&Source, &Call)> {
        self.sources.iter().flat_map(|source| source.calls.iter().map(move |call| (source, call)))
    }

    /// The calls of any of these functions.
    pub(in crate::check) fn calls_of<'a>(&'a self, tails: &'a [&str]) -> impl Iterator<Item = (&'a Source, &'a Call)> {
        self.calls().filter(|(_, call)| tails.iter().any(|tail| ends_in(&call.path, tail)))
    }

    /// Every call of a method, with its file.
    pub(in crate::check) fn methods(&self) -> impl Iterator<Item = (&Source, &MethodCall)> {
        self.sources.iter().flat_map(|source| source.methods.iter().map(move |call| (source, call)))
    }

    /// The calls of any of these methods.
    pub(in crate::check) fn methods_of<'a>(
        &'a self,
        names: &'a [&str],
    ) -> impl Iterator<Item = (&'a Source, &'a MethodCall)> {
        self.methods().filter(|(_, call)| names.contains(&call.name.as_str()))
    }

    /// Every macro, with its file.
    pub(in crate::check) fn macros(&self) -> impl Iterator<Item = (&Source, &Macro)> {
        self.sources.iter().flat_map(|source| source.macros.iter().map(move |one| (source, one)))
    }

    /// Every string, with its file.
    pub(in crate::check) fn strings(&self) -> impl Iterator<Item = (&Source, &Text)> {
        self.sources.iter().flat_map(|source| source.strings.iter().map(move |text| (source, text)))
    }

    /// The first line of a file that holds some words, with those words drawn under.
    pub(in crate::check) fn words(&self, path: &str, words: &str) -> Option<Place> {
        let text = self.tree.text(path)?;
        let (index, line) = text.lines().enumerate().find(|(_, line)| line.contains(words))?;
        Some(Place::words(path, index + 1, line, words, "here"))
    }

    /// Whether a path is called, named or imported anywhere.
    pub(in crate::check) fn mentions(&self, tail: &str) -> bool {
        self.sources.iter().any(|source| {
            source.calls.iter().any(|call| ends_in(&call.path, tail))
                || source.names.iter().any(|name| ends_in(&name.path, tail))
                || source.imports.paths().any(|path| ends_in(path, tail))
        })
    }

    /// What the service's programs are compiled with, of all packages of the closure.
    pub(in crate::check) fn dependencies(&self) -> impl Iterator<Item = (&Package, &Dependency)> {
        self.packages.iter().flat_map(|package| package.compiled().map(move |one| (package, one)))
    }

    /// The features that the service's package declares.
    pub(in crate::check) fn all_features(&self) -> impl Iterator<Item = &String> {
        self.service().features.iter()
    }

    /// The first of these packages that the service is compiled with.
    pub(in crate::check) fn depends_on<'a>(&self, names: &[&'a str]) -> Option<&'a str> {
        names.iter().copied().find(|name| self.dependencies().any(|(_, one)| one.package == *name))
    }

    /// Whether `main` can reach the function that something stands in, as far as names tell. What stands in no
    /// function is always reached.
    pub(in crate::check) fn reaches(&self, source: &Source, within: Within) -> bool {
        source
            .function(within)
            .is_none_or(|function| function.entered_from_outside || self.reachable.contains(&function.name))
    }
}

/// The names of all functions that `main` may call. Names alone are compared, so it is rather one too many.
pub(super) fn reachable(sources: &[Source]) -> BTreeSet<String> {
    let mut by_name: BTreeMap<&str, Vec<&BTreeSet<String>>> = BTreeMap::new();
    let mut open: Vec<&str> = vec!["main"];
    open.extend(sources.iter().flat_map(|source| &source.mentions).map(String::as_str));
    for function in sources.iter().flat_map(|source| &source.functions) {
        by_name.entry(&function.name).or_default().push(&function.mentions);
        if function.entered_from_outside {
            open.push(&function.name);
        }
    }
    let mut reached = BTreeSet::new();
    while let Some(name) = open.pop() {
        if !reached.insert(name.to_owned()) {
            continue;
        }
        for mention in by_name.get(name).into_iter().flatten().flat_map(|mentions| mentions.iter()) {
            if by_name.contains_key(mention.as_str()) && !reached.contains(mention) {
                open.push(mention);
            }
        }
    }
    reached
}
