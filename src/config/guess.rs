//! What a variable's name tells of it, for whoever has nothing else: a proposal of its declaration, never a judgement. A type
//! that is too narrow would refuse a value that serves today, so a backing service is guessed only where the app is
//! compiled with a crate that speaks to it.

use super::contract::VariableType;

/// What a name tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guess {
    /// The type.
    pub kind: VariableType,
    /// The schemes of the URL of a backing service; none where it is no such URL.
    pub schemes: &'static [&'static str],
    /// Whether its value is nobody's business.
    pub secret: bool,
}

/// A backing service: words in names of variables, the crates that speak to it, the schemes of its URLs.
type Service = (&'static [&'static str], &'static [&'static str], &'static [&'static str]);

const SERVICES: [Service; 7] = [
    (
        &["DATABASE", "DB", "POSTGRES", "POSTGRESQL", "PG"],
        &["sqlx", "tokio-postgres", "postgres", "diesel", "sea-orm", "deadpool-postgres"],
        &["postgres", "postgresql"],
    ),
    (&["MYSQL", "MARIADB"], &["sqlx", "diesel", "sea-orm", "mysql", "mysql_async"], &["mysql"]),
    (&["REDIS"], &["redis", "fred", "deadpool-redis"], &["redis", "rediss"]),
    (&["MONGO", "MONGODB"], &["mongodb"], &["mongodb", "mongodb+srv"]),
    (&["AMQP", "RABBITMQ"], &["lapin"], &["amqp", "amqps"]),
    (&["NATS"], &["async-nats", "nats"], &["nats", "tls"]),
    (&["SMTP"], &["lettre"], &["smtp", "smtps"]),
];

/// Last words of an address, which may have a password in it.
const ADDRESSES: [&str; 3] = ["URL", "URI", "DSN"];

/// Words that say secret wherever they stand.
const SECRETS: [&str; 4] = ["SECRET", "PASSWORD", "PASSWD", "CREDENTIALS"];

/// Words that say secret where they stand last: a `KEY_ID` and a `TOKEN_TTL` are none.
const SECRET_ENDS: [&str; 5] = ["KEY", "TOKEN", "PASS", "SALT", "AUTH"];

impl Guess {
    /// What a name tells. `uses` says whether the app is compiled with one of these crates.
    #[must_use]
    pub fn of(name: &str, uses: impl Fn(&[&str]) -> bool) -> Self {
        let words: Vec<&str> = name.split('_').collect();
        let ends = |known: &[&str]| words.last().is_some_and(|word| known.contains(word));
        let has = |known: &[&str]| words.iter().any(|word| known.contains(word));
        if ends(&ADDRESSES) {
            let service = SERVICES.iter().find(|(names, crates, _)| has(names) && uses(crates));
            return match service {
                Some((_, _, schemes)) => Self { kind: VariableType::ServiceUrl, schemes, secret: true },
                None => Self { kind: VariableType::String, schemes: &[], secret: true },
            };
        }
        let kind = match () {
            () if ends(&["PORT"]) => VariableType::Port,
            () if ends(&["DIR", "PATH"]) => VariableType::Path,
            () => VariableType::String,
        };
        Self { kind, schemes: &[], secret: has(&SECRETS) || ends(&SECRET_ENDS) }
    }

    /// What stands below `[config.vars.NAME]` in twelve.toml, line by line.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let schemes: Vec<String> = self.schemes.iter().map(|scheme| format!("\"{scheme}\"")).collect();
        let schemes = (!schemes.is_empty()).then(|| format!("schemes = [{}]", schemes.join(", ")));
        let secret = self.secret.then(|| "secret = true".to_owned());
        [format!("type = \"{}\"", self.kind.name())].into_iter().chain(schemes).chain(secret).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Guess;
    use crate::config::VariableType;

    #[test]
    fn a_backing_service_is_guessed_where_a_crate_speaks_to_it() {
        let speaks = |known: &'static str| move |crates: &[&str]| crates.contains(&known);
        let database = Guess::of("DATABASE_URL", speaks("sqlx"));
        assert_eq!((database.kind, database.schemes), (VariableType::ServiceUrl, &["postgres", "postgresql"][..]));
        let lines = ["type = \"service-url\"", "schemes = [\"postgres\", \"postgresql\"]", "secret = true"];
        assert_eq!(database.lines(), lines);
        assert_eq!(Guess::of("APP_MYSQL_URL", speaks("sqlx")).schemes, ["mysql"]);
        // SQLite's are no URLs of a host.
        let other = Guess::of("DATABASE_URL", speaks("rusqlite"));
        assert_eq!((other.kind, other.secret), (VariableType::String, true));
        assert_eq!(Guess::of("DATABASE_PORT", speaks("sqlx")).kind, VariableType::Port);
    }

    #[test]
    fn what_may_be_a_secret_is_one() {
        let secret = |name| Guess::of(name, |_| false).secret;
        for name in ["SESSION_KEY", "SECRET_KEY_BASE", "SENTRY_DSN", "DB_PASSWORD", "TOKEN", "HOOK_URL"] {
            assert!(secret(name), "{name}");
        }
        for name in ["KEY_ID", "TOKEN_TTL", "MONKEY", "PORT", "CACHE_DIR"] {
            assert!(!secret(name), "{name}");
        }
    }
}
