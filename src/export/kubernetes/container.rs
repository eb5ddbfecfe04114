//! The container of a process: the release's own program, its environment, and nothing that it could write or become.

use super::{ObjectName, Release};
use crate::app::{Piece, Word};
use crate::export::container::{Purpose, ROOT};
use crate::export::yaml::{Yaml, map};

impl Release<'_> {
    /// The container; `more` are the keys that only some have.
    pub(super) fn container(&self, purpose: Purpose<'_>, more: Yaml) -> Yaml {
        let command = purpose.command();
        let told = self.told(purpose);
        let arguments: Vec<String> = command.words().iter().skip(1).map(|word| self.argument(&told, word)).collect();
        let first = map([
            ("name", Some(ObjectName::of(&[purpose.name()]).as_str().into())),
            ("image", Some(self.image.to_string().into())),
            ("imagePullPolicy", Some("IfNotPresent".into())),
            ("command", Some(Yaml::list([self.contained.program(command)]))),
            ("args", Some(Yaml::list(arguments)).filter(|_| command.words().len() > 1)),
            ("workingDir", Some(ROOT.into())),
            ("env", Some(self.environment(&told))),
            ("envFrom", self.configuration.sources()),
        ]);
        let mount = |(name, path)| map([("name", Some(Yaml::Text(name))), ("mountPath", Some(Yaml::Text(path)))]);
        let last = map([
            ("securityContext", Some(confined())),
            ("volumeMounts", Some(Yaml::list(self.writable(purpose).map(mount)))),
        ]);
        first.and(more).and(last)
    }

    /// The folders that a process may write, and that its pod takes with it when it ends.
    pub(super) fn volumes(&self, purpose: Purpose<'_>) -> Yaml {
        let volume = |(name, _)| map([("name", Some(Yaml::Text(name))), ("emptyDir", Some(map([])))]);
        Yaml::list(self.writable(purpose).map(volume))
    }

    /// The paths that may be written, each with the name of its volume. Podman has one namespace of volumes for all
    /// pods, so the app and the process stand in it.
    fn writable(&self, purpose: Purpose<'_>) -> impl Iterator<Item = (String, String)> {
        let app = self.contained.exported.app().as_str();
        let component = purpose.component().replace('.', "-");
        self.contained.writable().enumerate().map(move |(index, path)| {
            let volume = if index == 0 { "tmp".to_owned() } else { format!("writable-{index}") };
            (ObjectName::of(&[app, &component, &volume]).to_string(), path.to_owned())
        })
    }

    /// What a process is told, each name with its value; none is known only when the pod has its name.
    fn told(&self, purpose: Purpose<'_>) -> Vec<(String, Option<String>)> {
        let process = purpose.component();
        let told = self.contained.told(purpose, self.contained.exported.base().0, &process);
        let of_pod = |name: &str| name == "PROCESS" && matches!(purpose, Purpose::Process(_));
        told.into_iter().map(|(name, value)| if of_pod(&name) { (name, None) } else { (name, Some(value)) }).collect()
    }

    /// The environment: what a process is told, then the secrets.
    fn environment(&self, told: &[(String, Option<String>)]) -> Yaml {
        let told = told.iter().map(|(name, value)| {
            let source = map([("fieldRef", Some(map([("fieldPath", Some("metadata.name".into()))])))]);
            let value_from = value.is_none().then_some(source);
            let value = value.clone().map(Yaml::Text);
            map([("name", Some(name.as_str().into())), ("value", value), ("valueFrom", value_from)])
        });
        Yaml::list(told.chain(self.configuration.references()))
    }

    /// A word of a command. What is known is written out, since not every engine that reads manifests expands
    /// `$(NAME)` (podman 4.3 does not); what only the pod knows is left to it.
    fn argument(&self, told: &[(String, Option<String>)], word: &Word) -> String {
        let value = |name: &str| match told.iter().find(|(known, _)| known == name) {
            Some((_, value)) => value.clone(),
            None => self.configuration.config.value(name).map(str::to_owned),
        };
        let mut parts: Vec<Result<String, &str>> = Vec::new();
        for piece in word.pieces() {
            let part = match piece {
                Piece::Literal(text) => Ok(text.clone()),
                Piece::Variable(name) => value(name).ok_or(name.as_str()),
            };
            match (parts.last_mut(), part) {
                (Some(Ok(before)), Ok(text)) => before.push_str(&text),
                (_, part) => parts.push(part),
            }
        }
        let mut argument = String::new();
        for (index, part) in parts.iter().enumerate() {
            match part {
                Ok(text) => push_literal(&mut argument, text, index + 1 < parts.len()),
                Err(name) => argument.push_str(&format!("$({name})")),
            }
        }
        argument
    }
}

/// Text that is to stay as it is: a `$` that Kubernetes would read as a beginning is doubled.
fn push_literal(argument: &mut String, text: &str, before_reference: bool) {
    let mut characters = text.chars().peekable();
    while let Some(one) = characters.next() {
        let begins = match characters.peek() {
            Some(next) => matches!(next, '$' | '('),
            None => before_reference,
        };
        argument.push(one);
        if one == '$' && begins {
            argument.push('$');
        }
    }
}

/// What a container may not become (Pod Security Standards, restricted).
fn confined() -> Yaml {
    map([
        ("allowPrivilegeEscalation", Some(false.into())),
        ("readOnlyRootFilesystem", Some(true.into())),
        ("capabilities", Some(map([("drop", Some(Yaml::list(["ALL"])))]))),
    ])
}

#[cfg(test)]
mod tests {
    use super::push_literal;

    #[test]
    fn a_dollar_stays_one_where_kubernetes_expands() {
        for (text, before, written) in [
            ("a$b", false, "a$b"),
            ("$(PORT)", false, "$$(PORT)"),
            ("$$", false, "$$$"),
            ("$$(", false, "$$$$("),
            ("cost: 5$", false, "cost: 5$"),
            ("5$", true, "5$$"),
        ] {
            let mut argument = String::new();
            push_literal(&mut argument, text, before);
            assert_eq!(argument, written, "{text}");
        }
    }
}
