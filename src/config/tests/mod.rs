//! The room as a whole: what was given, held against what was declared.

mod secrecy;

use super::{
    Config, Contract, EnvFile, Error, Inputs, Limits, Notice, Source, Standing, Typed, Variable, VariableType, find,
};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

/// Whatever is given to a test, to be resolved.
#[derive(Default)]
struct Scene {
    environment: BTreeMap<OsString, OsString>,
    typed: Typed,
    files: Vec<EnvFile>,
    contract: Option<Contract>,
    exempt: Vec<&'static str>,
    on_disk: BTreeMap<PathBuf, Vec<u8>>,
}

impl Scene {
    fn declaring(variables: impl Into<Vec<Variable>>) -> Self {
        let contract = Contract { passthrough: Vec::new(), variables: variables.into() };
        Self { contract: Some(contract), ..Self::default() }
    }

    fn environment(mut self, name: &str, value: &str) -> Self {
        self.environment.insert(name.into(), value.into());
        self
    }

    fn file(mut self, name: &str, text: &str) -> Self {
        self.files.push(EnvFile::parse(name, text.as_bytes()));
        self
    }

    fn on_disk(mut self, path: &str, content: &[u8]) -> Self {
        self.on_disk.insert(path.into(), content.to_vec());
        self
    }

    fn resolve(&self) -> Result<Config, Error> {
        let read = |path: &Path| match self.on_disk.get(path) {
            Some(content) => Ok(content.clone()),
            None => Err(io::Error::new(io::ErrorKind::NotFound, format!("{} is not there", path.display()))),
        };
        let inputs = Inputs {
            environment: &self.environment,
            typed: &self.typed,
            files: &self.files,
            contract: self.contract.as_ref(),
            exempt: &self.exempt,
        };
        Config::resolve(&inputs, &read)
    }

    /// `NAME=value (source)` of the whole config.
    fn settings(&self) -> Vec<String> {
        let config = self.resolve().unwrap_or_else(|error| panic!("{error}: {:?}", error.details()));
        let text = |value: &super::Secret| value.expose().to_str().expect("text").to_owned();
        config.settings().iter().map(|one| format!("{}={} ({})", one.name, text(&one.value), one.source)).collect()
    }

    fn violations(&self) -> Vec<String> {
        match self.resolve() {
            Err(error @ Error::Violated { .. }) => error.details(),
            other => panic!("{other:?}"),
        }
    }
}

fn variable(name: &str, kind: VariableType) -> Variable {
    Variable::new(name, kind)
}

fn secret(name: &str) -> Variable {
    Variable { secret: true, from_file: true, ..variable(name, VariableType::String) }
}

#[test]
fn the_environment_wins_over_a_later_file_over_an_earlier_one_over_the_default() {
    let defaulted = |name| Variable { default: Some("1".to_owned()), ..variable(name, VariableType::Int) };
    let scene = Scene::declaring(["A", "B", "C", "D"].map(defaulted))
        .file("a.env", "A=2\nB=2\nC=2\n")
        .file("b.env", "# second\nA=3\nB=3\n")
        .environment("A", "4");
    assert_eq!(scene.settings(), ["A=4 (environment)", "B=3 (b.env:3)", "C=2 (a.env:3)", "D=1 (default)"]);
}

