//! The files that the service's programs are compiled from: from each root along its `mod` lines. Files that are parsed
//! at the same depth are parsed at the same time.

use super::{Bin, Package};
use crate::check::source::{Module, Source};
use crate::codebase::{WorkTree, joined};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Mutex;

/// A file that is no Rust, as this version's parser knows it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Unread {
    /// The file, from the codebase's root.
    pub path: String,
    /// The line, from 1.
    pub line: usize,
    /// What the parser said.
    pub rule: String,
}

/// A file, and the folder that its modules' files stand in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Wanted {
    path: String,
    modules: String,
}

/// Reads all files of the programs and of the libraries that they are compiled with.
pub(super) fn read(tree: &WorkTree, bins: &[Bin], packages: &[Package]) -> (Vec<Source>, Vec<Unread>) {
    let roots = bins.iter().map(|bin| &bin.path).chain(packages.iter().filter_map(|package| package.library.as_ref()));
    let mut level: Vec<Wanted> =
        roots.map(|path| Wanted { modules: folder(path).to_owned(), path: path.clone() }).collect();
    let mut known: BTreeSet<String> = level.iter().map(|one| one.path.clone()).collect();
    let (mut sources, mut unread) = (Vec::new(), Vec::new());
    while !level.is_empty() {
        let mut next = Vec::new();
        for (wanted, read) in parsed(tree.root(), &level) {
            match read {
                Ok(source) => {
                    let below = source.modules.iter().flat_map(|module| places(&wanted, module));
                    for one in below.filter(|one| tree.stands(&one.path)) {
                        if known.insert(one.path.clone()) {
                            next.push(one);
                        }
                    }
                    sources.push(source);
                }
                Err((line, rule)) => unread.push(Unread { path: wanted.path, line, rule }),
            }
        }
        level = next;
    }
    sources.sort_by(|one, other| one.path.cmp(&other.path));
    unread.sort_by(|one, other| one.path.cmp(&other.path));
    (sources, unread)
}

type Read = Result<Source, (usize, String)>;

fn parsed(root: &Path, level: &[Wanted]) -> Vec<(Wanted, Read)> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(level.len().div_ceil(4)).max(1);
    let (queue, done) = (Mutex::new(level.iter()), Mutex::new(Vec::with_capacity(level.len())));
    let work = || {
        loop {
            let next = queue.lock().map(|mut queue| queue.next()).ok().flatten();
            let Some(wanted) = next else { break };
            // A file that vanished, or is no text, is none of the closure's.
            let Ok(text) = std::fs::read_to_string(root.join(&wanted.path)) else { continue };
            let read = Source::read(&wanted.path, text);
            if let Ok(mut done) = done.lock() {
                done.push((wanted.clone(), read));
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads {
            // Nested syntax is walked by recursion; a thread has a quarter of the main thread's stack.
            let _ = std::thread::Builder::new().stack_size(16 << 20).spawn_scoped(scope, work);
        }
        work();
    });
    let mut done = done.into_inner().unwrap_or_default();
    done.sort_by(|(one, _), (other, _)| one.cmp(other));
    done
}

/// Where the file of a module may stand (the Rust reference, "Module source filenames").
fn places(of: &Wanted, module: &Module) -> Vec<Wanted> {
    let within = module.within.iter().fold(of.modules.clone(), |folder, name| format!("{folder}/{name}"));
    let within = within.trim_start_matches('/').to_owned();
    if let Some(path) = &module.path {
        let base = if module.within.is_empty() { folder(&of.path) } else { within.as_str() };
        return joined(base, path)
            .map(|path| vec![Wanted { modules: folder(&path).to_owned(), path }])
            .unwrap_or_default();
    }
    let name = module.name.strip_prefix("r#").unwrap_or(&module.name);
    let own = if within.is_empty() { name.to_owned() } else { format!("{within}/{name}") };
    vec![
        Wanted { path: format!("{own}.rs"), modules: own.clone() },
        Wanted { path: format!("{own}/mod.rs"), modules: own },
    ]
}

fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}
