//! The plan: every file of a new project, finished, in memory. It is what `--dry-run` prints and what is then written.

use super::renderer::Renderer;
use super::template::{SourceFile, Treatment};
use super::variable::Refusal;
use super::{Answers, Error, ProjectPath, Template, lockfile};
use crate::report::Printable;
use std::borrow::Cow;
use std::fmt;

/// The files of a project, sorted by path, no two of the same.
#[derive(Debug)]
pub struct Plan {
    files: Vec<PlannedFile>,
}

/// One file as it will be.
#[derive(Debug)]
pub struct PlannedFile {
    /// Where it goes.
    pub path: ProjectPath,
    /// Whether it can be run.
    pub mode: Mode,
    /// All of it.
    pub bytes: Cow<'static, [u8]>,
}

/// What may be done with a file; the user's umask still takes away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// 0644.
    Plain,
    /// 0755.
    Executable,
}

impl Plan {
    /// Renders the whole template.
    ///
    /// # Errors
    /// Where the template is wrong, with its file and line; where the service has the name of a dependency.
    pub fn new(template: &Template, answers: &Answers) -> Result<Self, Error> {
        let renderer = Renderer::new(template.name(), answers)?;
        let mut files: Vec<PlannedFile> =
            template.files().iter().map(|file| planned(template, file, &renderer)).collect::<Result<_, _>>()?;
        files.sort_by(|one, other| one.path.cmp(&other.path));
        if let Some(twice) = files.windows(2).find(|pair| pair[0].path == pair[1].path) {
            let place = format!("{}/{}", template.name(), twice[0].path);
            return Err(Error::Template { place, reason: "two files of the template go here".to_owned() });
        }
        Ok(Self { files })
    }

    /// The files, sorted by path.
    #[must_use]
    pub fn files(&self) -> &[PlannedFile] {
        &self.files
    }
}

fn planned(template: &Template, file: &SourceFile, renderer: &Renderer<'_>) -> Result<PlannedFile, Error> {
    let wrong = |reason: &str| {
        let place = format!("{}/{}", template.name(), Printable(&file.stored));
        Error::Template { place, reason: reason.to_owned() }
    };
    let (path, treatment) = file.destination();
    let path = if path.contains("{{") { renderer.render(&file.stored, &path)? } else { path };
    let path = ProjectPath::checked(path).map_err(wrong)?;
    let bytes = match treatment {
        Treatment::Copied => file.bytes.clone(),
        Treatment::Rendered => {
            let text = std::str::from_utf8(&file.bytes).map_err(|_| wrong("the file is not UTF-8"))?;
            let text = renderer.render(&file.stored, text)?;
            Cow::Owned(if path.file_name() == "Cargo.lock" { ordered(&text)? } else { text }.into_bytes())
        }
    };
    // `#!` alone also begins an inner attribute of Rust.
    let mode = if bytes.starts_with(b"#!/") { Mode::Executable } else { Mode::Plain };
    Ok(PlannedFile { path, mode, bytes })
}

fn ordered(lock: &str) -> Result<String, Error> {
    lockfile::in_order(lock).map_err(|name| {
        let Refusal { reason, nearest } = Refusal {
            reason: "the template depends on a crate of that name".to_owned(),
            nearest: Some(format!("{name}-service")),
        };
        Error::InvalidValue { variable: "name".to_owned(), value: name, reason, nearest }
    })
}

impl fmt::Display for Mode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Plain => "0644",
            Self::Executable => "0755",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Mode, Plan};
    use crate::scaffold::{Answers, Asking, Error, Template};

    const MANIFEST: &str = "
        [template]
        name = 'x'
        version = '1.0.0'
        description = 'd'
        [[vars]]
        name = 'folder'
        type = 'string'
        default = 'a'
    ";

    fn plan(files: &[(&str, &'static str)], folder: &str) -> Result<Plan, Error> {
        let manifest = [("template.toml", MANIFEST)];
        let files = manifest.iter().chain(files).map(|(path, text)| ((*path).to_owned(), text.as_bytes().into()));
        let template = Template::read("x", files.collect())?;
        let given = [("folder".to_owned(), folder.to_owned())];
        Plan::new(&template, &Answers::gather(&template, &given, "shop", Asking::Never)?)
    }

    fn refusal(files: &[(&str, &'static str)], folder: &str) -> String {
        plan(files, folder).expect_err("refused").to_string()
    }

    #[test]
    fn only_what_ends_in_hbs_is_rendered() -> Result<(), Error> {
        let plan = plan(&[("b.rs", "{{name}} ${{ x }}"), ("a.txt.hbs", "{{name}}"), ("run", "#!/bin/sh\n")], "a")?;
        let seen: Vec<_> = plan.files().iter().map(|file| (file.path.as_str(), file.mode, &*file.bytes)).collect();
        let expected: [(_, _, &[u8]); 3] = [
            ("a.txt", Mode::Plain, b"shop"),
            ("b.rs", Mode::Plain, b"{{name}} ${{ x }}"),
            ("run", Mode::Executable, b"#!/bin/sh\n"),
        ];
        assert_eq!(seen, expected);
        Ok(())
    }

    #[test]
    fn an_answer_cannot_lead_a_file_out_of_the_project() {
        let files = [("{{folder}}/x.txt", "")];
        assert!(plan(&files, "deep").is_ok());
        assert_eq!(refusal(&files, "../.."), "x/{{folder}}/x.txt: the path leads outside the project");
        assert_eq!(refusal(&files, "/etc"), "x/{{folder}}/x.txt: the path has an empty part");
        assert_eq!(refusal(&files, ".git/hooks"), "x/{{folder}}/x.txt: the path leads into the repository");
    }

    #[test]
    fn two_files_never_go_to_one_place() {
        assert_eq!(refusal(&[("a.hbs", ""), ("a", "")], "a"), "x/a: two files of the template go here");
    }

    #[test]
    fn no_built_in_file_keeps_a_brace_or_a_control_character() -> Result<(), Error> {
        let template = Template::built_in("web")?;
        let plan = Plan::new(&template, &Answers::gather(&template, &[], "shop", Asking::Never)?)?;
        for file in plan.files() {
            let text = std::str::from_utf8(&file.bytes).expect("text");
            assert!(text.ends_with('\n'), "{}", file.path);
            assert!(file.path.as_str().ends_with(".rs") || !text.contains("{{"), "{}", file.path);
            assert!(!text.contains(|one: char| one.is_control() && one != '\n'), "{}", file.path);
        }
        Ok(())
    }

    #[test]
    fn the_built_in_declaration_names_every_variable_of_its_example() -> Result<(), Error> {
        let template = Template::built_in("web")?;
        let plan = Plan::new(&template, &Answers::gather(&template, &[], "shop", Asking::Never)?)?;
        let text = |path: &str| {
            let file = plan.files().iter().find(|file| file.path.as_str() == path).expect("a file");
            String::from_utf8(file.bytes.to_vec()).expect("text")
        };
        let sources = crate::app::Sources { twelve_toml: Some(text("twelve.toml")), procfile: None };
        let declaration = sources.declaration("shop").expect("a declaration");
        let contract = declaration.contract.expect("a contract");
        let mut declared: Vec<_> = contract.variables.into_iter().map(|variable| variable.name).collect();
        declared.extend(contract.passthrough);
        declared.push("PORT".to_owned());
        declared.sort();
        let example = text(".env.example");
        let settings = example.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('='));
        let mut named: Vec<_> = settings.map(|(name, _)| name).collect();
        named.sort_unstable();
        assert_eq!(declared, named);
        Ok(())
    }
}
