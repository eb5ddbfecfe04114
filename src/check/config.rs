//! III. Config: store config in the environment.

mod credentials;
mod declared;
mod groups;
mod read_sites;
mod readers;
mod readings;

pub(super) use read_sites::read_sites;
pub use readings::{How, Reading, Readings, Undeclared};

use super::{Factor, Facts, Found, Judgement, Place, Rule, Verdict};
use crate::codebase::beside;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "TF0301",
        name: "env-file-tracked",
        factor: Factor::Config,
        passes: "no env file with secrets is tracked",
        level: Verdict::Fail,
        promise: "Config is strictly apart from code: the codebase could be made public at any moment without giving away a credential.",
        looks_at: "Tracked env files (`.env`, `.env.NAME`, `NAME.env`) with a value in a variable whose name says secret, or an address with a password.",
        blind_spots: "Secrets under names that do not say so. Examples, samples, templates, fixtures, empty values and placeholders do not count.",
        fix: "`git rm --cached FILE`, add it to .gitignore, keep a `.env.example` without values, and change what was in it.",
        settled_by: None,
        judge: credentials::env_files,
    },
    Rule {
        id: "TF0302",
        name: "literal-credential",
        factor: Factor::Config,
        passes: "no credential is written in the source",
        level: Verdict::Fail,
        promise: "Config is strictly apart from code: the codebase could be made public at any moment without giving away a credential.",
        looks_at: "Strings of the service's source: private keys, addresses with a password on another host, tokens whose form is known.",
        blind_spots: "Anything without a known form; configuration files in other formats. Code for tests, placeholders, local hosts, and scanners' own patterns do not count.",
        fix: "Read it from the environment, and change it: whoever has a clone has it.",
        settled_by: None,
        judge: credentials::literals,
    },
    Rule {
        id: "TF0303",
        name: "env-groups",
        factor: Factor::Config,
        passes: "variables are granular, not grouped as environments",
        level: Verdict::Warn,
        promise: "Variables are independent of each other and never grouped as `development` or `production`, which does not scale with the number of deploys.",
        looks_at: "A variable named like `APP_ENV`, `ENVIRONMENT` or `PROFILE`, and whether the name of a configuration file is made in the same function.",
        blind_spots: "Groups that are chosen in other ways. Without such a file it is a note: telemetry names its environment so.",
        fix: "One variable for each thing that differs, each with its own default.",
        settled_by: None,
        judge: groups::groups,
    },
    Rule {
        id: "TF0304",
        name: "undocumented-variable",
        factor: Factor::Config,
        passes: "every variable that is read by name is documented",
        level: Verdict::Note,
        promise: "What varies between deploys is known: who deploys the app knows which variables it reads.",
        looks_at: "Names that the source reads, against `.env.example`, where there is one and twelve.toml has no `[config]`.",
        blind_spots: "Names that are made at run time, as configuration libraries make them from fields.",
        fix: "Add the name to `.env.example`, or declare it in `[config.vars]` of twelve.toml.",
        settled_by: None,
        judge: declared::undocumented,
    },
    Rule {
        id: "TF0305",
        name: "config-not-from-env",
        factor: Factor::Config,
        passes: "config is read from the environment",
        level: Verdict::Warn,
        promise: "Config is stored in environment variables: they are changed between deploys without changing a file or a command.",
        looks_at: "Whether anything of the service reads the environment, while options of the command line or a file are read.",
        blind_spots: "Libraries that read the environment by themselves. `RUST_LOG` alone does not count.",
        fix: "Give each option an `env`, as clap's `#[arg(env)]` does.",
        settled_by: None,
        judge: not_from_environment,
    },
    Rule {
        id: "TF0306",
        name: "env-file-in-image",
        factor: Factor::Config,
        passes: "images hold no env file",
        level: Verdict::Fail,
        promise: "A build knows no config: the same one serves every deploy.",
        looks_at: "`COPY` and `ADD` of an env file in Dockerfiles.",
        blind_spots: "Whole folders that hold one; .dockerignore.",
        fix: "Hand the variables to the container when it starts.",
        settled_by: None,
        judge: env_in_image,
    },
    Rule {
        id: "TF0307",
        name: "undeclared-variable",
        factor: Factor::Config,
        passes: "every variable that is read by name is declared",
        level: Verdict::Warn,
        promise: "Config is what the environment hands to a process; `run` hands over what is declared, and nothing else.",
        looks_at: "Names that the source reads, against `[config.vars]` and `passthrough` of twelve.toml, where it has a `[config]` table.",
        blind_spots: "Names that libraries outside of the codebase read, or that are made at run time. Names of the machine (`HOME`, `TERM`) do not count.",
        fix: "Add to twelve.toml the lines that the finding shows, or stop reading it.",
        settled_by: None,
        judge: declared::undeclared,
    },
    Rule {
        id: "TF0308",
        name: "unread-variable",
        factor: Factor::Config,
        passes: "every declared variable is read",
        level: Verdict::Note,
        promise: "What varies between deploys is known: who deploys the app sets what it reads, and nothing for nobody.",
        looks_at: "Names of `[config.vars]` that neither the source nor a command reads.",
        blind_spots: "Libraries outside of the codebase that read a variable by themselves. Where something may read any name, it is unknown.",
        fix: "Take the name out of `[config.vars]`, or read it; one that a library reads may stay.",
        settled_by: None,
        judge: declared::unread,
    },
    Rule {
        id: "TF0309",
        name: "baked-in-variable",
        factor: Factor::Config,
        passes: "no variable is baked in when it is compiled",
        level: Verdict::Warn,
        promise: "A build knows no config: the same one serves every deploy.",
        looks_at: "`env!` and `option_env!`, apart from what cargo and the service's build script set.",
        blind_spots: "Variables of build scripts. A name that says version, commit or time is a stamp of the build, and a note.",
        fix: "Read it with `std::env::var` when the program starts, and declare it.",
        settled_by: None,
        judge: declared::baked_in,
    },
    Rule {
        id: "TF0310",
        name: "dynamic-variable",
        factor: Factor::Config,
        passes: "every variable is read by a name that is written down",
        level: Verdict::Note,
        promise: "What varies between deploys is known: who deploys the app knows which variables it reads.",
        looks_at: "Calls of `env::var` and of the service's own wrappers with a name that is made at run time.",
        blind_spots: "A name that a function makes of what it is given: the words of its callers are taken for the name.",
        fix: "Write the names down, or declare a `passthrough` pattern that covers them.",
        settled_by: None,
        judge: declared::dynamic,
    },
];

