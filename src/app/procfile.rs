//! A Procfile, as Heroku defined it: `TYPE: COMMAND` a line. `web` gets its port in PORT; `release` is the release
//! phase, so it is an admin process that runs before a deploy.

use super::{AdminProcess, Command, Declaration, Error, ProcessType, Rule};

/// Adds what the Procfile declares.
pub(super) fn read_into(text: &str, declaration: &mut Declaration) -> Result<(), Error> {
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let at = |rule: Rule| Error::Malformed {
            place: format!("Procfile:{}", index + 1),
            rule: rule.rule,
            hint: rule.hint,
        };
        let (name, command) = line
            .split_once(':')
            .ok_or_else(|| at(Rule::with_hint("the line has no process type", "write `web: shop serve`")))?;
        let name = process_name(name.trim()).map_err(at)?;
        let command: Command = command.trim().parse().map_err(at)?;
        if declaration.process_type(name).is_some() {
            return Err(at(Rule::new(format!("the process type `{name}` stands here a second time"))));
        }
        if name == "release" {
            if declaration.admin_process(name).is_none() {
                declaration.admin.push(AdminProcess {
                    name: name.to_owned(),
                    command,
                    before_deploy: true,
                    schedule: None,
                });
            }
            continue;
        }
        let mut process_type = ProcessType::new(name, command);
        if name == "web" {
            process_type.port = Some("PORT".to_owned());
        }
        declaration.processes.push(process_type);
    }
    Ok(())
}

/// A process type's or admin process's name: part of `web.1` and of unit names.
pub(super) fn process_name(name: &str) -> Result<&str, Rule> {
    let good = name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.chars().all(|one| one.is_ascii_alphanumeric() || one == '-' || one == '_')
        && name.len() <= 40;
    if good {
        Ok(name)
    } else {
        Err(Rule::new(format!(
            "`{}` is no process type: a letter first, then letters, digits, - and _, at most 40",
            name.escape_debug()
        )))
    }
}
