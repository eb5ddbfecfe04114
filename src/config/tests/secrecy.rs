//! No message holds a value that is or may be secret: every path that ends in a message is walked with a value that
//! could stand nowhere else.

use super::{Scene, secret, variable};
use crate::config::{EnvFile, Error, Limits, Variable, VariableType};

/// A text that could only come from a value.
const MARK: &str = "Zq7Xw9Kv";

/// Everything that any message says of a scene.
fn everything_said(scene: &Scene) -> String {
    let mut said = scene.files.iter().map(|file| format!("{file:?}")).collect::<String>();
    for file in &scene.files {
        said += &file.findings().iter().map(|one| one.draw(file.name())).collect::<String>();
        said += &serde_json::to_string(file.findings()).expect("JSON");
    }
    match scene.resolve() {
        Ok(config) => {
            said += &format!("{config:?} {:?}", config.notices().iter().map(ToString::to_string).collect::<Vec<_>>())
        }
        Err(error) => {
            said += &format!("{error} {error:?} {:?}", error.details());
            if let Error::Violated { violations, .. } = &error {
                said += &serde_json::to_string(violations).expect("JSON");
            }
        }
    }
    anstream::adapter::strip_str(&said).to_string()
}

#[test]
fn no_message_ever_holds_a_value_that_is_or_may_be_secret() {
    let bad_lines = [
        "A=M $B",
        "A= M",
        "A=M #x",
        "A=M'x",
        "A='M",
        "A=\"M",
        "A=\"M$\"",
        "A=\"M\\n\"",
        "A='M\\'",
        "A=\"M\"M",
        "A='M' # M",
        "A=M\0M",
        "A=M\rM",
        "A=M\u{a0}",
        "A=M\u{1}",
        "A=M`x`",
        "A=M\\x",
        "A=M#M",
        "A=“M”",
        "A=M|M",
        "A=M  ",
        "A='M\nM'",
        "A=\"\\\"M\"",
        "M",
        "M M=M",
        "-M=M",
        "é M",
        " A=M",
        "A =M",
        "export A = M",
        "export  A=M",
        "export M",
        "A=M\nA=M",
        "A=x\nM/M==",
        "A='x\nM=$",
        "A='x\nM='$M",
        "A='${M}'",
        "A=M\r\nB=M",
        "UID=M",
        "A=M\n#\\",
    ];
    for line in bad_lines {
        let scene = Scene::default().file("prod.env", &line.replace('M', MARK));
        assert!(!scene.files[0].findings().is_empty(), "{line:?} has a finding");
        assert!(!everything_said(&scene).contains(MARK), "{line:?}: {}", everything_said(&scene));
        let bytes = [line.replace('M', MARK).as_bytes(), b"\xff"].concat();
        let scene = Scene { files: vec![EnvFile::parse("prod.env", &bytes)], ..Scene::default() };
        assert!(!everything_said(&scene).contains(MARK), "{line:?} with a wrong byte");
    }
}

#[test]
fn no_violation_ever_holds_the_value_of_a_secret() {
    let kinds = [
        VariableType::Int,
        VariableType::Float,
        VariableType::Bool,
        VariableType::Port,
        VariableType::Url,
        VariableType::ServiceUrl,
        VariableType::Enum,
        VariableType::Duration,
        VariableType::Bytes,
        VariableType::SocketAddr,
        VariableType::Json,
        VariableType::Email,
        VariableType::String,
    ];
    let limits = Limits { max_len: Some(2), ..Limits::default() };
    for kind in kinds {
        let key = Variable { kind, limits: limits.clone(), ..secret("KEY") };
        for scene in [
            Scene::declaring([key.clone()]).environment("KEY", MARK),
            Scene::declaring([key.clone()]).file("prod.env", &format!("KEY={MARK}\nOTHER={MARK}\n")),
            Scene::declaring([key.clone()]).environment("KEY", MARK).environment("KEY_FILE", MARK),
            Scene::declaring([key.clone()]).environment("KEY_FILE", MARK),
            Scene::declaring([key.clone()]).environment("KEY_FILE", &format!("/{MARK}")),
            Scene::declaring([key.clone()]).environment("KEY_FILE", "/k").on_disk("/k", MARK.as_bytes()),
            Scene::declaring([key.clone()])
                .environment("KEY_FILE", "/k")
                .on_disk("/k", &[MARK.as_bytes(), b"\0\xff"].concat()),
            Scene::declaring([key.clone()]).environment("KEY_FILE", "/k").on_disk("/k", MARK.repeat(20_000).as_bytes()),
            Scene::declaring([key]).environment("CREDENTIALS_DIRECTORY", "/c").on_disk("/c/KEY", MARK.as_bytes()),
        ] {
            let violations = scene.violations();
            let of_key = violations.iter().filter(|one| !one.contains("`OTHER`")).count();
            assert_eq!(of_key, 1, "{kind:?}: {violations:?}");
            assert!(!everything_said(&scene).contains(MARK), "{kind:?}: {}", everything_said(&scene));
        }
    }
}

#[test]
fn a_value_that_all_may_see_is_shown_unless_it_carries_a_password() {
    let shown =
        |kind, value: &str| Scene::declaring([variable("X", kind)]).environment("X", value).violations().concat();
    assert!(shown(VariableType::Int, MARK).contains(MARK));
    assert!(shown(VariableType::Int, &"9".repeat(500)).contains(&format!("`{}...`", "9".repeat(60))));
    assert!(!shown(VariableType::ServiceUrl, &format!("postgres://u:{MARK}@h:port/d")).contains(MARK));
    assert!(!shown(VariableType::Url, &format!("no?key={MARK}")).contains(MARK));
    assert!(!shown(VariableType::Int, &format!("https://{MARK}@h")).contains(MARK));
    assert!(!shown(VariableType::Json, &format!("{{{MARK}")).contains(MARK));
}
