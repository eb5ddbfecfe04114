//! VII. Port binding: export services by binding a port.

use super::config::read_sites;
use super::observation::{Observation, Watched};
use super::source::{Source, Span, Value, Within};
use super::{Factor, Facts, Found, Judgement, Place, Rule, Verdict};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "TF0701",
        name: "port-hardcoded",
        factor: Factor::PortBinding,
        passes: "no port is written in the source",
        level: Verdict::Fail,
        promise: "An app binds to the port that its environment gives it, so that several processes and several apps share a machine.",
        looks_at: "What reaches `bind`, `serve` and their kin: an address that is written there, in a `let` of the same function or in a constant, reachable from `main`.",
        blind_spots: "Addresses that pass through a function's arguments or a struct. Where another listener takes its port from elsewhere, a second one is a note.",
        fix: "Read PORT from the environment, with a default for development.",
        settled_by: Some("TF0751"),
        judge: hardcoded,
    },
    Rule {
        id: "TF0702",
        name: "port-not-from-env",
        factor: Factor::PortBinding,
        passes: "the port comes from the environment",
        level: Verdict::Warn,
        promise: "The port is config, and config comes from the environment.",
        looks_at: "Whether the service reads the environment, by itself or through its framework, or its declared command holds a variable; against options of the command line and files.",
        blind_spots: "That a variable is read says not that it is the port's; `check --run` measures it (TF0751). Names other than PORT are as good.",
        fix: "Give the option an `env`, or write `--port $PORT` into the command of twelve.toml.",
        settled_by: Some("TF0751"),
        judge: not_from_env,
    },
    Rule {
        id: "TF0751",
        name: "binds-its-port",
        factor: Factor::PortBinding,
        passes: "it listens on the port that it was given",
        level: Verdict::Fail,
        promise: "The app is self-contained and exports its service by binding to the port that its environment gives it.",
        looks_at: "A start with a random port: the time until a socket that is owned by one of its processes listens there (asked of /proc, not by connecting). A `web` that is given no port, and listens all the same, is a warning.",
        blind_spots: "An app that needs a backing service which the env file does not name is unknown, not failed.",
        fix: "Bind 0.0.0.0 and the port of the variable that `port` in twelve.toml names.",
        settled_by: None,
        judge: binds,
    },
    Rule {
        id: "TF0752",
        name: "loopback-only",
        factor: Factor::PortBinding,
        passes: "it can be reached from other machines",
        level: Verdict::Warn,
        promise: "The service is exported: a router or another app reaches it at its port.",
        looks_at: "The address of the socket that listened.",
        blind_spots: "A proxy on the same machine reaches a loopback address well.",
        fix: "Bind 0.0.0.0 or [::], or make the address config.",
        settled_by: None,
        judge: loopback,
    },
];

/// Functions that listen, with the position of the address.
const LISTENS: [&str; 12] = [
    "TcpListener::bind",
    "Server::bind",
    "Server::try_bind",
    "axum_server::bind",
    "axum_server::bind_rustls",
    "axum_server::bind_openssl",
    "Server::http",
    "Server::https",
    "rouille::start_server",
    "salvo::conn::TcpListener::new",
    "TcpListener::new",
    "HttpServer::bind",
];

/// Methods that listen at an address.
const LISTENING: [&str; 13] = [
    "bind",
    "bind_auto_h2c",
    "bind_openssl",
    "bind_rustls",
    "bind_rustls_0_23",
    "bind_rustls_0_22",
    "bind_rustls_021",
    "bind_with_graceful_shutdown",
    "listen",
    "run",
    "serve",
    "serve_with_shutdown",
    "try_bind",
];

/// A place that listens.
struct Listener {
    place: Place,
    port: Option<u64>,
}

fn listeners(facts: &Facts) -> Vec<Listener> {
    let mut all = Vec::new();
    let mut add = |source: &Source, within: Within, arguments: &[Value], span: Span, sure: bool| {
        let constant = arguments.first().and_then(|value| facts.constant(source, within, value));
        let port = constant.as_ref().and_then(super::facts::Constant::port);
        // What `bind` of a query is given is no address.
        let free = constant.as_ref().is_some_and(|one| one.text().is_some_and(|text| text.ends_with(":0")));
        if (sure && !free || port.is_some()) && facts.reaches(source, within) {
            all.push(Listener { place: source.place(span, "listens here"), port });
        }
    };
    for (source, call) in facts.calls_of(&LISTENS).filter(|(_, call)| !call.path.contains("Unix")) {
        add(source, call.within, &call.arguments, call.span, true);
    }
    for (source, call) in facts.methods_of(&LISTENING) {
        let server = call.receiver.any(&|one| match one {
            Value::Call(path, _) | Value::Name(path) => {
                let lower = path.to_lowercase();
                lower.contains("server") || lower.contains("warp") || lower.contains("listener")
            }
            _ => false,
        });
        let sure = server && call.name.starts_with("bind") && !call.arguments.is_empty();
        add(source, call.within, &call.arguments, call.span, sure);
    }
    all
}

