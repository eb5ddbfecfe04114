//! VI. Processes: execute the app as one or more stateless processes.

use super::backing_services::CLIENTS;
use super::concurrency::is_connections;
use super::observation::Watched;
use super::source::{Source, TypePlace, Value, Within, ends_in};
use super::{Factor, Facts, Found, Judgement, Rule, Verdict};
use crate::report::Counted;
use std::collections::BTreeSet;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "TF0601",
        name: "local-files",
        factor: Factor::Processes,
        passes: "it keeps no files of its own",
        level: Verdict::Warn,
        promise: "Processes are stateless and share nothing; what must last lies in a backing service.",
        looks_at: "Calls that create or write files outside of temporary folders, reachable from `main`. A warning where the service has no client of a backing service, so that files are its only store; else a note.",
        blind_spots: "Which file is meant for how long. `check --run` sees what is really written (TF0651).",
        fix: "Keep it in an object store or a database; write what is only passing into TMPDIR.",
        settled_by: None,
        judge: local_files,
    },
    Rule {
        id: "TF0602",
        name: "state-in-memory",
        factor: Factor::Processes,
        passes: "nothing that must last is kept in memory alone",
        level: Verdict::Warn,
        promise: "What a process has in memory is gone with the process, and other processes do not have it.",
        looks_at: "Shared maps behind a lock (`RwLock<HashMap<..>>`, `DashMap`) that are filled. A warning where the service has no client of a backing service and writes no files, so that memory is its only store; else a note for statics.",
        blind_spots: "Caches look the same; hence the question what else it could store things in.",
        fix: "Keep it in a backing service; a cache may stay in memory, as long as missing it only costs time.",
        settled_by: None,
        judge: state_in_memory,
    },
    Rule {
        id: "TF0603",
        name: "database-file",
        factor: Factor::Processes,
        passes: "its database is no file beside it",
        level: Verdict::Warn,
        promise: "What must last lies in a backing service, not on the disk of one machine.",
        looks_at: "A sqlite address or a database's file name in the source of a service that is compiled with a sqlite client.",
        blind_spots: "Names that come from the config without a default.",
        fix: "Make the address required, so that no deploy falls into a local file unasked.",
        settled_by: None,
        judge: database_file,
    },
    Rule {
        id: "TF0651",
        name: "files-written",
        factor: Factor::Processes,
        passes: "it writes nothing outside its TMPDIR",
        level: Verdict::Warn,
        promise: "Processes are stateless: the disk is a brief, single-transaction space.",
        looks_at: "Files that its processes wrote anywhere while it was started, asked, stopped, killed and started again. As root the kernel names each write and its process (fanotify); otherwise what changes in the folders that the user may write is seen (inotify), without those where others write at the time. The evidence says which.",
        blind_spots: "What only a real request would write. Without root: who wrote, and files in folders where others write too. Empty folders count in HOME and the release alone.",
        fix: "Keep it in a backing service, or say in `[sandbox] writable` what may be written.",
        settled_by: None,
        judge: files_written,
    },
];

/// Functions that make or change a file.
const WRITES: [&str; 9] = [
    "fs::write",
    "File::create",
    "File::create_new",
    "fs::copy",
    "fs::rename",
    "fs::File::create",
    "NamedTempFile::persist",
    "fs::hard_link",
    "fs_err::write",
];

/// Whether a file that is written is only a passing one.
fn is_passing(values: &[Value]) -> bool {
    let said = |text: &str| {
        let lower = text.to_lowercase();
        lower.contains("tmp") || lower.contains("temp")
    };
    values.iter().any(|value| {
        value.any(&|one| match one {
            Value::Text(text) | Value::Name(text) | Value::Call(text, _) | Value::Method(_, text, _) => said(text),
            _ => false,
        })
    })
}

