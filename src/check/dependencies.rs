//! II. Dependencies: explicitly declare and isolate dependencies.

use super::facts::{LockState, Package};
use super::source::ends_in;
use super::{Evidence, Factor, Facts, Found, Judgement, Place, Rule, Verdict};
use crate::codebase::beside;
use std::collections::BTreeMap;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "TF0201",
        name: "lock-missing",
        factor: Factor::Dependencies,
        passes: "Cargo.lock is tracked",
        level: Verdict::Fail,
        promise: "All dependencies are declared, completely and exactly; an app's lockfile says which versions those are.",
        looks_at: "Whether Cargo.lock of the workspace is there and tracked, asked of git's index and not of .gitignore.",
        blind_spots: "A lockfile that a build makes elsewhere is not known.",
        fix: "`cargo generate-lockfile`, take the line out of .gitignore, `git add Cargo.lock`.",
        settled_by: None,
        judge: lock_missing,
    },
    Rule {
        id: "TF0202",
        name: "lock-stale",
        factor: Factor::Dependencies,
        passes: "Cargo.lock locks what the manifests ask for",
        level: Verdict::Fail,
        promise: "The declaration is complete and exact: what the manifest asks for is what the lockfile locks.",
        looks_at: "Names, versions and requirements of the manifests of the service and the packages it is built with, against Cargo.lock.",
        blind_spots: "Changes deeper than a direct dependency's requirement; patches. cargo itself is not asked, so a missing toolchain or registry changes nothing.",
        fix: "`cargo update --workspace` and commit Cargo.lock.",
        settled_by: None,
        judge: lock_stale,
    },
    Rule {
        id: "TF0203",
        name: "install-unlocked",
        factor: Factor::Dependencies,
        passes: "images are compiled with the lockfile",
        level: Verdict::Fail,
        promise: "Dependencies are isolated: a build takes what is declared, not what is newest on that day.",
        looks_at: "`cargo install --path` without `--locked` in Dockerfiles and the Procfile: cargo ignores Cargo.lock then.",
        blind_spots: "Scripts that a Dockerfile calls. Installing tools (no `--path`) and files for tests or development do not count.",
        fix: "Add `--locked`, or use `cargo build --release --locked`.",
        settled_by: None,
        judge: install_unlocked,
    },
    Rule {
        id: "TF0204",
        name: "git-dependency-floating",
        factor: Factor::Dependencies,
        passes: "git dependencies name a commit or a tag",
        level: Verdict::Note,
        promise: "Dependencies are declared exactly.",
        looks_at: "`git = \"...\"` without `rev` or `tag` in the manifests of the service and the packages it is built with.",
        blind_spots: "The lockfile pins the commit, so this bites at the next `cargo update` only; hence a note.",
        fix: "Name the commit with `rev`, or a `tag`.",
        settled_by: None,
        judge: floating,
    },
    Rule {
        id: "TF0205",
        name: "shells-out",
        factor: Factor::Dependencies,
        passes: "it starts no programs of the machine",
        level: Verdict::Note,
        promise: "An app never relies on the implicit existence of system tools; what it calls is declared or ships with it.",
        looks_at: "`std::process::Command::new` and tokio's with a literal program, reachable from `main`.",
        blind_spots: "Programs whose name is computed; C libraries that start programs.",
        fix: "Use a library, ship the tool with the app, or list it in the README of the server.",
        settled_by: None,
        judge: shells_out,
    },
    Rule {
        id: "TF0206",
        name: "toolchain-undeclared",
        factor: Factor::Dependencies,
        passes: "the Rust that it needs is declared",
        level: Verdict::Note,
        promise: "The declaration is complete; the compiler is a dependency too.",
        looks_at: "`rust-version` in the manifest or its workspace; rust-toolchain.toml or rust-toolchain above the package.",
        blind_spots: "Whether the declared version is enough.",
        fix: "Write `rust-version` into Cargo.toml, or pin the toolchain in rust-toolchain.toml.",
        settled_by: None,
        judge: toolchain,
    },
    Rule {
        id: "TF0207",
        name: "system-libraries",
        factor: Factor::Dependencies,
        passes: "the build needs no shared library beyond the C library's family",
        level: Verdict::Note,
        promise: "An app does not rely on packages of the machine that nobody declared.",
        looks_at: "The shared libraries that a release's programs name, in the build's manifest (`--release-id`).",
        blind_spots: "What is opened with dlopen at run time.",
        fix: "Link it statically, or say so in `[build] system-libraries`.",
        settled_by: None,
        judge: system_libraries,
    },
];

fn lock_missing(facts: &Facts) -> Judgement {
    let path = &facts.lock.path;
    let found = |message: String| {
        Judgement::Found(vec![Found::new(Verdict::Fail, message).at(Place::file(path, "the lockfile"))])
    };
    match &facts.lock.state {
        LockState::Missing => found(format!("there is no `{path}`")),
        LockState::Untracked { .. } if !facts.tree.is_versioned() => Judgement::KEPT,
        LockState::Untracked { ignored: true } => found(format!("`{path}` is ignored by git, so nobody else has it")),
        LockState::Untracked { ignored: false } => found(format!("`{path}` is not tracked, so nobody else has it")),
        LockState::Unreadable(_) | LockState::Locked(_) => Judgement::KEPT,
    }
}

