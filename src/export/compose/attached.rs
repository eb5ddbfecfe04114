//! The backing services that are made beside the app: what each is, at which version, and how it is reached.

use crate::app::{AppName, Declaration};
use crate::config::{Variable, VariableType};
use crate::export::yaml::{Yaml, map};
use crate::export::{Error, ImageReference};
use std::fmt;
use std::str::FromStr;

/// What is asked for a variable: the image of the service that it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// The variable.
    pub variable: String,
    /// The image.
    pub image: ImageReference,
}

impl FromStr for Attachment {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let (variable, image) = text.split_once('=').ok_or_else(|| Error::NoAttachment { text: text.to_owned() })?;
        Ok(Self { variable: variable.to_owned(), image: image.parse()? })
    }
}

/// `DATABASE_URL=postgres:16`, as it was typed.
impl fmt::Display for Attachment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}={}", self.variable, self.image)
    }
}

/// The services that are made.
#[derive(Debug, Clone, Default)]
pub struct Attachments(Vec<Attached>);

/// A service that is made.
#[derive(Debug, Clone)]
pub(super) struct Attached {
    pub(super) variable: String,
    /// Its name in the file, and on the network.
    pub(super) service: String,
    pub(super) url: String,
    image: ImageReference,
    kind: &'static Kind,
    app: String,
}

/// What is known of a kind of service.
#[derive(Debug)]
struct Kind {
    schemes: &'static [&'static str],
    /// The image that its makers publish.
    image: &'static str,
    /// What follows the scheme, with HOST and APP to be put in.
    address: &'static str,
    /// The variables of its image that make a database or a user, with APP to be put in.
    environment: &'static [(&'static str, &'static str)],
    /// The command that asks whether it is ready; none where its image has none.
    health: &'static [&'static str],
}

/// Every kind, by the documentation of its image.
static KINDS: [Kind; 9] = [
    Kind {
        schemes: &["postgres", "postgresql"],
        image: "docker.io/library/postgres",
        address: "APP:APP@HOST:5432/APP",
        environment: &[("POSTGRES_USER", "APP"), ("POSTGRES_PASSWORD", "APP"), ("POSTGRES_DB", "APP")],
        health: &["pg_isready", "-h", "127.0.0.1", "-U", "APP", "-d", "APP"],
    },
    Kind {
        schemes: &["mysql"],
        image: "docker.io/library/mysql",
        address: "APP:APP@HOST:3306/APP",
        environment: &[
            ("MYSQL_USER", "APP"),
            ("MYSQL_PASSWORD", "APP"),
            ("MYSQL_DATABASE", "APP"),
            ("MYSQL_RANDOM_ROOT_PASSWORD", "yes"),
        ],
        health: &["mysqladmin", "ping", "-h", "127.0.0.1", "-uAPP", "-pAPP"],
    },
    Kind {
        schemes: &["mariadb"],
        image: "docker.io/library/mariadb",
        address: "APP:APP@HOST:3306/APP",
        environment: &[
            ("MARIADB_USER", "APP"),
            ("MARIADB_PASSWORD", "APP"),
            ("MARIADB_DATABASE", "APP"),
            ("MARIADB_RANDOM_ROOT_PASSWORD", "yes"),
        ],
        health: &["healthcheck.sh", "--connect", "--innodb_initialized"],
    },
    Kind {
        schemes: &["redis"],
        image: "docker.io/library/redis",
        address: "HOST:6379",
        environment: &[],
        health: &["redis-cli", "ping"],
    },
    Kind {
        schemes: &["valkey"],
        image: "docker.io/valkey/valkey",
        address: "HOST:6379",
        environment: &[],
        health: &["valkey-cli", "ping"],
    },
    Kind {
        schemes: &["amqp"],
        image: "docker.io/library/rabbitmq",
        address: "APP:APP@HOST:5672",
        environment: &[("RABBITMQ_DEFAULT_USER", "APP"), ("RABBITMQ_DEFAULT_PASS", "APP")],
        health: &["rabbitmq-diagnostics", "-q", "check_port_connectivity"],
    },
    Kind { schemes: &["nats"], image: "docker.io/library/nats", address: "HOST:4222", environment: &[], health: &[] },
    Kind {
        schemes: &["mongodb"],
        image: "docker.io/library/mongo",
        address: "HOST:27017/APP",
        environment: &[],
        health: &["mongosh", "--quiet", "--eval", "db.adminCommand('ping').ok"],
    },
    Kind {
        schemes: &["smtp"],
        image: "docker.io/axllent/mailpit",
        address: "HOST:1025",
        environment: &[],
        health: &[],
    },
];

impl Kind {
    fn of_scheme(scheme: &str) -> Option<&'static Self> {
        KINDS.iter().find(|kind| kind.schemes.contains(&scheme))
    }

    /// The kind whose image has the same last word: `registry.example.org/mariadb:11`.
    fn of_image(image: &ImageReference) -> Option<&'static Self> {
        let last = |name: &str| name.rsplit('/').next().map(str::to_owned);
        KINDS.iter().find(|kind| last(kind.image) == last(image.name()))
    }
}

