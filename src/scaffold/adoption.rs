//! An existing crate becomes an app: twelve.toml is written from what its source shows, and what else is missing is
//! offered. Nothing that stands is written over, and nothing is claimed that the source does not show: a variable is
//! declared with the place that reads it, and required only by hand.

mod addition;
mod declaration;

use super::plan::{Mode, PlannedFile};
use super::{Error, ProjectPath};
use crate::app::Sources;
pub use addition::Addition;
use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::Path;

/// What is known of the crate.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// Its package.
    pub package: String,
    /// The package's folder, from the top of its codebase; empty there.
    pub folder: String,
    /// Its programs, the first one the service itself.
    pub bins: Vec<String>,
    /// Subcommands of its programs.
    pub subcommands: Vec<String>,
    /// Whether its program has an option `--port` that no variable fills.
    pub port_option: bool,
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

/// What adopting a crate writes.
#[derive(Debug)]
pub struct Adoption {
    files: Vec<PlannedFile>,
    standing: Vec<String>,
}

impl Adoption {
    /// Decides what is written below the top of the codebase.
    ///
    /// # Errors
    /// Where twelve.toml stands already, or a Procfile cannot be read.
    pub fn plan(root: &Path, found: &Found, additions: &[Addition]) -> Result<Self, Error> {
        let beside = |path: &str| match found.folder.as_str() {
            "" => path.to_owned(),
            folder => format!("{folder}/{path}"),
        };
        let stands = |path: &str| fs::symlink_metadata(root.join(path)).is_ok();
        let path = beside("twelve.toml");
        if stands(&path) {
            return Err(Error::Adopted { path: root.join(path) });
        }
        let text = declaration::text(found, stands(&beside("Procfile")));
        // What is written is read first, by the reader that every other command has.
        let sources = Sources { twelve_toml: Some(text.clone()), procfile: None };
        sources.declaration(&found.package).map_err(Error::Declaration)?;
        let mut texts = vec![(path, text)];
        let mut standing = Vec::new();
        for (path, text) in additions.iter().flat_map(|addition| addition.files(found, beside)) {
            match stands(&path) {
                true => standing.push(path),
                false => texts.push((path, text)),
            }
        }
        let file = |(path, text): (String, String)| PlannedFile {
            path: ProjectPath::own(&path),
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

    /// Writes them below the top of the codebase, all or none.
    ///
    /// # Errors
    /// Where the machine fails, or a file came to stand there meanwhile.
    pub fn write(&self, root: &Path) -> Result<(), Error> {
        let mut written = Vec::new();
        for file in &self.files {
            let path = root.join(file.path.as_path());
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
            folder: String::new(),
            bins: vec!["shop".to_owned(), "shop-mail".to_owned()],
            subcommands: vec!["Migrate".to_owned(), "Serve".to_owned()],
            port_option: false,
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