/// Every place that writes a lasting file.
fn writes(facts: &Facts) -> Vec<super::Place> {
    let mut places = Vec::new();
    let counts = |source: &Source, within: Within| {
        let lower = source.function(within).map(|function| function.name.to_lowercase()).unwrap_or_default();
        // A logger's file is factor XI's.
        let logs = source.path.rsplit('/').next().is_some_and(|name| name.contains("log"));
        facts.reaches(source, within) && !logs && !lower.contains("tmp") && !lower.contains("temp")
    };
    for (source, call) in facts.calls() {
        if WRITES.iter().any(|tail| ends_in(&call.path, tail))
            && !is_passing(&call.arguments)
            && counts(source, call.within)
        {
            places.push(source.place(call.span, "written here"));
        }
    }
    for (source, call) in facts.methods_of(&["persist"]).filter(|(source, call)| counts(source, call.within)) {
        places.push(source.place(call.span, "a temporary file stays"));
    }
    for (source, call) in facts.methods_of(&["open"]) {
        let opens_for_writing = call.receiver.any(&|one| {
            matches!(one, Value::Method(_, name, _) if ["write", "append", "create", "create_new", "truncate"].contains(&name.as_str()))
        });
        if opens_for_writing && !is_passing(&call.arguments) && counts(source, call.within) {
            places.push(source.place(call.span, "opened for writing"));
        }
    }
    if !places.is_empty() {
        // A folder alone keeps nothing.
        let folders = facts.calls_of(&["fs::create_dir", "fs::create_dir_all"]);
        let folders = folders.filter(|(source, call)| !is_passing(&call.arguments) && counts(source, call.within));
        places.extend(folders.map(|(source, call)| source.place(call.span, "a folder for it")));
    }
    places.sort_by(|one, other| (&one.path, one.line).cmp(&(&other.path, other.line)));
    places
}

pub(super) fn local_files(facts: &Facts) -> Judgement {
    let places = writes(facts);
    if places.is_empty() {
        return Judgement::KEPT;
    }
    let only_store = facts.depends_on(&CLIENTS).is_none();
    let (verdict, message) = if only_store {
        (Verdict::Warn, "files of the machine are its only store")
    } else {
        (Verdict::Note, "it writes files of the machine")
    };
    let message = format!("{message} ({} places)", places.len());
    Judgement::Found(vec![places.into_iter().take(4).fold(Found::new(verdict, message), Found::at)])
}

/// Whether a type is a map, or a list, that several may change at a time.
fn is_shared_map(text: &str) -> bool {
    let maps = ["HashMap<", "BTreeMap<", "IndexMap<", "LinkedHashMap<", "VecDeque<"];
    let locks = ["Mutex<", "RwLock<"];
    let shared = text.contains("DashMap<")
        || locks
            .iter()
            .any(|lock| text.split_once(lock).is_some_and(|(_, inside)| maps.iter().any(|map| inside.contains(map))));
    shared && !counts(text)
}

/// Whether a map holds only numbers: how often something was seen is a measurement, and no store.
fn counts(text: &str) -> bool {
    let numbers = ["u8", "u16", "u32", "u64", "u128", "usize", "i32", "i64", "isize", "f64"];
    let atomic = ["AtomicU32", "AtomicU64", "AtomicUsize", "AtomicI64"];
    // A type as text has a comma behind each of its arguments, so that the value's is the last one before the end.
    let value = text.split_once("Map<").map(|(_, inside)| inside.trim_end_matches(['>', ',']));
    let value = value.and_then(|inside| inside.rsplit(',').next()).map(|one| one.rsplit("::").next().unwrap_or(one));
    value.is_some_and(|value| numbers.contains(&value) || atomic.contains(&value))
}

