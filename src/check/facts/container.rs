//! The files that images are made from, as far as rules ask: instructions with their continuation lines joined, and
//! shell lines split into commands.

use super::Package;
use crate::check::Place;
use crate::codebase::{WorkTree, beside};

/// A Dockerfile or Containerfile.
#[derive(Debug)]
pub(in crate::check) struct ContainerFile {
    pub(in crate::check) path: String,
    pub(in crate::check) instructions: Vec<Instruction>,
    lines: Vec<String>,
}

/// One instruction.
#[derive(Debug)]
pub(in crate::check) struct Instruction {
    /// `RUN`, in capitals.
    pub(in crate::check) verb: String,
    /// The rest, continuation lines joined by a blank.
    pub(in crate::check) rest: String,
    /// Its first line, from 1.
    pub(in crate::check) line: usize,
    last: usize,
}

/// Folders and endings whose files make no image that is deployed.
const NOT_DEPLOYED: [&str; 9] =
    ["test", "tests", ".devcontainer", "devcontainer", "examples", "example", "bench", "benches", "fixtures"];

impl ContainerFile {
    /// All of a working tree.
    pub(super) fn all(tree: &WorkTree) -> Vec<Self> {
        let names = tree.files().filter(|path| is_container_file(path));
        names.filter_map(|path| Some(Self::parse(path, &tree.text(path)?))).collect()
    }

    /// Whether it lies in the folder of a package that is neither the service nor around it: then it makes the image of
    /// that one.
    pub(super) fn is_of_another(&self, service: &Package, tree: &WorkTree) -> bool {
        let inside = |folder: &str| service.folder == folder || service.folder.starts_with(&format!("{folder}/"));
        let mut folders = self.path.match_indices('/').map(|(at, _)| &self.path[..at]);
        folders.any(|folder| {
            let below = folder.starts_with(&format!("{}/", service.folder)) || service.folder.is_empty();
            !inside(folder) && !below && tree.has(&beside(folder, "Cargo.toml"))
        })
    }

    fn parse(path: &str, text: &str) -> Self {
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let mut instructions: Vec<Instruction> = Vec::new();
        let mut open = false;
        for (index, line) in lines.iter().enumerate() {
            let trimmed = line.trim();
            if trimmed.is_empty() || trimmed.starts_with('#') {
                continue;
            }
            let (body, continued) = match trimmed.strip_suffix('\\') {
                Some(body) => (body.trim_end(), true),
                None => (trimmed, false),
            };
            match instructions.last_mut() {
                Some(last) if open => {
                    last.rest.push(' ');
                    last.rest.push_str(body);
                    last.last = index + 1;
                }
                _ => {
                    let (verb, rest) = body.split_once(char::is_whitespace).unwrap_or((body, ""));
                    instructions.push(Instruction {
                        verb: verb.to_uppercase(),
                        rest: rest.trim().to_owned(),
                        line: index + 1,
                        last: index + 1,
                    });
                }
            }
            open = continued;
        }
        Self { path: path.to_owned(), instructions, lines }
    }

    /// The instructions of one verb.
    pub(in crate::check) fn of<'a>(&'a self, verb: &'a str) -> impl Iterator<Item = &'a Instruction> {
        self.instructions.iter().filter(move |instruction| instruction.verb == verb)
    }

    /// Where some words of an instruction stand.
    pub(in crate::check) fn place(&self, instruction: &Instruction, words: &str, label: impl Into<String>) -> Place {
        let numbers = instruction.line..=instruction.last;
        let line = numbers.clone().find(|number| self.lines[number - 1].contains(words)).unwrap_or(instruction.line);
        Place::words(&self.path, line, &self.lines[line - 1], words, label)
    }
}

impl Instruction {
    /// The commands of a shell line, split where the shell splits them.
    pub(in crate::check) fn commands(&self) -> impl Iterator<Item = &str> {
        self.rest.split(['&', ';', '|']).map(str::trim).filter(|command| !command.is_empty())
    }

    /// The words of an exec form or of a shell line.
    pub(in crate::check) fn words(&self) -> Vec<String> {
        match serde_json::from_str(&self.rest) {
            Ok(words) => words,
            Err(_) => self.rest.split_whitespace().map(|word| word.trim_matches(['"', '\'']).to_owned()).collect(),
        }
    }
}

fn is_container_file(path: &str) -> bool {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let lower = name.to_lowercase();
    let named = lower.starts_with("dockerfile") || lower.starts_with("containerfile") || lower.ends_with(".dockerfile");
    let template =
        [".j2", ".md", ".sh", ".dockerignore", ".tmpl", ".yml", ".yaml"].iter().any(|end| lower.ends_with(end));
    let deployed = folder.split('/').all(|part| !NOT_DEPLOYED.contains(&part))
        && !lower.contains("test")
        && !lower.contains("dev");
    named && !template && deployed
}

#[cfg(test)]
mod tests {
    use super::{ContainerFile, is_container_file};

    #[test]
    fn continuation_lines_are_one_instruction_and_commands_are_split() {
        let text =
            "FROM rust:1\n# x\nRUN cargo install --path . \\\n  # in between\n  --locked && \\\n  rm -rf x; ls\n";
        let file = ContainerFile::parse("Dockerfile", text);
        let run = file.of("RUN").next().expect("one");
        assert_eq!(run.commands().collect::<Vec<_>>(), ["cargo install --path . --locked", "rm -rf x", "ls"]);
        let place = file.place(run, "--locked", "here");
        assert_eq!((place.line, place.column), (5, 3));
    }

    #[test]
    fn nested_and_renamed_files_count_and_those_of_tests_do_not() {
        for yes in ["Dockerfile", "docker/Dockerfile.alpine", "Containerfile", "ci/web.Dockerfile"] {
            assert!(is_container_file(yes), "{yes}");
        }
        for no in [".devcontainer/Dockerfile", "tests/Dockerfile", "Dockerfile.j2", "Dockerfile.dev", "docker.rs"] {
            assert!(!is_container_file(no), "{no}");
        }
    }
}