impl Attachments {
    /// The services that a contract names: an image that was asked for, else the declared version of the usual image. A
    /// variable without either keeps its value, which `given` knows of.
    ///
    /// # Errors
    /// Where a service is asked for that nobody declares or that cannot be made, or a required one has no version.
    pub fn of(declaration: &Declaration, wanted: &[Attachment], given: impl Fn(&str) -> bool) -> Result<Self, Error> {
        let variables = declaration.contract.iter().flat_map(|contract| &contract.variables);
        let services: Vec<&Variable> = variables.filter(|one| one.kind == VariableType::ServiceUrl).collect();
        let unknown = wanted.iter().find(|asked| !services.iter().any(|one| one.name == asked.variable));
        if let Some(asked) = unknown {
            let declared = services.iter().map(|one| one.name.clone()).collect();
            return Err(Error::NoSuchService { variable: asked.variable.clone(), declared });
        }
        let mut all: Vec<Attached> = Vec::new();
        for variable in services {
            let schemes = &variable.limits.schemes;
            let known = schemes.iter().find_map(|scheme| Some((Kind::of_scheme(scheme)?, scheme)));
            let asked = wanted.iter().find(|one| one.variable == variable.name).map(|one| one.image.clone());
            let image = match (asked, known, &variable.version) {
                (Some(image), ..) => Some(image),
                (None, Some((kind, _)), Some(version)) => Some(format!("{}:{version}", kind.image).parse()?),
                _ => None,
            };
            match (image, known) {
                (Some(image), Some((kind, scheme))) => {
                    // An image of another maker that speaks the same is started as its own maker wants it.
                    let kind = Kind::of_image(&image).unwrap_or(kind);
                    let service = free_name(&variable.name, |name| all.iter().any(|one| one.service == name));
                    all.push(Attached::new(variable, service, image, kind, (scheme, &declaration.app)));
                }
                (Some(_), None) => {
                    return Err(Error::UnknownService { variable: variable.name.clone(), schemes: schemes.clone() });
                }
                (None, Some((kind, _))) if variable.required && !given(&variable.name) => {
                    return Err(Error::NoVersion { variable: variable.name.clone(), image: kind.image });
                }
                (None, _) => {}
            }
        }
        Ok(Self(all))
    }

    /// Whether a variable names a service that is made.
    #[must_use]
    pub fn has(&self, variable: &str) -> bool {
        self.iter().any(|one| one.variable == variable)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Attached> {
        self.0.iter()
    }
}

impl Attached {
    fn new(
        variable: &Variable,
        service: String,
        image: ImageReference,
        kind: &'static Kind,
        (scheme, app): (&str, &AppName),
    ) -> Self {
        let app = app.as_str();
        let url = format!("{scheme}://{}", kind.address.replace("APP", app).replace("HOST", &service));
        Self { variable: variable.name.clone(), service, url, image, kind, app: app.to_owned() }
    }

    /// Whether it can be asked if it is ready.
    pub(super) fn is_asked(&self) -> bool {
        !self.kind.health.is_empty()
    }

    pub(super) fn yaml(&self) -> Yaml {
        let own = |text: &str| text.replace("APP", &self.app);
        let environment = self.kind.environment.iter().map(|(name, value)| (*name, own(value)));
        let words = std::iter::once("CMD".to_owned()).chain(self.kind.health.iter().map(|word| own(word)));
        let health = map([
            ("test", Some(Yaml::list(words))),
            ("interval", Some("2s".into())),
            ("timeout", Some("10s".into())),
            ("retries", Some(60_u64.into())),
        ]);
        map([
            ("image", Some(self.image.to_string().into())),
            ("environment", (!self.kind.environment.is_empty()).then(|| Yaml::texts(environment))),
            ("healthcheck", self.is_asked().then_some(health)),
        ])
    }
}

/// The name of the service that a variable names, `database` of DATABASE_URL, where no other has it: one of DATABASE
/// stands beside it as `database-url`, or with a number.
fn free_name(variable: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let whole = variable.to_ascii_lowercase().replace('_', "-");
    let short = whole.strip_suffix("-url").filter(|short| !short.is_empty()).unwrap_or(&whole);
    let numbered = (2..).map(|number: u32| format!("{whole}-{number}"));
    let mut names = [short.to_owned(), whole.clone()].into_iter().chain(numbered);
    names.find(|name| !is_taken(name)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{Attachment, Attachments, free_name};
    use crate::app::Sources;

    fn attached(schemes: &str, image: &str) -> String {
        let text = format!("[config.vars.DATABASE_URL]\ntype = 'service-url'\nschemes = [{schemes}]\n");
        let declaration = Sources { twelve_toml: Some(text), procfile: None }.declaration("shop").expect("good");
        let wanted: Attachment = format!("DATABASE_URL={image}").parse().expect(image);
        let attachments = Attachments::of(&declaration, &[wanted], |_| false).expect("attached");
        attachments.iter().map(|one| format!("{} {} {}", one.service, one.url, one.yaml())).collect()
    }

    #[test]
    fn the_first_scheme_that_is_known_is_the_urls() {
        assert!(
            attached("'postgres', 'postgresql'", "postgres:16")
                .starts_with("database postgres://shop:shop@database:5432/shop ")
        );
        assert!(attached("'postgresql', 'postgres'", "postgres:16").starts_with("database postgresql://"));
        assert!(attached("'rediss', 'valkey', 'redis'", "redis:7").starts_with("database valkey://database:6379 "));
    }

    #[test]
    fn two_variables_are_two_services() {
        let mut taken: Vec<String> = Vec::new();
        for variable in ["DATABASE", "DATABASE_URL", "database_url", "_URL"] {
            let name = free_name(variable, |name| taken.iter().any(|known| known == name));
            taken.push(name);
        }
        assert_eq!(taken, ["database", "database-url", "database-url-2", "-url"]);
    }

    #[test]
    fn an_image_is_started_as_its_maker_wants_it() {
        let mariadb = attached("'mysql'", "registry.example.org/mariadb:11");
        assert!(
            mariadb.contains("mysql://") && mariadb.contains("MARIADB_USER") && mariadb.contains("healthcheck.sh"),
            "{mariadb}"
        );
        let derived = attached("'postgres'", "registry.example.org/postgis:16");
        assert!(derived.contains("POSTGRES_DB") && derived.contains("pg_isready"), "{derived}");
    }
}
