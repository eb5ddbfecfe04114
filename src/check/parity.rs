//! X. Dev/prod parity: keep development, staging and production as similar as possible.

use super::{Factor, Facts, Found, Judgement, Place, Rule, Verdict};
use crate::codebase::beside;
use std::collections::BTreeSet;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "TF1001",
        name: "two-engines",
        factor: Factor::Parity,
        passes: "one database engine in development and production",
        level: Verdict::Note,
        promise: "The same backing service of the same kind serves development and production; what differs breaks in production first.",
        looks_at: "Features of sqlx, sea-orm, diesel and their kin that are compiled in by default: sqlite beside a server's engine.",
        blind_spots: "That users choose between engines is no violation; hence a note.",
        fix: "Develop against the engine that production has; a container of it starts in seconds.",
        settled_by: None,
        judge: two_engines,
    },
    Rule {
        id: "TF1002",
        name: "other-code-in-development",
        factor: Factor::Parity,
        passes: "a development build is the same app",
        level: Verdict::Warn,
        promise: "Development, staging and production run the same code; what differs is config.",
        looks_at: "`debug_assertions` deciding near a word for a backing service, mail or authentication.",
        blind_spots: "What a feature or another cfg decides. Checks and extra output that only development has are fine.",
        fix: "Make it a variable.",
        settled_by: None,
        judge: other_code,
    },
    Rule {
        id: "TF1003",
        name: "image-rust-too-old",
        factor: Factor::Parity,
        passes: "images compile with the Rust that is declared",
        level: Verdict::Warn,
        promise: "What compiles in development compiles where releases are made.",
        looks_at: "`FROM rust:VERSION` against `rust-version` of the manifest.",
        blind_spots: "Images of other names; versions from an ARG.",
        fix: "Raise the image's version, or take the toolchain from rust-toolchain.toml.",
        settled_by: None,
        judge: image_rust,
    },
];

fn two_engines(facts: &Facts) -> Judgement {
    let mut engines: BTreeSet<&str> = BTreeSet::new();
    let mut mappers = false;
    for (package, one) in facts.dependencies() {
        let mapper =
            matches!(one.package.as_str(), "sqlx" | "sea-orm" | "diesel" | "diesel-async" | "welds" | "sea-query");
        mappers |= mapper;
        let switched =
            package.default_features.iter().filter(|feature| feature.starts_with(&format!("{}/", one.package)));
        let named = one.features.iter().chain(switched).filter(|_| mapper);
        for feature in named {
            engines.extend(["sqlite", "postgres", "mysql", "mssql"].iter().find(|engine| feature.contains(**engine)));
        }
        match one.package.as_str() {
            "rusqlite" | "tokio-rusqlite" => _ = engines.insert("sqlite"),
            "tokio-postgres" | "postgres" => _ = engines.insert("postgres"),
            _ => {}
        }
    }
    if engines.is_empty() {
        let why = if mappers {
            "which engine it is compiled with is not fixed"
        } else {
            "it is compiled with no database client"
        };
        return Judgement::not_applicable(why);
    }
    if engines.contains("sqlite") && engines.len() > 1 {
        let path = beside(&facts.service().folder, "Cargo.toml");
        let place = facts.words(&path, "sqlite").unwrap_or_else(|| Place::file(&path, "the package"));
        let all: Vec<&str> = engines.into_iter().collect();
        let message = format!("it is compiled with several engines: {}", all.join(", "));
        return Judgement::Found(vec![Found::new(Verdict::Note, message).at(place)]);
    }
    Judgement::KEPT
}

fn other_code(facts: &Facts) -> Judgement {
    let words = [
        "sqlite",
        "postgres",
        "mysql",
        "redis",
        "database",
        "smtp",
        "mailer",
        "connect(",
        "bucket",
        "s3",
        "authenticat",
        "authoriz",
    ];
    let mut found = Vec::new();
    for source in &facts.sources {
        for (span, condition) in &source.debug_only {
            let near: String = (span.line..span.line + 4).map(|line| source.line(line).to_lowercase()).collect();
            let code = near.split("//").next().unwrap_or_default();
            // The path of a route may hold them as well.
            let plain: String = code.split('"').step_by(2).collect();
            let decides =
                |word: &&str| if word.starts_with("auth") { plain.contains(*word) } else { code.contains(*word) };
            if words.iter().any(decides) {
                let message = format!("`{}` decides about a backing service", condition.trim());
                found.push(
                    Found::new(Verdict::Warn, message).at(source.place(*span, "development is another app here")),
                );
            }
        }
    }
    Judgement::of(found)
}

fn image_rust(facts: &Facts) -> Judgement {
    let service = facts.service();
    let Some(declared) = service.rust_version.as_deref().and_then(version) else {
        return Judgement::not_applicable("no `rust-version` is declared");
    };
    let pinned = facts.tree.stands(&beside(&facts.workspace, "rust-toolchain.toml"));
    let mut found = Vec::new();
    let mut images = 0;
    for file in &facts.containers {
        for from in file.of("FROM") {
            let image = from.words().into_iter().find(|word| !word.starts_with("--")).unwrap_or_default();
            let Some((name, tag)) = image.split_once(':') else { continue };
            let Some(used) = version(tag).filter(|_| name.rsplit('/').next() == Some("rust")) else { continue };
            images += 1;
            if used < declared && !pinned {
                let message =
                    format!("the image has Rust {tag}, and the package asks for {}.{}", declared.0, declared.1);
                found.push(Found::new(Verdict::Warn, message).at(file.place(from, &image, "too old")));
            }
        }
    }
    if images == 0 { Judgement::not_applicable("no image names a version of Rust") } else { Judgement::of(found) }
}

/// The first two numbers of a version; none where there are no two.
fn version(text: &str) -> Option<(u64, u64)> {
    let mut numbers = text.split(['.', '-']).map(str::parse::<u64>);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => Some((major, minor)),
        _ => None,
    }
}
