//! What an app is found to be, before it has declared anything: for whoever writes its first declaration.

use super::facts::SERVERS;
use super::source::ends_in;
use super::{Error, Facts, How, Request};
use crate::codebase::beside;
use crate::config::Variable;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// An app as its source shows it.
#[derive(Debug, Clone)]
pub struct Survey {
    /// Its package.
    pub package: String,
    /// The top of its codebase.
    pub root: PathBuf,
    /// The package's folder, from there.
    pub folder: String,
    /// Its programs, the one that is run by default first.
    pub bins: Vec<String>,
    /// The subcommands of its programs, as far as their source names them.
    pub subcommands: Vec<String>,
    /// Whether its program has an option `--port` that no variable fills.
    pub port_option: bool,
    /// The crates that it depends on.
    pub dependencies: Vec<String>,
    /// Whether it answers requests, told from what it depends on.
    pub is_server: bool,
    /// The variables that it reads, each with the first place that does, as `src/main.rs:7:5`.
    pub variables: BTreeMap<String, String>,
    /// What the names of variables begin with, of which all are read.
    pub prefixes: Vec<String>,
    /// Places that read variables whose names cannot be told.
    pub unnamed: Vec<String>,
}

/// Surveys the app of a folder.
///
/// # Errors
/// Where the codebase cannot be read, or several packages could be meant.
pub fn survey(request: Request) -> Result<Survey, Error> {
    let facts = Facts::gather(request)?;
    let package = facts.service();
    let mut bins: Vec<String> = facts.bins.iter().map(|bin| bin.name.clone()).collect();
    let first = package.default_run.clone().unwrap_or_else(|| package.name.clone());
    bins.sort_by_key(|bin| (*bin != first, bin.clone()));
    bins.dedup();
    let readings = facts.readings();
    let below = |place: &str| place.strip_prefix(&beside(&package.folder, "")).unwrap_or(place).to_owned();
    let first_place = |places: &[String]| places.first().map(|place| below(place)).unwrap_or_default();
    let mut variables: BTreeMap<String, String> =
        readings.undeclared.iter().map(|one| (one.name.clone(), first_place(&one.places))).collect();
    // Every process is told its port, so PORT is never undeclared; that it is read says which process has one.
    if let Some(reading) = readings.all.iter().find(|one| matches!(&one.how, How::Named { name } if name == "PORT")) {
        variables.insert("PORT".to_owned(), below(&reading.place()));
    }
    let (mut prefixes, mut unnamed) = (Vec::new(), Vec::new());
    for reading in &readings.all {
        match &reading.how {
            How::OpenSet { prefix } if Variable::is_name(prefix) => prefixes.push(prefix.clone()),
            How::OpenSet { .. } | How::Dynamic { .. } => {
                unnamed.push(format!("{}:{}", below(&reading.file), reading.line))
            }
            _ => {}
        }
    }
    prefixes.sort();
    prefixes.dedup();
    unnamed.dedup();
    let mut subcommands: Vec<String> = match parses_its_command_line(&facts) {
        true => facts.sources.iter().flat_map(|source| source.subcommands.iter().cloned()).collect(),
        false => Vec::new(),
    };
    subcommands.sort();
    subcommands.dedup();
    let dependencies: Vec<String> = package.dependencies.iter().map(|one| one.package.clone()).collect();
    let port_option = facts.sources.iter().flat_map(|source| &source.fields);
    let port_option = port_option.into_iter().any(|one| one.name == "port" && one.option && one.variable.is_none());
    Ok(Survey {
        package: package.name.clone(),
        root: facts.tree.root().to_owned(),
        folder: package.folder.clone(),
        bins,
        subcommands,
        port_option,
        is_server: dependencies.iter().any(|name| SERVERS.contains(&name.as_str())),
        dependencies,
        variables,
        prefixes,
        unnamed,
    })
}

/// Whether the command line is what its parsers parse: some parse what people write in a chat.
fn parses_its_command_line(facts: &Facts) -> bool {
    let own = |path: &str| ends_in(path, "from_args") || ends_in(path, "argh::from_env") || path.ends_with("::parse");
    facts.calls().any(|(_, call)| call.arguments.is_empty() && own(&call.path))
        || facts.methods_of(&["get_matches"]).next().is_some()
}
