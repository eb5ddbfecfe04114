//! An existing crate becomes an app: twelve.toml is written from what its source shows, and what else is missing is
//! offered. Nothing that stands is written over, and nothing is claimed that the source does not show: a variable is
//! declared with the place that reads it, and required only by hand.

use super::plan::{Mode, PlannedFile};
use super::spelling::toml_text;
use super::{Error, ProjectPath};
use crate::app::Sources;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;

/// What is known of the crate.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// Its package.
    pub package: String,
    /// Its programs, the first one the service itself.
    pub bins: Vec<String>,
    /// Subcommands of its programs.
    pub subcommands: Vec<String>,
    /// The crates that it depends on.
    pub dependencies: Vec<String>,
    /// Whether it answers requests.
    pub is_server: bool,
    /// The variables that it reads, with the place of each.
    pub variables: BTreeMap<String, String>,
    /// What the names of variables begin with, of which all are read.
    pub prefixes: Vec<String>,
    /// Places that read variables whose names cannot be told.
    pub unnamed: Vec<String>,
}

/// A file that can be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Addition {
    /// `.env.example`.
    EnvExample,
    /// A GitHub Actions workflow that releases every commit of the main branch.
    Workflow,
}

/// What adopting a crate writes.
#[derive(Debug)]
pub struct Adoption {
    files: Vec<PlannedFile>,
    standing: Vec<String>,
}

/// Subcommands that start a service, the likeliest first.
const STARTS: [&str; 6] = ["serve", "server", "start", "run", "web", "daemon"];

/// Backing services, by the crates that speak to them and the schemes of their URLs.
const SERVICES: [(&[&str], &str, &[&str]); 6] = [
    (
        &["sqlx", "tokio-postgres", "postgres", "diesel", "sea-orm", "deadpool-postgres"],
        "DATABASE",
        &["postgres", "postgresql"],
    ),
    (&["redis", "fred", "deadpool-redis"], "REDIS", &["redis", "rediss"]),
    (&["mongodb"], "MONGO", &["mongodb", "mongodb+srv"]),
    (&["lapin"], "AMQP", &["amqp", "amqps"]),
    (&["async-nats", "nats"], "NATS", &["nats", "tls"]),
    (&["lettre"], "SMTP", &["smtp", "smtps"]),
];

impl Addition {
    /// Every one, by its name on the command line.
    pub const ALL: [(&'static str, Self); 2] = [("env-example", Self::EnvExample), ("workflow", Self::Workflow)];

    /// The one of this name, as a command line has it.
    ///
    /// # Errors
    /// Where none has it: the names that there are.
    pub fn named(text: &str) -> Result<Self, String> {
        let known = Self::ALL.iter().find(|(name, _)| *name == text.trim()).map(|(_, addition)| *addition);
        known.ok_or_else(|| format!("write any of {}", Self::ALL.map(|(name, _)| name).join(", ")))
    }

    fn path(self) -> &'static str {
        match self {
            Self::EnvExample => ".env.example",
            Self::Workflow => ".github/workflows/release.yml",
        }
    }
}

impl Adoption {
    /// Decides what is written into the folder of the crate.
    ///
    /// # Errors
    /// Where twelve.toml stands already, or a Procfile cannot be read.
    pub fn plan(folder: &Path, found: &Found, additions: &[Addition]) -> Result<Self, Error> {
        let stands = |path: &str| fs::symlink_metadata(folder.join(path)).is_ok();
        if stands("twelve.toml") {
            return Err(Error::Adopted { path: folder.join("twelve.toml") });
        }
        let declaration = declaration(found, stands("Procfile"));
        // What is written is read first, by the reader that every other command has.
        let sources = Sources { twelve_toml: Some(declaration.clone()), procfile: None };
        sources.declaration(&found.package).map_err(Error::Declaration)?;
        let mut texts = vec![("twelve.toml", declaration)];
        let mut standing = Vec::new();
        for addition in additions {
            match stands(addition.path()) {
                true => standing.push(addition.path().to_owned()),
                false => texts.push((addition.path(), addition.text(found))),
            }
        }
        let file = |(path, text): (&str, String)| PlannedFile {
            path: ProjectPath::own(path),
            mode: Mode::Plain,
            bytes: text.into_bytes().into(),
        };
        Ok(Self { files: texts.into_iter().map(file).collect(), standing })
    }

    /// The files that are written.
    #[must_use]
    pub fn files(&self) -> &[PlannedFile] {
        &self.files
    }

    /// Files that were asked for and stand already.
    #[must_use]
    pub fn standing(&self) -> &[String] {
        &self.standing
    }