#[test]
fn what_was_typed_wins_over_everything_and_needs_no_declaration() {
    let mut scene = Scene::declaring([variable("A", VariableType::Int), secret("KEY")])
        .file("prod.env", "A=1\nKEY=k\n")
        .environment("A", "2")
        .environment("HERE", "here");
    scene.typed = ["A=3", "EXTRA=x=y", "HERE", "NOWHERE"]
        .iter()
        .filter_map(|word| Typed::parse(word, &scene.environment).expect("a word"))
        .collect();
    assert_eq!(
        scene.settings(),
        ["A=3 (command line)", "KEY=k (prod.env:2)", "EXTRA=x=y (command line)", "HERE=here (environment)"]
    );
    assert_eq!(scene.resolve().expect("a config").get("EXTRA").map(|one| one.standing), Some(Standing::Typed));
    scene.typed = Typed::parse("A=many", &scene.environment).expect("a word").into_iter().collect();
    assert_eq!(scene.violations(), ["`A` is `many` (command line): expected a whole number, such as `10`"]);
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let format = Variable {
        limits: Limits { values: vec!["json".to_owned(), "text".to_owned()], ..Limits::default() },
        ..variable("LOG_FORMAT", VariableType::Enum)
    };
    let scene = Scene::declaring([
        variable("DATABASE_URL", VariableType::ServiceUrl),
        format,
        variable("WORKERS", VariableType::Int),
        variable("NAME", VariableType::String),
        variable("FINE", VariableType::Bool),
    ])
    .file("prod.env", "LOG_FORMAT=xml\nNAME=\nFINE=true\n")
    .environment("WORKERS", "many");
    assert_eq!(
        scene.violations(),
        [
            "`DATABASE_URL` is missing: expected the URL of a backing service, \
             such as `postgres://user:password@localhost/name`",
            "`LOG_FORMAT` is `xml` (prod.env:1): expected `json` or `text`, such as `json`",
            "`WORKERS` is `many` (environment): expected a whole number, such as `10`",
            "`NAME` is empty (prod.env:2): expected text",
        ]
    );
}

#[test]
fn empty_counts_as_missing_unless_it_is_allowed() {
    let optional = Variable { required: false, ..variable("A", VariableType::String) };
    let defaulted = Variable { default: Some("x".to_owned()), ..variable("B", VariableType::String) };
    let allowed = Variable { allow_empty: true, default: Some("x".to_owned()), ..variable("C", VariableType::Int) };
    let layered = variable("D", VariableType::String);
    let scene = Scene::declaring([optional, defaulted, allowed, layered])
        .file("prod.env", "A=\nB=\nC=\nD=below\n")
        .environment("D", "");
    assert_eq!(scene.settings(), ["B=x (default)", "C= (prod.env:3)", "D=below (prod.env:4)"]);
}

#[test]
fn an_undeclared_name_is_not_passed_on_and_told_with_the_nearest() {
    let scene =
        Scene::declaring([variable("DATABASE_URL", VariableType::ServiceUrl), variable("KEY", VariableType::String)])
            .file(
                "prod.env",
                "DATABSE_URL=x\nDATABASE_URL=postgres://h/d\nKEY=k\nKEY_FILE=/x\nSOMETHING_ELSE=y\nPORT=80\n",
            )
            .environment("IN_THE_ENVIRONMENT", "z");
    let scene = Scene { exempt: vec!["PORT"], ..scene };
    let config = scene.resolve().expect("a config");
    assert_eq!(config.settings().len(), 2);
    let notices: Vec<_> = config.notices().iter().map(|one| (one.to_string(), one.hint())).collect();
    let told = |name: &str, line: u8| format!("`{name}` (prod.env:{line}) is not declared and is not passed on");
    assert_eq!(
        notices,
        [
            (told("DATABSE_URL", 1), Some("did you mean `DATABASE_URL`?")),
            (told("KEY_FILE", 4), Some("add `from-file = true` to `KEY` in twelve.toml")),
            (told("SOMETHING_ELSE", 5), None),
        ]
    );
}

#[test]
fn a_missing_variable_is_told_together_with_the_name_that_was_meant_to_be_it() {
    let scene = Scene::declaring([variable("WORKERS", VariableType::Int)]).file("prod.env", "WORKRES=4\n");
    assert_eq!(
        scene.violations(),
        [
            "`WORKERS` is missing: expected a whole number, such as `10`",
            "`WORKRES` (prod.env:1) is not declared and is not passed on: did you mean `WORKERS`?",
        ]
    );
}

#[test]
fn what_the_run_stage_sets_itself_is_never_missing() {
    let scene = Scene::declaring([variable("PORT", VariableType::Port)]);
    assert_eq!(scene.violations().len(), 1);
    assert_eq!(Scene { exempt: vec!["PORT"], ..scene }.settings(), Vec::<String>::new());
}

