//! The formation: how many processes of each type run, what they are called, and which port each gets.
//!
//! Which port each gets follows the declaration and nothing else ([`BasePort`]).

use super::Error;
use crate::app::{BasePort, Declaration, MOST_PROCESSES, ProcessType};
use std::str::FromStr;

/// What was asked for: `web`, `web=3`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The process type.
    pub name: String,
    /// How many; without a number, as many as declared and at least one.
    pub count: Option<u32>,
}

/// One process that is asked for by itself: `web`, `web.2`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstanceName {
    /// The process type.
    pub process_type: String,
    /// Which of its instances, from 1.
    pub number: u32,
}

/// One process of the formation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instance<'a> {
    /// `web.1`.
    pub name: String,
    /// What it is an instance of.
    pub process_type: &'a ProcessType,
    /// Its port.
    pub port: u16,
}

impl FromStr for Wanted {
    type Err = Error;

    fn from_str(word: &str) -> Result<Self, Error> {
        let refuse = |rule: String| Error::Formation { word: word.escape_debug().to_string(), rule };
        let Some((name, count)) = word.split_once('=') else {
            return Ok(Self { name: word.to_owned(), count: None });
        };
        let count = count.parse::<u32>().ok().filter(|_| count.bytes().all(|byte| byte.is_ascii_digit()));
        match count {
            Some(count) if count <= MOST_PROCESSES => Ok(Self { name: name.to_owned(), count: Some(count) }),
            Some(_) => Err(refuse(format!("asks for more than {MOST_PROCESSES} processes of a type"))),
            None => Err(refuse("is not `TYPE` or `TYPE=N`".to_owned())),
        }
    }
}

impl FromStr for InstanceName {
    type Err = Error;

    fn from_str(word: &str) -> Result<Self, Error> {
        // No process type has a dot in its name.
        let Some((process_type, number)) = word.split_once('.') else {
            return Ok(Self { process_type: word.to_owned(), number: 1 });
        };
        let plain = !number.starts_with('0') && number.bytes().all(|byte| byte.is_ascii_digit());
        match number.parse().ok().filter(|number| plain && (1..=MOST_PROCESSES).contains(number)) {
            Some(number) => Ok(Self { process_type: process_type.to_owned(), number }),
            None => Err(Error::Formation {
                word: word.escape_debug().to_string(),
                rule: format!("is not `TYPE` or `TYPE.N` with N from 1 to {MOST_PROCESSES}"),
            }),
        }
    }
}

/// One process, as it would be in a formation that has it.
///
/// # Errors
/// Where its type is not declared, or its port lies beyond the last one.
pub fn instance<'a>(declaration: &'a Declaration, name: &InstanceName, base: BasePort) -> Result<Instance<'a>, Error> {
    let wanted = Wanted { name: name.process_type.clone(), count: Some(name.number) };
    formation(declaration, &[wanted], base)?.pop().ok_or(Error::EmptyFormation)
}

/// The processes to run, in the order of declaration. With nothing asked for, every type runs with its `count`.
///
/// # Errors
/// Where a type is not declared or named twice, nothing is to run, or a port lies beyond the last one.
pub fn formation<'a>(
    declaration: &'a Declaration,
    wanted: &[Wanted],
    base: BasePort,
) -> Result<Vec<Instance<'a>>, Error> {
    if declaration.processes.is_empty() {
        return Err(Error::NoProcessTypes { app: declaration.app.to_string() });
    }
    for (index, one) in wanted.iter().enumerate() {
        if declaration.process_type(&one.name).is_none() {
            let declared = declaration.processes.iter().map(|known| known.name.clone()).collect();
            return Err(Error::NotDeclared { kind: "process type", name: one.name.clone(), declared });
        }
        if wanted.iter().take(index).any(|before| before.name == one.name) {
            return Err(Error::Formation { word: one.name.clone(), rule: "is asked for twice".to_owned() });
        }
    }
    let mut instances = Vec::new();
    for (index, process_type) in declaration.processes.iter().enumerate() {
        for instance in 0..count(process_type, wanted)? {
            let name = format!("{}.{}", process_type.name, instance + 1);
            let port = base.port(index, instance);
            match u16::try_from(port) {
                Ok(port) => instances.push(Instance { name, process_type, port }),
                Err(_) => return Err(Error::NoSuchPort { process: name, port }),
            }
        }
    }
    if instances.is_empty() { Err(Error::EmptyFormation) } else { Ok(instances) }
}

