//! The fourteen types: which text each admits, and the amount that a text of a measured type stands for.

use super::contract::{Limits, VariableType};
use std::net::SocketAddr;
use url::Url;

/// A number, a duration in milliseconds, or a size in bytes.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub(super) enum Amount {
    /// Everything but a float: exact.
    Whole(i128),
    /// A float.
    Decimal(f64),
}

impl VariableType {
    /// Its word in twelve.toml.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Int => "int",
            Self::Float => "float",
            Self::Bool => "bool",
            Self::Port => "port",
            Self::Url => "url",
            Self::ServiceUrl => "service-url",
            Self::Enum => "enum",
            Self::Duration => "duration",
            Self::Bytes => "bytes",
            Self::SocketAddr => "socket-addr",
            Self::Path => "path",
            Self::Json => "json",
            Self::Email => "email",
        }
    }

    /// Whether `min` and `max` mean something.
    pub(super) fn is_measured(self) -> bool {
        matches!(self, Self::Int | Self::Float | Self::Port | Self::Duration | Self::Bytes)
    }

    /// Whether `schemes` means something.
    pub(super) fn has_scheme(self) -> bool {
        matches!(self, Self::Url | Self::ServiceUrl)
    }

    /// Whether a text is written as this type asks. Of the limits, only those are looked at that are part of the type:
    /// an enum's values, a URL's schemes.
    pub(super) fn admits(self, text: &str, limits: &Limits) -> bool {
        match self {
            Self::String => true,
            Self::Int | Self::Float | Self::Port | Self::Duration | Self::Bytes => self.amount(text).is_some(),
            Self::Bool => matches!(text, "true" | "false"),
            Self::Url | Self::ServiceUrl => is_url(text, &limits.schemes),
            Self::Enum => limits.values.iter().any(|value| value == text),
            Self::SocketAddr => text.parse::<SocketAddr>().is_ok(),
            Self::Path => !text.is_empty(),
            Self::Json => serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok(),
            Self::Email => is_email(text),
        }
    }

    /// The amount that a text stands for, where the type is measured and admits the text.
    pub(super) fn amount(self, text: &str) -> Option<Amount> {
        match self {
            Self::Int => {
                whole(text).and_then(|number| i64::try_from(number).ok()).map(|number| Amount::Whole(number.into()))
            }
            Self::Float => decimal(text).map(Amount::Decimal),
            Self::Port => whole(text).filter(|number| (1..=65_535).contains(number)).map(Amount::Whole),
            Self::Duration => with_unit(text, duration_unit).map(Amount::Whole),
            Self::Bytes => with_unit(text, size_unit).map(Amount::Whole),
            _ => None,
        }
    }
}

/// Digits, with `-` before them where they are less than nothing. No `+`: not every language reads one.
fn whole(text: &str) -> Option<i128> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    (digits.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

/// A decimal number as JSON writes one (RFC 8259, section 6), leading zeros allowed; so no infinity.
fn decimal(text: &str) -> Option<f64> {
    let (number, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (before, behind) = number.split_once('.').unwrap_or((number, "0"));
    whole_text(before.strip_prefix('-').unwrap_or(before))?;
    whole_text(behind)?;
    whole_text(exponent.strip_prefix(['-', '+']).unwrap_or(exponent))?;
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

fn whole_text(text: &str) -> Option<()> {
    (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())).then_some(())
}

/// Digits and a unit, as the unit's multiple.
fn with_unit(text: &str, unit: fn(&str) -> Option<i128>) -> Option<i128> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, name) = text.split_at_checked(digits)?;
    // 64 bits times the greatest unit fits into 128 bits.
    number.parse::<u64>().ok().zip(unit(name)).map(|(number, factor)| i128::from(number) * factor)
}

fn duration_unit(unit: &str) -> Option<i128> {
    Some(match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    })
}

fn size_unit(unit: &str) -> Option<i128> {
    Some(match unit {
        "" | "B" => 1,
        "kB" | "KB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "TB" => 1_000_000_000_000,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        "TiB" => 1 << 40,
        _ => return None,
    })
}

/// An absolute URL with one of the schemes. Where none is declared it must have a host or a path from the root:
/// otherwise `localhost:8080` would be a URL with the scheme `localhost`.
fn is_url(text: &str, schemes: &[String]) -> bool {
    // The URL standard drops these before it parses; the app's own parser need not.
    if text.contains(|one: char| one.is_whitespace() || one.is_control()) {
        return false;
    }
    let parsed: Option<Vec<Url>> = one_per_host(text).iter().map(|one| Url::parse(one).ok()).collect();
    parsed.is_some_and(|urls| {
        urls.iter().all(|url| match schemes {
            [] => !url.cannot_be_a_base(),
            known => known.iter().any(|scheme| scheme == url.scheme()) && (url.has_host() || !url.path().is_empty()),
        })
    })
}

/// Clusters are named by several hosts in one URL (`mongodb://a:1,b:2/shop`), which the URL standard does not know:
/// one URL a host.
pub(super) fn one_per_host(text: &str) -> Vec<String> {
    let whole = || vec![text.to_owned()];
    let Some((scheme, rest)) = text.split_once("://") else {
        return whole();
    };
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let (user, hosts) = match authority.rsplit_once('@') {
        Some((user, hosts)) => (format!("{user}@"), hosts),
        None => (String::new(), authority),
    };
    if !hosts.contains(',') {
        return whole();
    }
    hosts.split(',').map(|host| format!("{scheme}://{user}{host}{path}")).collect()
}

