//! The templates inside this program. They are files of `templates/`, read by the compiler, so that `new` needs no
//! network and no folder beside the program.
//!
//! The compiler notices a changed file by itself; after adding or removing one, touch this file.

use include_dir::{Dir, include_dir};
use std::path::Path;

static TEMPLATES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates");

/// The names of all built-in templates, sorted.
pub(super) fn names() -> Vec<String> {
    let mut names: Vec<String> = TEMPLATES.dirs().filter_map(|folder| text(folder.path())).collect();
    names.sort();
    names
}

/// The files of one template: the path below its folder, and the bytes. None where there is no such template.
pub(super) fn files(name: &str) -> Option<Vec<(String, &'static [u8])>> {
    let folder = TEMPLATES.dirs().find(|folder| folder.path() == Path::new(name))?;
    let mut found = Vec::new();
    collect(folder, folder.path(), &mut found);
    Some(found)
}

fn collect(folder: &'static Dir<'static>, root: &Path, found: &mut Vec<(String, &'static [u8])>) {
    for file in folder.files() {
        found.extend(file.path().strip_prefix(root).ok().and_then(text).map(|path| (path, file.contents())));
    }
    folder.dirs().for_each(|inner| collect(inner, root, found));
}

fn text(path: &Path) -> Option<String> {
    path.to_str().map(str::to_owned)
}
