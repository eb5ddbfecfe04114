//! V. Build, release, run: strictly separate the stages.

use super::facts::ContainerFile;
use super::source::ends_in;
use super::{Factor, Facts, Found, Judgement, Rule, Verdict};
use crate::codebase::beside;
use crate::report::Counted;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "TF0501",
        name: "live-build",
        factor: Factor::BuildReleaseRun,
        passes: "it compiles without a running service",
        level: Verdict::Fail,
        promise: "The build stage makes an executable from a commit and its dependencies; it knows nothing of a deploy.",
        looks_at: "sqlx's checked macros (`query!`, `query_as!` and their kin) without a tracked `.sqlx` folder or sqlx-data.json: they ask a live database while compiling.",
        blind_spots: "Other macros and build scripts that connect somewhere.",
        fix: "`cargo sqlx prepare`, and commit `.sqlx`.",
        settled_by: None,
        judge: live_build,
    },
    Rule {
        id: "TF0502",
        name: "moving-input",
        factor: Factor::BuildReleaseRun,
        passes: "images are made from named inputs",
        level: Verdict::Warn,
        promise: "A release is what was built and nothing else: building a commit again gives the same.",
        looks_at: "`releases/latest`, and a download that is piped into a shell, in `RUN` and `ADD` of Dockerfiles.",
        blind_spots: "Packages of a distribution; scripts that a Dockerfile calls; base images by tag.",
        fix: "Name the version and check its digest.",
        settled_by: None,
        judge: moving_input,
    },
    Rule {
        id: "TF0503",
        name: "build-script-reaches-out",
        factor: Factor::BuildReleaseRun,
        passes: "the build script looks at its own files only",
        level: Verdict::Note,
        promise: "The build stage is a function of the commit and its dependencies.",
        looks_at: "build.rs of the service and of the packages of the codebase that it is compiled with: programs that they start, and clients of the network.",
        blind_spots: "Build scripts of dependencies; code that is called through another package.",
        fix: "`cargo twelve run` gives RELEASE_VERSION and RELEASE_COMMIT to every process, so git need not be asked.",
        settled_by: None,
        judge: build_script,
    },
    Rule {
        id: "TF0504",
        name: "compiles-at-start",
        factor: Factor::BuildReleaseRun,
        passes: "processes start what was built",
        level: Verdict::Fail,
        promise: "The run stage starts processes of a release; it has no build in it, since nobody is there when it fails at night.",
        looks_at: "`cargo run`, `cargo build` and the like as the command of a process type, of ENTRYPOINT or of CMD.",
        blind_spots: "Scripts that a command calls. Files for development do not count.",
        fix: "Start the program by its name.",
        settled_by: None,
        judge: compiles_at_start,
    },
];

/// sqlx's macros that ask a database while they are expanded.
const LIVE: [&str; 12] = [
    "query",
    "query_as",
    "query_scalar",
    "query_unchecked",
    "query_as_unchecked",
    "query_scalar_unchecked",
    "query_file",
    "query_file_as",
    "query_file_scalar",
    "query_file_unchecked",
    "query_file_as_unchecked",
    "query_file_scalar_unchecked",
];

fn live_build(facts: &Facts) -> Judgement {
    if facts.depends_on(&["sqlx"]).is_none() {
        return Judgement::not_applicable("it is not compiled with sqlx");
    }
    let is_live = |path: &str| {
        let (of, name) = path.rsplit_once("::").unwrap_or(("", path));
        LIVE.contains(&name) && of == "sqlx"
    };
    let first = facts.macros().find(|(_, one)| is_live(&one.path));
    let Some((source, one)) = first else { return Judgement::KEPT };
    let folders = facts.packages.iter().map(|one| one.folder.as_str()).chain([facts.workspace.as_str(), ""]);
    let prepared = folders.into_iter().any(|folder| {
        facts.tree.below(&beside(folder, ".sqlx")).next().is_some() || facts.tree.has(&beside(folder, "sqlx-data.json"))
    });
    if prepared {
        return Judgement::KEPT;
    }
    let queries = Counted(facts.macros().filter(|(_, one)| is_live(&one.path)).count(), "query");
    let message = format!("a live database is asked for {queries} while it is compiled, and no `.sqlx` is committed");
    Judgement::Found(vec![Found::new(Verdict::Fail, message).at(source.place(one.span, "the first of them"))])
}

