//! Where each constant is bound, by its name, so that following one does not look through every file.

use super::Facts;
use crate::check::source::{Binding, Source};
use std::collections::BTreeMap;

/// The places of all bindings with a name as constants have it: the file and the binding in it, in their order.
#[derive(Debug, Default)]
pub(super) struct Constants(BTreeMap<String, Vec<(usize, usize)>>);

impl Constants {
    /// Those of these files.
    pub(super) fn of(sources: &[Source]) -> Self {
        let mut places: BTreeMap<String, Vec<(usize, usize)>> = BTreeMap::new();
        for (file, source) in sources.iter().enumerate() {
            for (index, binding) in source.bindings.iter().enumerate() {
                if binding.name.chars().any(char::is_uppercase) {
                    places.entry(binding.name.clone()).or_default().push((file, index));
                }
            }
        }
        Self(places)
    }
}

impl Facts {
    /// Every binding of a constant's name, with its file.
    pub(in crate::check) fn bindings_of(&self, name: &str) -> impl Iterator<Item = (&Source, &Binding)> {
        self.constants.0.get(name).into_iter().flatten().filter_map(|(file, index)| {
            let source = self.sources.get(*file)?;
            Some((source, source.bindings.get(*index)?))
        })
    }
}
