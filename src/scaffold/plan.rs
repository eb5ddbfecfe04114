//! The plan: every file of a new project, finished, in memory. It is what `--dry-run` prints and what is then written.

use super::renderer::Renderer;
use super::template::{SourceFile, Treatment};
use super::variable::Refusal;
use super::{Answers, Error, Origin, ProjectPath, Template, Workspace, lockfile};
use handlebars::Context;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

/// The files of a project, sorted by path, no two of the same.
#[derive(Debug)]
pub struct Plan {
    pub(super) files: Vec<PlannedFile>,
    /// Whether it is for a member of a workspace.
    pub(super) member: bool,
}

/// One file as it will be.
#[derive(Debug, Clone)]
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
        let renderer = Renderer::new(template.label());
        let values = renderer.answers(answers.values())?;
        let mut files = Vec::new();
        for file in template.files() {
            let wanted = template.condition(file).map(|when| renderer.holds("template.toml", when, &values));
            if wanted.transpose()?.unwrap_or(true) {
                files.push(planned(template, file, &renderer, &values)?);
            }
        }
        files.sort_by(|one, other| one.path.cmp(&other.path));
        check_places(template, &files)?;
        Ok(Self { files, member: false })
    }

    /// All of a project: the template rendered, what its workspace gives taken from there, and the receipt.
    ///
    /// # Errors
    /// As [`Plan::new`]; where the template's manifest is none.
    pub fn whole(template: &Template, answers: &Answers, workspace: Option<&Workspace>) -> Result<Self, Error> {
        let plan = Self::new(template, answers)?;
        let plan = workspace.into_iter().try_fold(plan, |plan, workspace| workspace.inherited(plan))?;
        plan.with_receipt(template, answers)
    }

    /// The files, sorted by path.
    #[must_use]
    pub fn files(&self) -> &[PlannedFile] {
        &self.files
    }
}

/// Refuses files that would stand in each other's place, also where a file system ignores case.
fn check_places(template: &Template, files: &[PlannedFile]) -> Result<(), Error> {
    let mut taken: BTreeMap<String, bool> = BTreeMap::new();
    for file in files {
        let path = file.path.as_str().to_lowercase();
        let wrong = |reason: &str| Error::template(format!("{}/{}", template.label(), file.path), reason);
        match taken.insert(path.clone(), true) {
            Some(true) => return Err(wrong("two files of the template go here")),
            Some(false) => return Err(wrong("it stands where another file of the template needs a folder")),
            None => {}
        }
        for (at, _) in path.match_indices('/') {
            if *taken.entry(path[..at].to_owned()).or_insert(false) {
                return Err(wrong("another file of the template stands where this needs a folder"));
            }
        }
    }
    Ok(())
}

fn planned(
    template: &Template,
    file: &SourceFile,
    renderer: &Renderer<'_>,
    values: &Context,
) -> Result<PlannedFile, Error> {
    let wrong = |reason: &str| Error::template(format!("{}/{}", template.label(), file.stored), reason);
    let (path, treatment) = template.destination(file);
    let path = if path.contains("{{") { renderer.render(&file.stored, &path, values)? } else { path };
    let path = ProjectPath::checked(path).map_err(wrong)?;
    let bytes = match treatment {
        Treatment::Copied => file.bytes.clone(),
        Treatment::Rendered => {
            let text = std::str::from_utf8(&file.bytes).map_err(|_| wrong("the file is not UTF-8"))?;
            let text = renderer.render(&file.stored, text, values)?;
            Cow::Owned(if path.file_name() == "Cargo.lock" { ordered(&text)? } else { text }.into_bytes())
        }
    };
    // `#!` alone also begins an inner attribute of Rust.
    let executable = file.executable || bytes.starts_with(b"#!/");
    let mode = if executable { Mode::Executable } else { Mode::Plain };
    Ok(PlannedFile { path, mode, bytes })
}

fn ordered(lock: &str) -> Result<String, Error> {
    lockfile::in_order(lock).map_err(|name| {
        let Refusal { reason, nearest } = Refusal {
            reason: "the template depends on a crate of that name".to_owned(),
            nearest: Some(format!("{name}-service")),
        };
        Error::InvalidValue {
            variable: "name".to_owned(),
            value: name,
            origin: Box::new(Origin::Flag),
            reason,
            nearest,
        }
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
    use crate::scaffold::answers::tests::answered;
    use crate::scaffold::{Error, Template};

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
        let files: Vec<_> = manifest.iter().chain(files).copied().collect();
        let template = Template::of("x", &files)?;
        Plan::new(&template, &answered(&template, &[("folder", folder)], "shop")?)
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
        let plan = Plan::new(&template, &answered(&template, &[], "shop")?)?;
        for file in plan.files() {
            let text = std::str::from_utf8(&file.bytes).expect("text");
            assert!(text.ends_with('\n'), "{}", file.path);
            let braces = file.path.as_str().ends_with(".rs") || file.path.as_str().ends_with(".yml");
            assert!(braces || !text.contains("{{"), "{}", file.path);
            assert!(!text.contains(|one: char| one.is_control() && one != '\n'), "{}", file.path);
        }
        Ok(())
    }

    #[test]
    fn the_built_in_declaration_names_every_variable_of_its_example() -> Result<(), Error> {
        let template = Template::built_in("web")?;
        let plan = Plan::new(&template, &answered(&template, &[], "shop")?)?;
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