    /// Writes them, all or none.
    ///
    /// # Errors
    /// Where the machine fails, or a file came to stand there meanwhile.
    pub fn write(&self, folder: &Path) -> Result<(), Error> {
        let mut written = Vec::new();
        for file in &self.files {
            let path = folder.join(file.path.as_path());
            let made = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| {
                let mut opened = fs::OpenOptions::new().write(true).create_new(true).open(&path)?;
                written.push(path.clone());
                opened.write_all(&file.bytes)
            });
            if let Err(cause) = made {
                // What was made in this call, and nothing else.
                written.iter().for_each(|path| drop(fs::remove_file(path)));
                return Err(Error::machine("write", path)(cause));
            }
        }
        Ok(())
    }
}

/// twelve.toml, as far as the source shows it.
fn declaration(found: &Found, has_procfile: bool) -> String {
    let mut text = String::from(
        "# What this app is, the same for every deploy. Values that differ between deploys are config: they come from the\n\
         # environment, and [config.vars] declares them.\n\n",
    );
    let name: String = found.package.to_lowercase().replace('_', "-").chars().take(40).collect();
    if name != found.package {
        let _ = writeln!(text, "[app]\nname = {}\n", toml_text(&name));
    }
    let _ = writeln!(text, "[build]\npackage = {}\n", toml_text(&found.package));
    let port = port(found);
    if has_procfile {
        text.push_str("# The process types stand in the Procfile.\n\n");
    } else {
        processes(&mut text, found, port);
    }
    config(&mut text, found, port);
    text
}

fn processes(text: &mut String, found: &Found, port: Option<&str>) {
    for (index, bin) in found.bins.iter().enumerate() {
        let process = match (index, found.is_server) {
            (0, true) => "web".to_owned(),
            (0, false) => "worker".to_owned(),
            _ => bin.clone(),
        };
        let start = STARTS.into_iter().find(|start| found.subcommands.iter().any(|one| one == start));
        let command = start.filter(|_| index == 0).map_or(bin.clone(), |start| format!("{bin} {start}"));
        let _ = writeln!(text, "[processes.{process}]\ncommand = {}", toml_text(&command));
        if index > 0 {
            let _ = writeln!(text, "count = 0");
        }
        if let Some(port) = port.filter(|_| index == 0) {
            let _ = writeln!(text, "port = {}", toml_text(port));
        }
        text.push('\n');
    }
}

/// The variable that tells the app its port: PORT, else the only one that ends so.
fn port(found: &Found) -> Option<&str> {
    let named: Vec<&str> = found.variables.keys().map(String::as_str).filter(|name| name.ends_with("_PORT")).collect();
    match (found.variables.contains_key("PORT"), named.as_slice()) {
        (true, _) => Some("PORT"),
        (false, [only]) if found.is_server => Some(only),
        _ => None,
    }
}

fn config(text: &mut String, found: &Found, port: Option<&str>) {
    let open = !found.unnamed.is_empty();
    let mark = if open { "# " } else { "" };
    if open {
        let places: Vec<&str> = found.unnamed.iter().map(String::as_str).take(5).collect();
        let _ = writeln!(
            text,
            "# The source also reads variables whose names it does not tell ({}). With a [config] table only\n\
             # the names in it reach a process, so that none stands here yet: every name of the env file passes. Complete\n\
             # these, and take the marks away.\n#",
            places.join(", ")
        );
    }
    let patterns =
        std::iter::once("RUST_LOG".to_owned()).chain(found.prefixes.iter().map(|prefix| format!("{prefix}*")));
    let patterns: Vec<String> = patterns.map(|pattern| toml_text(&pattern)).collect();
    let _ = writeln!(text, "{mark}[config]\n{mark}passthrough = [{}]", patterns.join(", "));
    for (name, place) in found.variables.iter().filter(|(name, _)| Some(name.as_str()) != port && *name != "RUST_LOG") {
        let _ = writeln!(text, "{}\n{mark}[config.vars.{name}]", mark.trim_end());
        for line in kind(name, found) {
            let _ = writeln!(text, "{mark}{line}");
        }
        let _ = writeln!(text, "{mark}required = false\n{mark}doc = {}", toml_text(&format!("read in {place}")));
    }
}

/// The type of a variable, as far as its name tells.
fn kind(name: &str, found: &Found) -> Vec<String> {
    let uses = |crates: &[&str]| crates.iter().any(|one| found.dependencies.iter().any(|known| known == one));
    let address = name.ends_with("_URL") || name.ends_with("_URI") || name.ends_with("_DSN");
    let service = SERVICES.iter().find(|(crates, word, _)| address && name.contains(word) && uses(crates));
    let ends = |words: &[&str]| words.iter().any(|word| name == *word || name.ends_with(&format!("_{word}")));
    if let Some((_, _, schemes)) = service {
        let schemes: Vec<String> = schemes.iter().map(|scheme| toml_text(scheme)).collect();
        return vec![
            "type = \"service-url\"".to_owned(),
            format!("schemes = [{}]", schemes.join(", ")),
            "secret = true".to_owned(),
        ];
    }
    if ends(&["SECRET", "TOKEN", "PASSWORD", "PASS", "KEY", "SALT", "CREDENTIALS", "AUTH"]) || address {
        return vec!["type = \"string\"".to_owned(), "secret = true".to_owned()];
    }
    vec![format!("type = \"{}\"", if ends(&["PORT"]) { "port" } else { "string" })]
}