/// Whether the service answers anything, as far as calls tell.
pub(super) fn listens(facts: &Facts) -> bool {
    facts.depends_on(&super::facts::SERVERS).is_some() || !listeners(facts).is_empty()
}

fn hardcoded(facts: &Facts) -> Judgement {
    let all = listeners(facts);
    if all.is_empty() {
        return Judgement::unknown("no place that listens was recognised");
    }
    let other = all.iter().any(|one| one.port.is_none());
    let found = all.into_iter().filter_map(|one| {
        let port = one.port?;
        let (verdict, message) = if other {
            (Verdict::Note, format!("a second listener always takes port {port}"))
        } else {
            (Verdict::Fail, format!("the port {port} is written in the source"))
        };
        Some(Found::new(verdict, message).at(one.place))
    });
    Judgement::of(found.collect())
}

fn not_from_env(facts: &Facts) -> Judgement {
    let all = listeners(facts);
    if !all.is_empty() && all.iter().all(|one| one.port.is_some()) {
        return Judgement::not_applicable("it is written in the source (TF0701)");
    }
    let named = |name: &str| ["PORT", "ADDR", "BIND", "LISTEN", "HOST"].iter().any(|part| name.contains(part));
    let sites = read_sites(facts);
    let port = sites.iter().find(|site| site.name.as_deref().is_some_and(named));
    // A library that fills settings from the environment: which of them is the port is not written down.
    let library = sites.iter().find(|site| site.name.is_none());
    if let Some(site) = port.or(library) {
        return Judgement::Pass(vec![site.source.place(site.span, "reads the environment").into()]);
    }
    let expands = |process: &crate::app::ProcessType| {
        process.port.as_ref().is_some_and(|port| {
            process.command.text().contains(&format!("${port}"))
                || process.command.text().contains(&format!("${{{port}}}"))
        })
    };
    if facts.declaration.processes.iter().any(expands) {
        return Judgement::KEPT;
    }
    let option = facts.sources.iter().find_map(|source| {
        let field = source.fields.iter().find(|field| named(&field.name.to_uppercase()))?;
        Some(source.place(field.span, "an option of the command line alone"))
    });
    match option {
        Some(place) => {
            Judgement::Found(vec![Found::new(Verdict::Warn, "the port comes from the command line alone").at(place)])
        }
        None => Judgement::unknown("where the port comes from was not seen"),
    }
}

fn binds(facts: &Facts) -> Judgement {
    Watched::judgement(facts, |observation| {
        let Some(asked) = observation.asked_port else { return unasked(observation) };
        match &observation.listening {
            Some(listening) if listening.port == asked => {
                Watched::Kept(observation.measured("listens after", listening.milliseconds, "ms"))
            }
            Some(listening) => {
                let message =
                    format!("`{}` was given port {asked} and listens on {}", observation.process, listening.port);
                let measured = observation.measured("port", listening.port.into(), "");
                Watched::Found(Found::new(Verdict::Fail, message).at(measured))
            }
            None => Watched::Untold,
        }
    })
}

/// A process type to which no port is given.
fn unasked(observation: &Observation) -> Watched {
    let Some(listening) = observation.listening.as_ref().filter(|_| observation.process == "web") else {
        return Watched::Untold;
    };
    let message = format!("`{}` is given no port and listens on {}", observation.process, listening.port);
    let measured = observation.measured("port", listening.port.into(), "");
    Watched::Found(Found::new(Verdict::Warn, message).at(measured))
}

fn loopback(facts: &Facts) -> Judgement {
    Watched::judgement(facts, |observation| match &observation.listening {
        Some(listening) if listening.address.is_loopback() => {
            let message =
                format!("`{}` listens on {}, so only this machine reaches it", observation.process, listening.address);
            let measured =
                observation.measured(format!("listens on {}, port", listening.address), listening.port.into(), "");
            Watched::Found(Found::new(Verdict::Warn, message).at(measured))
        }
        Some(listening) => Watched::Kept(observation.measured(
            format!("listens on {}", listening.address),
            listening.port.into(),
            "port",
        )),
        None => Watched::Untold,
    })
}