/// Whether a file's name says that it holds variables of a deploy, and not an example of them.
fn is_env_file(path: &str) -> bool {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let lower = name.to_lowercase();
    let env = lower == ".env" || lower.starts_with(".env.") || lower.ends_with(".env");
    let example = ["example", "sample", "template", "dist", "default", "test", "ci", "schema", "vault"];
    let elsewhere = ["test", "tests", "fixture", "fixtures", "example", "examples", "testdata", "docs", "node_modules"];
    env && !lower.split(['.', '-', '_']).any(|part| example.contains(&part))
        && !folder.split('/').any(|part| elsewhere.contains(&part))
}

fn not_from_environment(facts: &Facts) -> Judgement {
    if let Some(site) = read_sites(facts).into_iter().next() {
        return Judgement::Pass(vec![site.source.place(site.span, "reads the environment").into()]);
    }
    let command_line = facts.depends_on(&["clap", "argh", "pico-args", "structopt", "lexopt", "gumdrop", "bpaf"]);
    let file = facts
        .calls_of(&["toml::from_str", "serde_yaml::from_str", "serde_yaml::from_reader", "File::with_name"])
        .next();
    match (command_line, file) {
        (Some(parser), _) => {
            let path = beside(&facts.service().folder, "Cargo.toml");
            let field = facts
                .sources
                .iter()
                .find_map(|source| Some(source.place(source.fields.first()?.span, "an option of the command line")));
            let place =
                field.or_else(|| facts.words(&path, parser)).unwrap_or_else(|| Place::file(&path, "the package"));
            let message = format!("config comes from the command line (`{parser}`) and from nowhere else");
            Judgement::Found(vec![Found::new(Verdict::Warn, message).at(place)])
        }
        (None, Some((source, call))) => {
            let message = "config comes from a file and from nowhere else";
            Judgement::Found(vec![Found::new(Verdict::Warn, message).at(source.place(call.span, "a file is read"))])
        }
        (None, None) => Judgement::unknown("nothing that reads config was seen"),
    }
}

fn env_in_image(facts: &Facts) -> Judgement {
    if facts.containers.is_empty() {
        return Judgement::not_applicable("there is no Dockerfile");
    }
    let mut found = Vec::new();
    for file in &facts.containers {
        for instruction in file.instructions.iter().filter(|one| matches!(one.verb.as_str(), "COPY" | "ADD")) {
            for word in instruction.words().iter().filter(|word| is_env_file(word)) {
                let message = format!("the image holds `{word}`");
                found.push(Found::new(Verdict::Fail, message).at(file.place(
                    instruction,
                    word,
                    "copied into the image",
                )));
            }
        }
    }
    Judgement::of(found)
}

#[cfg(test)]
mod tests {
    use super::is_env_file;

    #[test]
    fn examples_and_fixtures_are_no_env_files() {
        for yes in [".env", "deploy/.env.production", "prod.env"] {
            assert!(is_env_file(yes), "{yes}");
        }
        for no in [
            ".env.example",
            ".example.env",
            "tests/.env",
            "fixtures/.env",
            ".env.test",
            ".envrc",
            "src/env.rs",
            ".env.ci",
        ] {
            assert!(!is_env_file(no), "{no}");
        }
    }
}
