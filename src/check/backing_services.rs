//! IV. Backing services: treat them as attached resources.

use super::config::read_sites;
use super::observation::{Observation, Watched, WithoutService};
use super::source::Value;
use super::{Evidence, Factor, Facts, Found, Judgement, Measurement, Rule, Verdict};
use crate::config::VariableType;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "TF0401",
        name: "literal-resource",
        factor: Factor::BackingServices,
        passes: "no backing service's address is written in the source",
        level: Verdict::Warn,
        promise: "A backing service is attached by a handle in the config and swapped without a change of code.",
        looks_at: "Calls that connect with an address of a database, a queue or a cache that is written down, reachable from `main`.",
        blind_spots: "Addresses that are put together. A default for a variable that is not set does not count.",
        fix: "Read the address from a variable such as DATABASE_URL.",
        settled_by: None,
        judge: literal,
    },
    Rule {
        id: "TF0402",
        name: "attached-by-config",
        factor: Factor::BackingServices,
        passes: "backing services are found through the config",
        level: Verdict::Pass,
        promise: "A backing service is attached by a handle in the config.",
        looks_at: "Whether a service that is compiled with a client of a backing service reads the environment at all.",
        blind_spots: "Which variable names which service is only known where `[config.vars]` declares a `service-url`.",
        fix: "Read the address from a variable such as DATABASE_URL, and declare it as `service-url`.",
        settled_by: None,
        judge: attached,
    },
    Rule {
        id: "TF0451",
        name: "service-away",
        factor: Factor::BackingServices,
        passes: "without its backing service it says so",
        level: Verdict::Warn,
        promise: "A backing service is an attached resource that can be away; the app then says so and does not pretend.",
        looks_at: "A start of each process type with each variable of type `service-url` in its turn pointed at a closed port, for 8 s at most and 60 s together: it goes on, or it ends with a code other than 0 and says something.",
        blind_spots: "Whether what it answers then is right. An app that connects at the first request is not refused at the start.",
        fix: "Connect at the start with a time limit, and end with a message that names the variable and no password.",
        settled_by: None,
        judge: away,
    },
];

/// Packages that talk to a backing service.
pub(super) const CLIENTS: [&str; 44] = [
    "async-nats",
    "aws-sdk-dynamodb",
    "aws-sdk-s3",
    "aws-sdk-sqs",
    "bb8",
    "bb8-postgres",
    "bb8-redis",
    "cassandra-cpp",
    "clickhouse",
    "deadpool-postgres",
    "deadpool-redis",
    "diesel",
    "diesel-async",
    "elasticsearch",
    "fred",
    "kafka",
    "lapin",
    "ldap3",
    "lettre",
    "libsql",
    "memcache",
    "meilisearch-sdk",
    "mongodb",
    "mysql",
    "mysql_async",
    "nats",
    "object_store",
    "opendal",
    "postgres",
    "r2d2",
    "r2d2_postgres",
    "rdkafka",
    "redis",
    "rumqttc",
    "rusoto_s3",
    "rust-s3",
    "scylla",
    "sea-orm",
    "sqlx",
    "surrealdb",
    "tiberius",
    "tokio-postgres",
    "welds",
    "zookeeper",
];

/// Schemes of backing services.
const SCHEMES: [&str; 13] = [
    "postgres://",
    "postgresql://",
    "mysql://",
    "mariadb://",
    "redis://",
    "rediss://",
    "amqp://",
    "amqps://",
    "mongodb://",
    "mongodb+srv://",
    "nats://",
    "kafka://",
    "memcached://",
];

