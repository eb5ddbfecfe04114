//! Whether a value is the same in every deploy: written down, or made from nothing but what is written down.

use super::Facts;
use crate::check::source::{Source, Value, Within, ends_in};

/// A value that is written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::check) enum Constant {
    Text(String),
    Number(u64),
    /// Several of them, or something that is made of them.
    Several(Vec<Constant>),
}

/// How many names are followed before a value counts as unknown.
const DEPTH: usize = 8;

/// Functions that make an address of what they are given.
const MAKERS: [&str; 9] = [
    "SocketAddr::from",
    "SocketAddr::new",
    "SocketAddrV4::new",
    "SocketAddrV6::new",
    "Ipv4Addr::new",
    "Ipv4Addr::from",
    "Ipv6Addr::new",
    "IpAddr::from",
    "IpAddr::V4",
];

/// Methods that change the type and not the value.
const CONVERSIONS: [&str; 15] = [
    "as_str",
    "clone",
    "expect",
    "into",
    "into_inner",
    "parse",
    "to_owned",
    "to_socket_addrs",
    "to_string",
    "try_into",
    "unwrap",
    "next",
    "context",
    "map_err",
    "with_context",
];

impl Constant {
    /// The port of an address, or the address's text that holds one; none where there is none or it is 0, which asks
    /// the system for a free one.
    pub(in crate::check) fn port(&self) -> Option<u64> {
        match self {
            Self::Text(text) => {
                let (_, port) = text.rsplit_once(':')?;
                port.parse().ok().filter(|port| (1..=65_535).contains(port))
            }
            Self::Number(_) => None,
            Self::Several(all) => match all.as_slice() {
                [.., Self::Number(port)] if all.len() == 2 => Some(*port).filter(|port| (1..=65_535).contains(port)),
                [one] => one.port(),
                _ => None,
            },
        }
    }

    /// The string that it is.
    pub(in crate::check) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Several(all) if all.len() == 1 => all[0].text(),
            _ => None,
        }
    }
}

impl Facts {
    /// What a value is in every deploy; none where it may differ, or that cannot be told.
    pub(in crate::check) fn constant(&self, source: &Source, within: Within, value: &Value) -> Option<Constant> {
        self.followed(source, within, value, DEPTH)
    }

    fn followed(&self, source: &Source, within: Within, value: &Value, depth: usize) -> Option<Constant> {
        let deeper = depth.checked_sub(1)?;
        let all = |values: &[Value]| {
            let all: Option<Vec<_>> = values.iter().map(|one| self.followed(source, within, one, deeper)).collect();
            all.map(Constant::Several)
        };
        match value {
            Value::Text(text) => Some(Constant::Text(text.clone())),
            Value::Number(number) => Some(Constant::Number(*number)),
            Value::List(values) => all(values),
            Value::Call(path, values) if MAKERS.iter().any(|maker| ends_in(path, maker)) => all(values),
            Value::Method(receiver, name, _) if CONVERSIONS.contains(&name.as_str()) => {
                self.followed(source, within, receiver, deeper)
            }
            Value::Block(inner) => self.followed(source, within, inner, deeper),
            Value::Name(name) if ["UNSPECIFIED", "LOCALHOST", "BROADCAST"].iter().any(|known| ends_in(name, known)) => {
                Some(Constant::Text(name.clone()))
            }
            Value::Name(name) => self.named(source, within, name, deeper),
            Value::Macro(path, values) if path == "format" => {
                formatted(values, |name| self.named(source, within, name, deeper))
            }
            _ => None,
        }
    }

    /// The value of a name: a `let` of the same function, else a constant of the file, else of the codebase.
    fn named(&self, source: &Source, within: Within, name: &str, depth: usize) -> Option<Constant> {
        let local: Vec<_> =
            source.bindings.iter().filter(|one| one.name == name && one.within == within && within.is_some()).collect();
        match local.as_slice() {
            [only] => return self.followed(source, within, &only.value, depth),
            // Bound more than once: which one is meant is not told.
            [_, ..] => return None,
            [] => {}
        }
        let last = name.rsplit("::").next().unwrap_or(name);
        if !last.chars().any(char::is_uppercase) || last.chars().any(char::is_lowercase) {
            return None;
        }
        let own = self.bindings_of(last).find(|(one, _)| one.path == source.path);
        let (source, binding) = own.or_else(|| self.bindings_of(last).next())?;
        self.followed(source, binding.within, &binding.value, depth)
    }
}

/// `format!("{}:{PORT}", HOST)` of constants.
fn formatted(values: &[Value], named: impl Fn(&str) -> Option<Constant>) -> Option<Constant> {
    let (Value::Text(pattern), rest) = values.split_first()? else { return None };
    let mut rest = rest.iter();
    let mut text = String::new();
    let mut after = pattern.as_str();
    while let Some((before, inside)) = after.split_once('{') {
        let (hole, tail) = inside.split_once('}')?;
        text.push_str(before);
        let name = hole.split(':').next().unwrap_or_default();
        let constant = match (name, rest.next()) {
            ("", Some(Value::Text(text))) => Constant::Text(text.clone()),
            ("", Some(Value::Number(number))) => Constant::Number(*number),
            ("", Some(Value::Name(name))) => named(name)?,
            ("", _) => return None,
            (name, _) => named(name)?,
        };
        match constant {
            Constant::Text(part) => text.push_str(&part),
            Constant::Number(number) => text.push_str(&number.to_string()),
            Constant::Several(_) => return None,
        }
        after = tail;
    }
    text.push_str(after);
    Some(Constant::Text(text))
}