impl Addition {
    fn text(self, found: &Found) -> String {
        match self {
            Self::EnvExample => env_example(found),
            Self::Workflow => WORKFLOW.to_owned(),
        }
    }
}

fn env_example(found: &Found) -> String {
    let mut text = String::from(
        "# Every variable that the source is seen to read. An env file for `cargo twelve run` has this form.\n",
    );
    for (name, place) in &found.variables {
        let _ = write!(text, "\n# {place}\n# {name}=\n");
    }
    text
}

const WORKFLOW: &str = "\
name: Release

on:
  push:
    branches: [main]

permissions:
  contents: read

jobs:
  release:
    if: vars.TWELVE_STORE != ''
    runs-on: ubuntu-latest
    concurrency: release
    steps:
      - uses: actions/checkout@v4
        with:
          fetch-depth: 0
      - run: cargo install --locked cargo-twelve
      - run: cargo twelve release
        env:
          TWELVE_STORE: ${{ vars.TWELVE_STORE }}
      - uses: actions/upload-artifact@v4
        with:
          name: release
          path: target/twelve/*-v*
";

#[cfg(test)]
mod tests {
    use super::{Adoption, Found};

    fn written(found: &Found, standing: &[&str]) -> String {
        let folder = tempfile::tempdir().expect("a folder");
        for path in standing {
            std::fs::write(folder.path().join(path), "web: shop\n").expect("a file");
        }
        let adoption = Adoption::plan(folder.path(), found, &[]).expect("a plan");
        String::from_utf8(adoption.files()[0].bytes.to_vec()).expect("text")
    }

    fn found() -> Found {
        let variable = |name: &str| (name.to_owned(), "src/main.rs:7".to_owned());
        Found {
            package: "shop".to_owned(),
            bins: vec!["shop".to_owned(), "shop-mail".to_owned()],
            subcommands: vec!["migrate".to_owned(), "serve".to_owned()],
            dependencies: vec!["axum".to_owned(), "sqlx".to_owned()],
            is_server: true,
            variables: ["DATABASE_URL", "PORT", "API_TOKEN", "GREETING"].map(variable).into(),
            prefixes: vec!["SHOP_".to_owned()],
            unnamed: Vec::new(),
        }
    }

    #[test]
    fn a_service_is_declared_as_its_source_shows_it() {
        let text = written(&found(), &[]);
        let table: toml::Table = toml::from_str(&text).expect("TOML");
        assert_eq!(table["processes"]["web"]["command"].as_str(), Some("shop serve"));
        assert_eq!(table["processes"]["web"]["port"].as_str(), Some("PORT"));
        assert_eq!(table["processes"]["shop-mail"]["count"].as_integer(), Some(0));
        let variables = table["config"]["vars"].as_table().expect("variables");
        assert_eq!(variables.keys().collect::<Vec<_>>(), ["API_TOKEN", "DATABASE_URL", "GREETING"]);
        assert_eq!(variables["DATABASE_URL"]["type"].as_str(), Some("service-url"));
        assert_eq!(table["config"]["passthrough"].to_string(), r#"["RUST_LOG", "SHOP_*"]"#);
        assert_eq!(variables["API_TOKEN"]["secret"].as_bool(), Some(true));
        assert_eq!(variables["GREETING"]["doc"].as_str(), Some("read in src/main.rs:7"));
    }

    #[test]
    fn where_not_every_name_is_known_no_name_is_shut_out() {
        let text = written(&Found { unnamed: vec!["src/config.rs:3".to_owned()], ..found() }, &[]);
        let table: toml::Table = toml::from_str(&text).expect("TOML");
        assert!(!table.contains_key("config"), "{text}");
        assert!(text.contains("# [config.vars.GREETING]") && text.contains("src/config.rs:3"));
        // Without the marks it is a declaration.
        let start = text.find("# [config]").expect("the table");
        let open: String = text[start..]
            .lines()
            .map(|line| format!("{}\n", line.trim_start_matches("# ").trim_start_matches('#')))
            .collect();
        assert!(toml::from_str::<toml::Table>(&open).is_ok(), "{open}");
    }

    #[test]
    fn a_procfile_is_left_to_say_what_it_says() {
        let text = written(&found(), &["Procfile"]);
        assert!(!text.contains("[processes"), "{text}");
    }
}