pub(super) fn state_in_memory(facts: &Facts) -> Judgement {
    let only_store = facts.depends_on(&CLIENTS).is_none() && writes(facts).is_empty();
    let filled = |source: &Source| {
        source.methods.iter().any(|call| matches!(call.name.as_str(), "insert" | "entry" | "push_back"))
    };
    let mut found = Vec::new();
    for source in facts.sources.iter().filter(|source| filled(source)) {
        for one in source
            .types
            .iter()
            .filter(|one| is_shared_map(&one.text) && !is_cache(&one.name) && !is_connections(facts, &one.text))
        {
            if only_store {
                let message = format!("`{}` is kept in memory and nowhere else", one.name);
                found.push(Found::new(Verdict::Warn, message).at(source.place(one.span, "gone with the process")));
            } else if one.place == TypePlace::Static {
                let message = format!("`{}` is kept in this process's memory", one.name);
                found.push(Found::new(Verdict::Note, message).at(source.place(one.span, "each process has its own")));
            }
        }
    }
    Judgement::of(found)
}

/// Whether a name says that missing what it holds only costs time.
pub(super) fn is_cache(name: &str) -> bool {
    let lower = name.to_lowercase();
    ["cache", "limit", "metric", "counter", "memo", "pool", "registry", "lru"].iter().any(|word| lower.contains(word))
}

fn database_file(facts: &Facts) -> Judgement {
    let sqlite = facts.dependencies().any(|(_, one)| {
        matches!(
            one.package.as_str(),
            "rusqlite" | "libsqlite3-sys" | "sqlite" | "deadpool-sqlite" | "r2d2_sqlite" | "tokio-rusqlite"
        ) || matches!(one.package.as_str(), "sqlx" | "sea-orm" | "diesel" | "diesel-async" | "welds")
            && one.features.iter().any(|feature| feature.contains("sqlite") || feature == "sqlx-all")
    }) || facts
        .service()
        .default_features
        .iter()
        .chain(facts.all_features())
        .any(|feature| feature.contains("sqlite"));
    if !sqlite {
        return Judgement::not_applicable("it is compiled with no sqlite client");
    }
    let is_file = |text: &str| {
        // `sqlite://{}` says that one can be named; a name says which one it is.
        if text.ends_with('}') || text.contains("{}?") {
            return false;
        }
        let stem = text.rsplit_once('.').map_or("", |(stem, _)| stem);
        if ["postgres", "mysql", "config", "settings"].iter().any(|one| stem.contains(one)) {
            return false;
        }
        // Also as a default that an attribute holds as code.
        let (_, rest) = text.split_once("sqlite:").unwrap_or_default();
        let starts = text.starts_with("sqlite:") || text.contains("\"sqlite:");
        let address = starts && rest.len() > 2 && !rest.contains("memory") && !rest.contains(' ');
        let ends = |end: &&str| text.ends_with(*end) && text.len() > end.len();
        address || [".sqlite", ".sqlite3", ".db"].iter().any(ends) && !text.contains(' ')
    };
    let mut found = Vec::new();
    let mut lines = BTreeSet::new();
    for (source, text) in facts.strings().filter(|(_, text)| is_file(&text.value)) {
        if lines.insert((&source.path, text.span.line)) {
            let message = "a file beside the app is its database, unless the config says otherwise";
            found.push(Found::new(Verdict::Warn, message).at(source.place(text.span, "on the disk of one machine")));
        }
    }
    found.truncate(3);
    Judgement::of(found)
}

fn files_written(facts: &Facts) -> Judgement {
    Watched::judgement(facts, |observation| {
        if observation.failed.is_some() {
            return Watched::Untold;
        }
        let mut measured = observation.measured("files written", observation.written.len() as u64, "files");
        measured.limit = Some(0);
        measured.details.extend(observation.written.iter().take(8).cloned());
        measured.details.push(observation.sight.to_string());
        if observation.written.is_empty() {
            return Watched::Kept(measured);
        }
        let files = Counted(observation.written.len(), "file");
        let message = format!("`{}` wrote {files} outside its TMPDIR", observation.process);
        Watched::Found(Found::new(Verdict::Warn, message).at(measured))
    })
}
