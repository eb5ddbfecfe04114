//! What the `use` lines of a file make of a path's first segment.

use std::collections::BTreeMap;
use syn::UseTree;

/// The names that a file imports, wherever in it.
#[derive(Debug, Default)]
pub(in crate::check) struct Imports {
    names: BTreeMap<String, String>,
    globs: Vec<String>,
}

impl Imports {
    /// Adds one `use`.
    pub(super) fn add(&mut self, tree: &UseTree) {
        self.add_below("", tree);
    }

    fn add_below(&mut self, above: &str, tree: &UseTree) {
        let below = |name: &str| if above.is_empty() { name.to_owned() } else { format!("{above}::{name}") };
        match tree {
            UseTree::Path(path) => self.add_below(&below(&path.ident.to_string()), &path.tree),
            UseTree::Name(name) if name.ident == "self" => {
                let last = above.rsplit("::").next().unwrap_or_default().to_owned();
                self.names.insert(last, above.to_owned());
            }
            UseTree::Name(name) => {
                let name = name.ident.to_string();
                self.names.insert(name.clone(), below(&name));
            }
            UseTree::Rename(rename) if rename.ident == "self" => {
                self.names.insert(rename.rename.to_string(), above.to_owned());
            }
            UseTree::Rename(rename) => {
                self.names.insert(rename.rename.to_string(), below(&rename.ident.to_string()));
            }
            UseTree::Glob(_) => self.globs.push(above.to_owned()),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.add_below(above, tree)),
        }
    }

    /// A path with its first segment replaced by what it was imported as.
    pub(super) fn resolved(&self, path: &str) -> String {
        let (first, rest) = path.split_once("::").map_or((path, None), |(first, rest)| (first, Some(rest)));
        match (self.names.get(first), rest) {
            (Some(whole), Some(rest)) => format!("{whole}::{rest}"),
            (Some(whole), None) => whole.clone(),
            (None, _) => path.to_owned(),
        }
    }

    /// Every path that is imported.
    pub(in crate::check) fn paths(&self) -> impl Iterator<Item = &str> {
        self.names.values().chain(&self.globs).map(String::as_str)
    }
}