fn count(process_type: &ProcessType, wanted: &[Wanted]) -> Result<u32, Error> {
    let declared = process_type.count;
    let count = match wanted.iter().find(|one| one.name == process_type.name) {
        Some(one) => one.count.unwrap_or(declared.max(1)),
        None if wanted.is_empty() => declared,
        None => 0,
    };
    if count > MOST_PROCESSES {
        let rule = format!("declares more than {MOST_PROCESSES} processes of a type");
        return Err(Error::Formation { word: process_type.name.clone(), rule });
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::{BasePort, InstanceName, Wanted, formation, instance};
    use crate::app::{Declaration, Sources};

    fn declaration() -> Declaration {
        let text = "[processes.web]\ncommand = 'shop serve'\nport = true\n\
                    [processes.clock]\ncommand = 'shop clock'\ncount = 0\n\
                    [processes.worker]\ncommand = 'shop work'\ncount = 2\n";
        Sources { twelve_toml: Some(text.to_owned()), procfile: None }.declaration("shop").expect("a declaration")
    }

    fn ports(words: &[&str], base: u16) -> Result<Vec<(String, u16)>, String> {
        let wanted = words.iter().map(|word| word.parse::<Wanted>()).collect::<Result<Vec<_>, _>>();
        wanted
            .and_then(|wanted| {
                let declaration = declaration();
                let instances = formation(&declaration, &wanted, BasePort(base))?;
                Ok(instances.into_iter().map(|one| (one.name, one.port)).collect())
            })
            .map_err(|error| error.to_string())
    }

    fn owned(list: &[(&str, u16)]) -> Vec<(String, u16)> {
        list.iter().map(|(name, port)| ((*name).to_owned(), *port)).collect()
    }

    #[test]
    fn without_words_every_type_runs_with_its_count() {
        assert_eq!(ports(&[], 5000), Ok(owned(&[("web.1", 5000), ("worker.1", 5200), ("worker.2", 5201)])));
    }

    #[test]
    fn a_process_keeps_its_port_whichever_others_run() {
        assert_eq!(ports(&["worker=1"], 5000), Ok(owned(&[("worker.1", 5200)])));
        assert_eq!(ports(&["worker=1", "clock"], 80), Ok(owned(&[("clock.1", 180), ("worker.1", 280)])));
        assert_eq!(ports(&["worker"], 80), Ok(owned(&[("worker.1", 280), ("worker.2", 281)])));
    }

    #[test]
    fn an_instance_by_itself_has_the_name_and_the_port_that_it_has_among_others() {
        let declaration = declaration();
        let one = |word: &str| {
            let name = word.parse::<InstanceName>().map_err(|error| error.to_string())?;
            let found = instance(&declaration, &name, BasePort(5000)).map_err(|error| error.to_string())?;
            Ok::<_, String>((found.name, found.port))
        };
        assert_eq!(one("web"), Ok(("web.1".to_owned(), 5000)));
        assert_eq!(one("worker.3"), Ok(("worker.3".to_owned(), 5202)));
        assert_eq!(one("clock.100"), Ok(("clock.100".to_owned(), 5199)));
        assert_eq!(one("wep.1"), Err("the release declares no process type `wep`".to_owned()));
        for bad in ["web.0", "web.", "web.101", "web.x", "web.1.2", "web.+1", "web.01"] {
            assert_eq!(one(bad), Err(format!("`{bad}` is not `TYPE` or `TYPE.N` with N from 1 to 100")));
        }
    }

    #[test]
    fn what_cannot_run_is_refused() {
        assert_eq!(ports(&["wep"], 5000), Err("the release declares no process type `wep`".to_owned()));
        assert_eq!(ports(&["web", "web=2"], 5000), Err("`web` is asked for twice".to_owned()));
        assert_eq!(ports(&["web=0"], 5000), Err("the formation is empty".to_owned()));
        assert_eq!(ports(&["web=101"], 5000), Err("`web=101` asks for more than 100 processes of a type".to_owned()));
        for bad in ["web=", "web=x", "web=-1", "web=+1", "web=1=2"] {
            assert_eq!(ports(&[bad], 5000), Err(format!("`{bad}` is not `TYPE` or `TYPE=N`")));
        }
        assert_eq!(ports(&[], 65_400), Err("`worker.1` would get port 65600: 65535 is the last one".to_owned()));
    }
}