#[test]
fn names_that_pass_through_come_from_both_and_are_not_checked() {
    let mut scene = Scene::declaring([variable("A", VariableType::Bool)])
        .file("prod.env", "OTEL_NAME=shop\nRUST_LOG=\nA=true\n")
        .environment("OTEL_NAME", "other")
        .environment("OTEL_URL", "u")
        .environment("OTHER", "x");
    scene.contract.as_mut().expect("a contract").passthrough = vec!["RUST_LOG".to_owned(), "OTEL_*".to_owned()];
    let settings = scene.settings();
    assert_eq!(
        settings,
        ["A=true (prod.env:3)", "OTEL_NAME=other (environment)", "OTEL_URL=u (environment)", "RUST_LOG= (prod.env:2)"]
    );
    let config = scene.resolve().expect("a config");
    assert_eq!(config.get("OTEL_URL").map(|one| one.standing), Some(Standing::Passthrough));
    assert_eq!(config.notices(), []);
}

#[test]
fn without_a_contract_the_names_of_the_files_pass_and_no_others() {
    let scene =
        Scene::default().file("a.env", "B=1\nA=1\n").file("b.env", "A=\n").environment("B", "2").environment("C", "3");
    assert_eq!(scene.settings(), ["A= (b.env:1)", "B=2 (environment)"]);
}

#[test]
fn a_file_holds_the_value_and_its_name_is_not_passed_on() {
    let scene = Scene::declaring([secret("KEY"), secret("TOKEN"), secret("WORD")])
        .file("prod.env", "KEY_FILE=/run/key\nWORD=direct\n")
        .environment("CREDENTIALS_DIRECTORY", "/run/credentials")
        .on_disk("/run/key", b"k\n\n")
        .on_disk("/run/credentials/TOKEN", b"t\r\n")
        .on_disk("/run/credentials/WORD", b"not asked");
    assert_eq!(
        scene.settings(),
        ["KEY=k\n (file named by KEY_FILE, prod.env:1)", "TOKEN=t (credential)", "WORD=direct (prod.env:2)"]
    );
    assert_eq!(scene.resolve().expect("a config").notices(), [] as [Notice; 0]);
}

#[test]
fn a_name_and_its_file_are_not_given_both() {
    let scene = Scene::declaring([secret("KEY")])
        .file("prod.env", "KEY_FILE=/run/key\n")
        .environment("KEY", "direct")
        .on_disk("/run/key", b"k");
    assert_eq!(
        scene.violations(),
        ["`KEY` and `KEY_FILE` (prod.env:1) are both set (environment): expected one of them"]
    );
}

#[test]
fn a_malformed_file_is_refused_before_anything_is_held_against_it() {
    let scene =
        Scene::declaring([variable("A", VariableType::Int)]).file("a.env", "A=x y\nB=$\n").file("b.env", "C=\"\n");
    let error = scene.resolve().expect_err("malformed");
    assert_eq!(error.to_string(), "`a.env` has 2 errors, `b.env` has 1 error");
    assert_eq!(error.details().len(), 3);
}

#[test]
fn a_drawing_shows_the_name_and_the_place_and_masks_the_value() {
    let scene = Scene::default().file("prod.env", "# first\nexport DATABASE_URL=hunter2$HOME\n");
    let details: Vec<_> = scene
        .resolve()
        .expect_err("malformed")
        .details()
        .iter()
        .map(|detail| anstream::adapter::strip_str(detail).to_string())
        .collect();
    assert_eq!(
        details[1],
        "error[unquoted-dollar]: a value with `$` stands in single quotes: shells expand it
 --> prod.env:2:28
  |
2 | export DATABASE_URL=**********
  |                            ^
  |
  = help: write `DATABASE_URL='...'`"
    );
}

#[test]
fn a_name_that_the_program_itself_asks_for_follows_the_same_precedence() {
    let scene = Scene::default().file("a.env", "PORT=1\n").file("b.env", "PORT=2\n").environment("PORT", "");
    let given = find("PORT", &scene.typed, &scene.environment, &scene.files).expect("a port");
    assert_eq!(given.source, Source::EnvFile { file: "b.env".to_owned(), line: 1 });
    assert_eq!(find("OTHER", &scene.typed, &scene.environment, &scene.files), None);
}
