//! A config in the form that another engine reads. Each form is written so that its own reader gives back the very
//! bytes; what a form cannot hold is refused by name, and never bent.

use super::env_grammar::SHELL_NAMES;
use super::resolution::{Config, Setting};
use serde::Serialize;
use std::fmt;
use zeroize::Zeroizing;

/// Who reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// systemd's `EnvironmentFile=`.
    Systemd,
    /// `docker run --env-file`, which podman shares.
    Docker,
    /// A Compose file that is given besides the app's own.
    Compose,
    /// A POSIX shell that sources it.
    Sh,
    /// A Secret of Kubernetes.
    KubernetesSecret,
}

/// What a form is for, where it names anything.
#[derive(Debug, Clone, Copy)]
pub struct Form<'a> {
    /// The name of a Secret.
    pub name: &'a str,
    /// The namespace of a Secret.
    pub namespace: Option<&'a str>,
    /// The services of a Compose file that get the config.
    pub services: &'a [&'a str],
}

/// A variable that a target cannot carry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Uncarried {
    /// The variable.
    pub variable: String,
    /// Why, as a predicate of its value.
    pub why: &'static str,
}

/// The longest line that docker reads (Go's `bufio.MaxScanTokenSize`), less its line feed.
const DOCKER_LINE: usize = 65_535;

/// The most that a Secret of Kubernetes holds, in bytes.
const KUBERNETES_MOST: usize = 1 << 20;

impl Target {
    /// Why this target cannot carry a variable.
    fn refusal(self, name: &str, value: &str) -> Option<&'static str> {
        let odd = |one: char| one.is_control() && !matches!(one, '\n' | '\t');
        match self {
            Self::Systemd if value.contains(odd) => {
                Some("has a control character, for which systemd drops the variable")
            }
            Self::Docker if value.contains('\n') => Some("spans lines, and docker ends it at the first"),
            Self::Docker if value.contains('\r') => Some("has a carriage return, which docker does not keep"),
            Self::Docker if name.len() + 1 + value.len() > DOCKER_LINE => {
                Some("is longer than a line that docker reads")
            }
            Self::Sh if SHELL_NAMES.contains(&name) || name.starts_with("BASH") => {
                Some("has a name that shells keep for themselves")
            }
            _ => None,
        }
    }
}

impl Config {
    /// The config in a target's form.
    ///
    /// # Errors
    /// Every variable that the target cannot carry.
    pub fn exported(&self, target: Target, form: &Form<'_>) -> Result<Zeroizing<String>, super::Error> {
        let refused = |one: &Setting| {
            let why = match one.value.expose_text() {
                None => Some("is not UTF-8"),
                Some(value) if value.contains('\0') => Some("has a NUL"),
                Some(value) => target.refusal(&one.name, value),
            };
            why.map(|why| Uncarried { variable: one.name.clone(), why })
        };
        let mut uncarried: Vec<Uncarried> = self.settings().iter().filter_map(refused).collect();
        let bytes: usize = self.settings().iter().map(|one| one.value.len()).sum();
        if target == Target::KubernetesSecret && bytes > KUBERNETES_MOST {
            let why = "are together more than the mebibyte that a Secret holds";
            uncarried.push(Uncarried { variable: "all values".to_owned(), why });
        }
        if !uncarried.is_empty() {
            return Err(super::Error::NotCarried { target, uncarried });
        }
        let settings = self.settings().iter().filter_map(|one| Some((one.name.as_str(), one.value.expose_text()?)));
        // With room for all of it: a text that grows leaves copies of itself behind.
        let mut text =
            Zeroizing::new(String::with_capacity(4096 + (bytes * 6 + 64 * 1024) * form.services.len().max(1)));
        match target {
            Target::Systemd => settings.for_each(|(name, value)| {
                *text += &format!("{name}=");
                between(&mut text, '"', value, |one| "\"\\`$".contains(one).then_some("\\"));
                text.push('\n');
            }),
            Target::Docker => settings.for_each(|(name, value)| push_all(&mut text, [name, "=", value, "\n"])),
            Target::Sh => settings.for_each(|(name, value)| {
                push_all(&mut text, ["export ", name, "="]);
                // A single quote cannot be escaped inside its own: it closes, stands escaped, and opens again.
                between(&mut text, '\'', value, |one| (one == '\'').then_some("'\\'"));
                text.push('\n');
            }),
            Target::Compose => {
                text.push_str("services:\n");
                let all: Vec<_> = settings.collect();
                for service in form.services {
                    *text += &format!("  {service}:\n    environment:\n");
                    for (name, value) in &all {
                        push_all(&mut text, ["      ", name, ": "]);
                        yaml(&mut text, value, |one| (one == '$').then_some("$"));
                        text.push('\n');
                    }
                }
            }
            Target::KubernetesSecret => {
                *text += &format!("apiVersion: v1\nkind: Secret\nmetadata:\n  name: {}\n", form.name);
                if let Some(namespace) = form.namespace {
                    *text += &format!("  namespace: {namespace}\n");
                }
                text.push_str("type: Opaque\nstringData:");
                if self.settings().is_empty() {
                    text.push_str(" {}");
                }
                text.push('\n');
                settings.for_each(|(name, value)| {
                    push_all(&mut text, ["  ", name, ": "]);
                    yaml(&mut text, value, |_| None);
                    text.push('\n');
                });
            }
        }
        Ok(text)
    }
}

fn push_all<const N: usize>(text: &mut String, parts: [&str; N]) {
    parts.into_iter().for_each(|part| text.push_str(part));
}

/// A value between quotes, with something before some of its characters.
fn between(text: &mut String, quote: char, value: &str, before: impl Fn(char) -> Option<&'static str>) {
    text.push(quote);
    for one in value.chars() {
        text.push_str(before(one).unwrap_or_default());
        text.push(one);
    }
    text.push(quote);
}

/// A text as a double-quoted scalar of YAML.
#[must_use]
pub fn double_quoted(value: &str) -> String {
    let mut text = String::with_capacity(value.len() + 2);
    yaml(&mut text, value, |_| None);
    text
}

/// A double-quoted scalar (YAML 1.2, 7.3.1), every character that is not plainly printable as an escape.
fn yaml(text: &mut String, value: &str, before: impl Fn(char) -> Option<&'static str>) {
    text.push('"');
    for one in value.chars() {
        text.push_str(before(one).unwrap_or_default());
        match one {
            '"' | '\\' => push_all(text, ["\\", if one == '"' { "\"" } else { "\\" }]),
            '\n' => text.push_str("\\n"),
            '\t' => text.push_str("\\t"),
            ' '..='~' => text.push(one),
            _ if one.is_alphanumeric() => text.push(one),
            _ => *text += &format!("\\U{:08x}", u32::from(one)),
        }
    }
    text.push('"');
}

impl fmt::Display for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Systemd => "an EnvironmentFile of systemd",
            Self::Docker => "an env file of docker",
            Self::Compose => "a Compose file",
            Self::Sh => "a shell",
            Self::KubernetesSecret => "a Secret of Kubernetes",
        })
    }
}

impl fmt::Display for Uncarried {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`{}` {}", self.variable, self.why)
    }
}