fn moving_input(facts: &Facts) -> Judgement {
    if facts.containers.is_empty() {
        return Judgement::not_applicable("there is no Dockerfile");
    }
    let mut found = Vec::new();
    for file in &facts.containers {
        for instruction in file.instructions.iter().filter(|one| matches!(one.verb.as_str(), "RUN" | "ADD")) {
            let compact = instruction.rest.replace("| ", "|").replace(" |", "|");
            let downloads = compact.contains("curl ") || compact.contains("wget ");
            let shells = ["|sh", "|bash", "|/bin/sh", "|sudo sh"];
            if compact.contains("releases/latest") {
                let place = file.place(instruction, "releases/latest", "another one after the next release there");
                found.push(
                    Found::new(Verdict::Warn, "the image takes whatever is the latest on the day it is built")
                        .at(place),
                );
            } else if downloads && shells.iter().any(|shell| compact.contains(shell)) {
                let words = if compact.contains("curl ") { "curl" } else { "wget" };
                let place = file.place(instruction, words, "what it runs may be another tomorrow");
                found.push(
                    Found::new(Verdict::Warn, "the image runs a script from the network as it is on that day")
                        .at(place),
                );
            }
        }
    }
    Judgement::of(found)
}

fn build_script(facts: &Facts) -> Judgement {
    if facts.build_scripts.is_empty() {
        return Judgement::not_applicable("it has no build script");
    }
    let mut found = Vec::new();
    for (script, call) in
        facts.build_scripts.iter().flat_map(|script| script.calls.iter().map(move |call| (script, call)))
    {
        if ends_in(&call.path, "process::Command::new")
            && let Some(program) = call.arguments.first().and_then(|one| one.text())
        {
            let place = script.place(call.span, "started while it is compiled");
            found.push(Found::new(Verdict::Note, format!("the build script starts `{program}`")).at(place));
        }
        if ["reqwest::get", "blocking::get", "ureq::get", "attohttpc::get"].iter().any(|path| ends_in(&call.path, path))
        {
            let place = script.place(call.span, "asked while it is compiled");
            found.push(Found::new(Verdict::Note, "the build script asks the network").at(place));
        }
    }
    Judgement::of(found)
}

fn compiles_at_start(facts: &Facts) -> Judgement {
    let compiles = |words: &[String]| {
        let first = words.first().map(|word| word.rsplit('/').next().unwrap_or(word));
        first == Some("cargo")
            && words.iter().any(|word| matches!(word.as_str(), "run" | "build" | "watch" | "r" | "b"))
    };
    let mut found = Vec::new();
    for process in &facts.declaration.processes {
        let words: Vec<String> = process.command.words().iter().filter_map(crate::app::Word::literal).collect();
        if compiles(&words) {
            let name = if facts.texts.procfile.is_some() { "Procfile" } else { "twelve.toml" };
            let path = facts.declaration_path(name);
            let place = facts.words(&path, process.command.text());
            let message = format!("the process type `{}` compiles when it starts", process.name);
            found.push(place.into_iter().fold(Found::new(Verdict::Fail, message), Found::at));
        }
    }
    for file in facts.containers.iter().filter(|file| file.serves(facts)) {
        for verb in ["ENTRYPOINT", "CMD"] {
            if let Some(last) = file.of(verb).last().filter(|one| compiles(&one.words())) {
                let place = file.place(last, "cargo", "compiles");
                found.push(Found::new(Verdict::Fail, "the container compiles when it starts").at(place));
            }
        }
    }
    if facts.declaration.processes.is_empty() && facts.containers.is_empty() {
        return Judgement::not_applicable("neither a process type nor a Dockerfile says what is started");
    }
    Judgement::of(found)
}

impl ContainerFile {
    /// Whether its image is one of the service: it stands beside it or at the top, and is not another member's.
    fn serves(&self, facts: &Facts) -> bool {
        let folder = self.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        [facts.service().folder.as_str(), facts.workspace.as_str(), ""].contains(&folder)
            || folder.ends_with("docker")
            || self.starts(facts.service())
    }
}