/// One `@` with a name before it and a domain behind it: what a mail server would at least try (RFC 5321, 4.5.3.1).
fn is_email(text: &str) -> bool {
    let Some((name, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|one| one.is_alphanumeric() || one == '-')
    };
    let odd = |one: char| one.is_whitespace() || one.is_control() || matches!(one, '@' | '<' | '>' | ',' | ';' | '"');
    (1..=64).contains(&name.len()) && !name.contains(odd) && domain.len() <= 255 && domain.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::super::contract::{Limits, VariableType};
    use super::Amount;

    fn limits() -> Limits {
        Limits { values: vec!["json".to_owned(), "text".to_owned()], ..Limits::default() }
    }

    #[test]
    fn each_type_admits_its_own_texts_and_no_others() {
        use VariableType as Type;
        for (kind, good, bad) in [
            (Type::String, vec!["", "any thing"], vec![]),
            (
                Type::Int,
                vec!["0", "-5", "9223372036854775807", "007"],
                vec!["", "-", "+5", "1.0", "1e3", " 1", "9223372036854775808"],
            ),
            (
                Type::Float,
                vec!["0", "-1.5", "2.50", "1e3", "1E-7"],
                vec!["", ".", ".5", "1.", "inf", "NaN", "1e", "1e999", "0x1"],
            ),
            (Type::Bool, vec!["true", "false"], vec!["", "1", "0", "yes", "TRUE"]),
            (Type::Port, vec!["1", "8080", "65535"], vec!["", "0", "65536", "-1", "http", "+80"]),
            (
                Type::Url,
                vec!["https://example.org", "file:///etc/x", "ws://[::1]:80/a?b#c"],
                vec![
                    "",
                    "example.org",
                    "localhost:8080",
                    "mailto:a@b.c",
                    "https://",
                    "https://exa mple.org",
                    " https://example.org",
                ],
            ),
            (
                Type::ServiceUrl,
                vec!["postgres://u:p@h:5432/d", "mongodb://u:p@a:1,b:2/d?x=y", "postgres:///d?host=/run"],
                vec!["", "db", "postgres://h:port/d", "mongodb://a:1,b:x/d", "redis://h:70000"],
            ),
            (Type::Enum, vec!["json", "text"], vec!["", "xml", "JSON"]),
            (
                Type::Duration,
                vec!["0s", "250ms", "30s", "5m", "2h", "1d"],
                vec!["", "30", "s", "-1s", "1.5s", "30 s", "1w"],
            ),
            (
                Type::Bytes,
                vec!["0", "512", "512B", "64KiB", "10MB", "1TiB"],
                vec!["", "KiB", "1.5MB", "64 KiB", "64kib", "-1"],
            ),
            (
                Type::SocketAddr,
                vec!["127.0.0.1:8080", "[::1]:8080"],
                vec!["", "localhost:80", "127.0.0.1", "::1", "1.2.3.4:70000"],
            ),
            (Type::Path, vec!["/var/lib/shop", "x", "with space"], vec![""]),
            (Type::Json, vec!["{}", "[1, 2]", "null", "\"x\""], vec!["", "{", "{a:1}", "1 2"]),
            (
                Type::Email,
                vec!["ops@example.org", "a.b+c@x", "ö@bücher.example"],
                vec!["", "ops", "@x", "a@", "a b@x", "a@b@c", "a@-x", "a@x..y", "Ops <a@x>"],
            ),
        ] {
            assert_eq!(serde_json::to_value(kind).expect("a word"), kind.name());
            for text in good {
                assert!(kind.admits(text, &limits()), "{kind:?} admits `{text}`");
            }
            for text in bad {
                assert!(!kind.admits(text, &limits()), "{kind:?} does not admit `{text}`");
            }
        }
    }

    #[test]
    fn declared_schemes_are_the_only_ones() {
        let limits = Limits { schemes: vec!["postgres".to_owned(), "sqlite".to_owned()], ..Limits::default() };
        for good in ["postgres://h/d", "sqlite:shop.db", "sqlite://shop.db"] {
            assert!(VariableType::ServiceUrl.admits(good, &limits), "{good}");
        }
        for bad in ["mysql://h/d", "postgres:", "https://postgres"] {
            assert!(!VariableType::ServiceUrl.admits(bad, &limits), "{bad}");
        }
    }

    #[test]
    fn amounts_of_different_units_compare() {
        let amount = |kind: VariableType, text: &str| kind.amount(text).expect("an amount");
        assert_eq!(amount(VariableType::Bytes, "1KiB"), Amount::Whole(1024));
        assert!(amount(VariableType::Duration, "90s") < amount(VariableType::Duration, "2m"));
        assert!(amount(VariableType::Bytes, "18446744073709551615TiB") > amount(VariableType::Bytes, "1TB"));
        assert!(amount(VariableType::Float, "-0.5") < amount(VariableType::Float, "1e-3"));
    }
}