fn lock_stale(facts: &Facts) -> Judgement {
    let path = &facts.lock.path;
    match &facts.lock.state {
        LockState::Missing | LockState::Untracked { .. } => Judgement::not_applicable("there is no tracked lockfile"),
        LockState::Unreadable(rule) => Judgement::unknown(format!("`{path}` cannot be read: {rule}")),
        LockState::Locked(_) => {
            let is_member = |package: &Package| !facts.beside.contains(&package.folder);
            let lacking = facts.packages.iter().flat_map(|package| facts.lock.lacks(package, is_member(package)));
            let found = lacking.map(|lacking| {
                let message = format!("`{path}` does not lock what the manifests ask for: {lacking}");
                Found::new(Verdict::Fail, message).at(Place::file(path, "the lockfile"))
            });
            Judgement::of(found.collect())
        }
    }
}

fn install_unlocked(facts: &Facts) -> Judgement {
    let unlocked = |command: &str| {
        let words: Vec<&str> = command.split_whitespace().collect();
        let cargo = words.iter().position(|word| *word == "cargo" || word.ends_with("/cargo"));
        let installs = cargo.is_some_and(|at| words[at..].contains(&"install"));
        installs
            && words.iter().any(|word| *word == "--path" || word.starts_with("--path="))
            && !words.iter().any(|word| matches!(*word, "--locked" | "--frozen"))
    };
    let mut found = Vec::new();
    for file in &facts.containers {
        for instruction in file.of("RUN") {
            for command in instruction.commands().filter(|command| unlocked(command)) {
                let message = format!("`{command}` ignores Cargo.lock");
                let place = file.place(instruction, "cargo install", "takes the newest versions that fit");
                found.push(Found::new(Verdict::Fail, message).at(place));
            }
        }
    }
    for (number, line) in facts.texts.procfile.iter().flat_map(|text| text.lines().enumerate()) {
        if line.split(['&', ';', '|', ':']).any(unlocked) {
            let path = facts.declaration_path("Procfile");
            let place = Place::words(&path, number + 1, line, "cargo install", "takes the newest versions that fit");
            found.push(Found::new(Verdict::Fail, "a process type installs without Cargo.lock").at(place));
        }
    }
    if facts.containers.is_empty() && facts.texts.procfile.is_none() {
        return Judgement::not_applicable("there is neither a Dockerfile nor a Procfile");
    }
    Judgement::of(found)
}

fn floating(facts: &Facts) -> Judgement {
    let git: Vec<_> =
        facts.dependencies().filter_map(|(package, one)| Some((package, one, one.git.as_ref()?))).collect();
    if git.is_empty() {
        return Judgement::not_applicable("nothing comes from a git repository");
    }
    let found = git.into_iter().filter(|(_, _, git)| !git.pinned).map(|(package, one, git)| {
        let path = manifest(package);
        let place = facts.words(&path, &git.url).unwrap_or_else(|| Place::file(&path, "the manifest"));
        let message = format!("`{}` follows a branch of `{}`; only the lockfile pins it", one.package, git.url);
        Found::new(Verdict::Note, message).at(place)
    });
    Judgement::of(found.collect())
}

fn shells_out(facts: &Facts) -> Judgement {
    let mut programs: BTreeMap<String, Vec<Evidence>> = BTreeMap::new();
    for (source, call) in facts.calls() {
        let known = ["std::process::Command::new", "tokio::process::Command::new", "process::Command::new"];
        if !known.iter().any(|path| ends_in(&call.path, path)) || !facts.reaches(source, call.within) {
            continue;
        }
        if let Some(program) = call.arguments.first().and_then(|one| facts.constant(source, call.within, one))
            && let Some(program) = program.text()
        {
            let place = source.place(call.span, "started here");
            programs.entry(program.to_owned()).or_default().push(place.into());
        }
    }
    let found = programs.into_iter().map(|(program, places)| {
        let message = format!("it starts `{program}`, which must be on the machine");
        Found { verdict: Verdict::Note, message, evidence: places.into_iter().take(3).collect() }
    });
    Judgement::of(found.collect())
}

fn toolchain(facts: &Facts) -> Judgement {
    let service = facts.service();
    let folders = crate::codebase::self_and_above(&service.folder);
    let pinned = folders.flat_map(|folder| [beside(folder, "rust-toolchain.toml"), beside(folder, "rust-toolchain")]);
    if service.rust_version.is_some() || pinned.into_iter().any(|path| facts.tree.stands(&path)) {
        return Judgement::KEPT;
    }
    let place = Place::file(&manifest(service), "no `rust-version`");
    Judgement::Found(vec![Found::new(Verdict::Note, "which Rust it needs is not declared").at(place)])
}

fn system_libraries(facts: &Facts) -> Judgement {
    let Some(release) = &facts.release else {
        return Judgement::not_applicable("no release was given (`--release-id`)");
    };
    let allowed = &release.declaration.build.system_libraries;
    let family = ["libc.so", "libm.so", "libgcc_s.so", "libpthread.so", "libdl.so", "librt.so", "libutil.so", "ld-"];
    let beyond = release.system.needed.iter().filter(|one| !family.iter().any(|known| one.starts_with(known)));
    let found = beyond.filter(|one| !allowed.contains(one)).map(|one| {
        Found::new(Verdict::Note, format!("the build needs `{one}` on the machine"))
            .at(Place::file(&manifest(facts.service()), "the package"))
    });
    Judgement::of(found.collect())
}

fn manifest(package: &Package) -> String {
    beside(&package.folder, "Cargo.toml")
}