fn literal(facts: &Facts) -> Judgement {
    if facts.depends_on(&CLIENTS).is_none() {
        return Judgement::not_applicable("it is compiled with no client of a backing service");
    }
    let connects = |name: &str| {
        [
            "connect",
            "connect_lazy",
            "connect_with",
            "open",
            "new",
            "build",
            "parse",
            "from_url",
            "from_str",
            "with_uri_str",
            "establish",
            "from_config",
            "init",
        ]
        .contains(&name.rsplit("::").next().unwrap_or(name))
    };
    let mut found = Vec::new();
    let mut look = |source: &super::source::Source, name: &str, arguments: &[Value], span, within| {
        if !connects(name) || !facts.reaches(source, within) {
            return;
        }
        let address = arguments.iter().find_map(|value| facts.constant(source, within, value));
        let address = address.as_ref().and_then(|one| one.text());
        if address.is_some_and(|address| SCHEMES.iter().any(|scheme| address.starts_with(scheme))) {
            let place = source.place(span, "the same in every deploy");
            found.push(Found::new(Verdict::Warn, "a backing service's address is written in the source").at(place));
        }
    };
    facts.calls().for_each(|(source, call)| look(source, &call.path, &call.arguments, call.span, call.within));
    facts.methods().for_each(|(source, call)| look(source, &call.name, &call.arguments, call.span, call.within));
    Judgement::of(found)
}

fn attached(facts: &Facts) -> Judgement {
    let Some(client) = facts.depends_on(&CLIENTS) else {
        return Judgement::not_applicable("it is compiled with no client of a backing service");
    };
    match read_sites(facts).into_iter().next() {
        Some(site) => Judgement::Pass(vec![site.source.place(site.span, "reads the environment").into()]),
        None => {
            Judgement::unknown(format!("it is compiled with `{client}`, and where it reads its address was not seen"))
        }
    }
}

fn away(facts: &Facts) -> Judgement {
    let contract = facts.release.as_ref().and_then(|release| release.declaration.contract.as_ref());
    let attaches =
        contract.is_some_and(|contract| contract.variables.iter().any(|one| one.kind == VariableType::ServiceUrl));
    if !attaches {
        return Judgement::not_applicable("no variable of a watched release is a `service-url`");
    }
    let (mut found, mut kept) = (Vec::new(), Vec::new());
    for (observation, tried) in
        facts.observations.iter().flat_map(|one| one.without_services.iter().map(move |tried| (one, tried)))
    {
        match without(observation, tried) {
            Watched::Kept(measured) => kept.push(measured.into()),
            Watched::Found(one) => found.push(one),
            Watched::Untold => {}
        }
    }
    let left: Vec<Evidence> = facts.observations.iter().filter_map(untried).map(Into::into).collect();
    if found.is_empty() && kept.is_empty() && !left.is_empty() {
        return Judgement::unknown("no start without a service could be tried");
    }
    kept.extend(left);
    Watched::together(facts, found, kept)
}

/// The services that were not taken away, and why.
fn untried(observation: &Observation) -> Option<Measurement> {
    let refused = observation
        .without_services
        .iter()
        .filter_map(|tried| Some(format!("`{}`: {}", tried.variable, tried.refused.as_ref()?)));
    let late = observation.untried_services.iter().map(|variable| format!("`{variable}`: the time for it was over"));
    let details: Vec<String> = refused.chain(late).collect();
    let measured = observation.measured("services that were not taken away", details.len() as u64, "services");
    (!details.is_empty()).then_some(Measurement { details, ..measured })
}

/// What one start without a service says.
fn without(observation: &Observation, tried: &WithoutService) -> Watched {
    let (process, variable) = (&observation.process, &tried.variable);
    if tried.refused.is_some() {
        return Watched::Untold;
    }
    let Some(code) = tried.code else {
        let measured =
            observation.measured(format!("without the service of `{variable}`, processes that go on"), 1, "processes");
        return Watched::Kept(Measurement {
            details: vec![
                if tried.listened { "it listens all the same" } else { "it waits and does not listen" }.to_owned(),
            ],
            ..measured
        });
    };
    let number = u64::try_from(code).unwrap_or(0);
    let measured = observation.measured(format!("exit code without the service of `{variable}`"), number, "");
    let found = |end: &str| {
        let message = format!("without the service of `{variable}`, `{process}` {end}");
        Watched::Found(Found::new(Verdict::Warn, message).at(measured.clone()))
    };
    match (code, tried.said) {
        (0, _) => found("ends with code 0, as if all were well"),
        (_, false) => found("ends and says nothing"),
        (_, true) => Watched::Kept(measured),
    }
}
