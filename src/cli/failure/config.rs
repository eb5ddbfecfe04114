//! What to do when there is no config, and everything that is wrong with it: these failures hold many findings.

use super::{Advice, ExitCode};
use crate::config::Error;
use serde_json::{Value, json};
use std::io::ErrorKind;

pub(super) fn advice(error: &Error) -> Advice {
    match error {
        Error::Unreadable { cause, .. } if cause.kind() == ErrorKind::NotFound => {
            Advice::hint(ExitCode::NotFound, "`--env-file` takes a path from the working directory")
        }
        Error::Unreadable { file, cause } | Error::Unwritable { file, cause } => {
            super::machine::advice(cause, Some(file.as_ref()))
        }
        Error::Stands { .. } => Advice::hint(ExitCode::WouldOverwrite, "move it away, or name another"),
        Error::Exposed { files } => {
            Advice::hint(ExitCode::Refused, format!("`chmod 600 {}`, or leave out `--strict`", files.join(" ")))
        }
        Error::NotCarried { .. } => Advice::hint(
            ExitCode::Data,
            "let a file hold the value (`from-file = true`), or leave the config to `cargo twelve run`",
        ),
        Error::Malformed { .. } => {
            Advice::hint(ExitCode::Data, "write each line as the help under it says; `...` stands for its value")
        }
        Error::Violated { .. } => {
            Advice::hint(ExitCode::Config, "set them in the environment, or in a file given with `--env-file`")
        }
    }
}

/// The findings for people: drawings at the margin, each after a blank line; sentences indented.
pub(super) fn details(error: &Error) -> Vec<String> {
    let placed = |detail: String| if detail.contains('\n') { format!("\n{detail}") } else { format!("  {detail}") };
    error.details().into_iter().map(placed).collect()
}

/// The findings for programs, with the name of their field.
pub(super) fn field(error: &Error) -> Option<(&'static str, Value)> {
    match error {
        Error::Unreadable { .. } | Error::Unwritable { .. } | Error::Stands { .. } | Error::Exposed { .. } => None,
        Error::NotCarried { uncarried, .. } => Some(("not_carried", json!(uncarried))),
        Error::Malformed { files } => Some(("files", json!(files))),
        Error::Violated { violations, .. } => Some(("violations", json!(violations))),
    }
}

#[cfg(test)]
mod tests {
    use super::super::ExitCode;
    use super::{advice, details, field};
    use crate::config::{Config, Contract, EnvFile, Error, Inputs, Typed};
    use std::collections::BTreeMap;
    use std::path::Path;

    fn refusal(contract: &str, env_file: &str) -> Error {
        let contract: Contract = serde_json::from_str(contract).expect("a contract");
        let files = [EnvFile::parse("prod.env", env_file.as_bytes())];
        let environment = BTreeMap::new();
        let inputs = Inputs {
            environment: &environment,
            typed: &Typed::default(),
            files: &files,
            contract: Some(&contract),
            exempt: &[],
        };
        Config::resolve(&inputs, &|path| std::fs::read(path)).expect_err("a refusal")
    }

    const CONTRACT: &str = r#"{"variables":[{"name":"WORKERS","type":"int","required":true,"secret":false,
        "allow_empty":false,"from_file":false}]}"#;

    #[test]
    fn each_failure_has_its_code() {
        let missing = EnvFile::read(Path::new("/nowhere/prod.env"), "prod.env").expect_err("nothing there");
        let folder = EnvFile::read(Path::new("/"), "/").expect_err("a folder");
        assert_eq!(advice(&missing).code, ExitCode::NotFound);
        assert_eq!(advice(&folder).code, ExitCode::Machine);
        assert_eq!(advice(&refusal(CONTRACT, "A=$\n")).code, ExitCode::Data);
        assert_eq!(advice(&refusal(CONTRACT, "")).code, ExitCode::Config);
    }

    #[test]
    fn findings_are_told_to_people_and_programs() {
        let violated = refusal(CONTRACT, "WORKERS=many\n");
        assert_eq!(details(&violated), ["  `WORKERS` is `many` (prod.env:1): expected a whole number, such as `10`"]);
        let (name, value) = field(&violated).expect("a field");
        assert_eq!(name, "violations");
        assert_eq!(
            value,
            serde_json::json!([{
                "variable": "WORKERS",
                "fault": "not-admitted",
                "expected": "a whole number",
                "example": "10",
                "value": "many",
                "source": "prod.env:1",
            }])
        );
        let (name, value) = field(&refusal(CONTRACT, "A=$\n")).expect("a field");
        assert_eq!((name, &value[0]["findings"][0]["code"]), ("files", &serde_json::json!("unquoted-dollar")));
    }
}
