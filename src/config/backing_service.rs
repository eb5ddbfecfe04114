//! The backing services that a config attaches: for each variable of the type `service-url`, what kind of service its
//! URL names and where that is reached. Nothing else of the URL is kept: no user, no password, no path.

use super::contract::{Contract, VariableType};
use super::resolution::Config;
use super::value_type::one_per_host;
use std::fmt;
use url::{Host, Url};

/// What speaks at the other end: it decides what a hello is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServiceKind {
    /// PostgreSQL, and what speaks its protocol.
    Postgres,
    /// MySQL and MariaDB.
    MySql,
    /// Redis, Valkey, and what speaks their protocol.
    Redis,
    /// AMQP 0-9-1: RabbitMQ.
    Amqp,
    /// NATS.
    Nats,
    /// A mail server.
    Smtp,
    /// A web server.
    Http,
    /// Whatever it is, it speaks TLS from the first byte.
    Tls,
    /// Unknown: that its port accepts is all that can be asked.
    Other,
}

/// A place where a service is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// A name or an address, without brackets.
    pub host: String,
    /// The port.
    pub port: u16,
}

/// An attached service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackingService {
    /// The variable whose value names it.
    pub variable: String,
    /// The URL's scheme.
    pub scheme: String,
    /// What it is.
    pub kind: ServiceKind,
    /// Where it is reached: several for a cluster, none where its URL names no host or no port is known.
    pub endpoints: Vec<Endpoint>,
}

impl ServiceKind {
    /// The kind that a scheme names, and its usual port (IANA's registry of service names).
    fn of(scheme: &str) -> (Self, Option<u16>) {
        match scheme {
            "postgres" | "postgresql" => (Self::Postgres, Some(5432)),
            "mysql" | "mariadb" => (Self::MySql, Some(3306)),
            "redis" | "valkey" => (Self::Redis, Some(6379)),
            "rediss" | "valkeys" => (Self::Tls, Some(6379)),
            "amqp" => (Self::Amqp, Some(5672)),
            "amqps" => (Self::Tls, Some(5671)),
            // A NATS server speaks first, and in the clear, also where TLS follows.
            "nats" | "tls" => (Self::Nats, Some(4222)),
            "smtp" => (Self::Smtp, Some(25)),
            "smtps" => (Self::Tls, Some(465)),
            "http" | "ws" => (Self::Http, Some(80)),
            "https" | "wss" => (Self::Tls, Some(443)),
            "mongodb" => (Self::Other, Some(27017)),
            _ => (Self::Other, None),
        }
    }
}

impl BackingService {
    /// The service that a URL names; none where the text is no URL.
    #[must_use]
    pub fn named(variable: &str, text: &str) -> Option<Self> {
        let urls: Vec<Url> = one_per_host(text).iter().filter_map(|one| Url::parse(one).ok()).collect();
        let scheme = urls.first()?.scheme().to_owned();
        let (kind, usual) = ServiceKind::of(&scheme);
        let endpoint = |url: &Url| {
            let host = match url.host()? {
                Host::Domain(name) => Some(name.to_owned()).filter(|name| !name.is_empty() && !name.contains('%')),
                Host::Ipv4(address) => Some(address.to_string()),
                Host::Ipv6(address) => Some(address.to_string()),
            };
            // The standard drops a port that is a scheme's usual one, so ask for it with that in mind.
            Some(Endpoint { host: host?, port: url.port_or_known_default().or(usual)? })
        };
        // With an `@` behind what looks like the host, that may be the beginning of a password with a bare slash in it.
        let doubtful = |url: &Url| [url.path(), url.query().unwrap_or_default()].iter().any(|part| part.contains('@'));
        let endpoints = urls.iter().filter(|url| !doubtful(url)).filter_map(endpoint).collect();
        Some(Self { variable: variable.to_owned(), scheme, kind, endpoints })
    }
}

impl Config {
    /// The services that this config attaches, in the order of the contract.
    #[must_use]
    pub fn backing_services(&self, contract: &Contract) -> Vec<BackingService> {
        let declared = contract.variables.iter().filter(|variable| variable.kind == VariableType::ServiceUrl);
        declared
            .filter_map(|variable| {
                BackingService::named(&variable.name, self.get(&variable.name)?.value.expose_text()?)
            })
            .collect()
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port } = self;
        if host.contains(':') { write!(formatter, "[{host}]:{port}") } else { write!(formatter, "{host}:{port}") }
    }
}

/// `DATABASE_URL (postgres://db:5432)`: enough to know which one is meant, and nothing that lets anybody in.
impl fmt::Display for BackingService {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let endpoints: Vec<String> = self.endpoints.iter().map(ToString::to_string).collect();
        write!(formatter, "`{}` ({}://{})", self.variable, self.scheme, endpoints.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::{BackingService, ServiceKind};

    #[test]
    fn a_service_is_named_without_what_lets_anybody_in() {
        for (url, shown) in [
            ("postgres://u:hunter2@db/shop?password=hunter2", "`X` (postgres://db:5432)"),
            ("postgresql://db:6000", "`X` (postgresql://db:6000)"),
            ("redis://:hunter2@[::1]:1/0", "`X` (redis://[::1]:1)"),
            ("mongodb://u:hunter2@a:1,b/shop", "`X` (mongodb://a:1,b:27017)"),
            ("https://example.org/hook?key=hunter2", "`X` (https://example.org:443)"),
            ("postgres:///shop?host=/run", "`X` (postgres://)"),
            ("postgres://%2Frun%2Fpostgresql/shop", "`X` (postgres://)"),
            ("kafka://broker:9092", "`X` (kafka://broker:9092)"),
            ("kafka://broker", "`X` (kafka://)"),
            ("postgres://u:4711/hunter2@db/shop", "`X` (postgres://)"),
            ("sqlite:shop.db", "`X` (sqlite://)"),
        ] {
            assert_eq!(BackingService::named("X", url).expect(url).to_string(), shown, "{url}");
        }
    }

    #[test]
    fn a_scheme_tells_what_a_hello_is() {
        let kind = |url: &str| BackingService::named("X", url).expect(url).kind;
        assert_eq!(kind("mariadb://h"), ServiceKind::MySql);
        assert_eq!(kind("rediss://h"), ServiceKind::Tls);
        assert_eq!(kind("kafka://h:1"), ServiceKind::Other);
    }
}
