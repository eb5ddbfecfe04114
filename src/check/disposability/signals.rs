//! Who handles SIGTERM, and what becomes of the server then: what is known of frameworks, and what the source says.

use crate::check::facts::SERVERS;
use crate::check::source::{Value, ends_in};
use crate::check::{Facts, Place};

/// Who handles SIGTERM.
pub(super) enum Handling {
    /// The app itself.
    Own(Place),
    /// The framework, by default.
    Framework(Option<Place>),
    /// The framework would, and was told not to.
    SwitchedOff(Place),
    /// SIGINT is handled, and nothing else.
    Interrupt(Place),
    /// A library that may.
    Library(&'static str),
    /// Nobody; a place that serves.
    None(Option<Place>),
}

/// Names that stand for SIGTERM, or for a handler of it.
const TERMINATE: [&str; 16] = [
    "SignalKind::terminate",
    "SIGTERM",
    "Signal::Term",
    "Signal::TERM",
    "Signal::Terminate",
    "Signal::SIGTERM",
    "TERM_SIGNALS",
    "tokio_graceful::default_signal",
    "tokio_graceful::Shutdown::default",
    "catch_signals",
    "signal::unix::ctrl_c_or_term",
    "TermSignal",
    "shutdown_signal::signal",
    "shutdown_async::signal",
    "signal_hook::consts::TERM_SIGNALS",
    "SigId::Term",
];

/// Frameworks that handle SIGTERM by themselves: actix-server 2 ("Graceful shutdown") and Rocket 0.5 (`Shutdown`).
const HANDLED: [&str; 9] = [
    "actix_web::HttpServer::new",
    "HttpServer::new",
    "actix_server::Server::build",
    "actix_server::ServerBuilder::new",
    "rocket::build",
    "rocket::custom",
    "rocket::ignite",
    "ntex::web::HttpServer::new",
    "pingora::server::Server::new",
];

/// Calls that shut a server down and let it finish.
const DRAINS: [&str; 16] = [
    "with_graceful_shutdown",
    "graceful_shutdown",
    "serve_with_shutdown",
    "serve_with_incoming_shutdown",
    "bind_with_graceful_shutdown",
    "try_bind_with_graceful_shutdown",
    "run_with_graceful_shutdown",
    "start_graceful_shutdown",
    "stop_graceful",
    "stop_gracefully",
    "watch",
    "graceful",
    "on_shutdown",
    "wait_for_drain",
    "drain",
    "handle_shutdown_requests",
];

pub(super) fn handling(facts: &Facts) -> Handling {
    let terminate = facts.sources.iter().find_map(|source| {
        let is = |path: &str| TERMINATE.iter().any(|tail| ends_in(path, tail));
        let called = source.calls.iter().find(|call| is(&call.path)).map(|call| call.span);
        let span = called.or_else(|| source.names.iter().find(|name| is(&name.path)).map(|name| name.span));
        let method = || source.methods.iter().find(|call| is(&call.name)).map(|call| call.span);
        Some(source.place(span.or_else(method)?, "SIGTERM is handled"))
    });
    // The crate `ctrlc` hears SIGTERM too, where its feature says so.
    let ctrlc = facts
        .dependencies()
        .any(|(_, one)| one.package == "ctrlc" && one.features.iter().any(|name| name == "termination"));
    let interrupt = facts
        .calls_of(&[
            "signal::ctrl_c",
            "ctrl_c",
            "ctrlc::set_handler",
            "async_ctrlc::CtrlC::new",
            "SignalKind::interrupt",
        ])
        .next();
    let interrupt = interrupt.map(|(source, call)| source.place(call.span, "SIGINT"));
    if let Some(place) = terminate {
        return Handling::Own(place);
    }
    if let (true, Some(place)) = (ctrlc, &interrupt) {
        return Handling::Own(place.clone());
    }
    let framework =
        facts.calls_of(&HANDLED).next().map(|(source, call)| source.place(call.span, "handles SIGTERM by itself"));
    let launched = facts
        .sources
        .iter()
        .any(|source| source.attributes.iter().any(|one| matches!(one.as_str(), "launch" | "rocket::launch")));
    if framework.is_some() || launched {
        return match switched_off(facts) {
            Some(place) => Handling::SwitchedOff(place),
            None => Handling::Framework(framework),
        };
    }
    let library = facts.depends_on(&[
        "tokio-graceful-shutdown",
        "tokio-graceful",
        "shutdown-signal",
        "loco-rs",
        "foundations",
        "signal-hook-tokio",
        "shuttle-runtime",
        "lambda_http",
        "lambda_runtime",
        "systemd-shutdown",
        "zino",
        "shuttle-axum",
    ]);
    if let Some(library) = library {
        return Handling::Library(library);
    }
    match interrupt {
        Some(place) => Handling::Interrupt(place),
        None => Handling::None(serving(facts)),
    }
}

/// Where the framework's own handling is switched off.
fn switched_off(facts: &Facts) -> Option<Place> {
    let disabled = facts.methods_of(&["disable_signals"]).next();
    let cleared = facts.methods_of(&["clear"]).find(|(_, call)| {
        matches!(&call.receiver, Value::Name(name) if name.ends_with("shutdown.signals") || name.ends_with("signals"))
    });
    disabled.or(cleared).map(|(source, call)| source.place(call.span, "switched off"))
}

/// A place where the service serves.
fn serving(facts: &Facts) -> Option<Place> {
    let calls = [
        "axum::serve",
        "Server::bind",
        "Server::try_bind",
        "warp::serve",
        "axum_server::bind",
        "axum_server::bind_rustls",
        "poem::Server::new",
        "salvo::Server::new",
        "tide::new",
        "Server::builder",
        "TcpListener::bind",
        "tiny_http::Server::http",
        "Server::http",
    ];
    let serves = facts.depends_on(&SERVERS).is_some();
    let mut reached = facts
        .calls_of(&calls)
        .filter(|(source, call)| facts.reaches(source, call.within) && !call.path.contains("Unix"));
    let (source, call) = reached.next()?;
    // A plain listener serves too, where no library does: an accept loop is enough.
    (serves || facts.methods_of(&["accept", "incoming"]).next().is_some()).then(|| source.place(call.span, "serves"))
}

/// Whether a macro races the server with a signal.
pub(super) fn races_server(path: &str, called: &[String]) -> bool {
    let has = |names: &[&str]| called.iter().any(|one| names.iter().any(|name| ends_in(one, name)));
    path.ends_with("select")
        && has(&["axum::serve", "warp::serve", "serve", "Server::bind"])
        && has(&["ctrl_c", "recv", "shutdown_signal", "terminate", "wait_for_signal"])
        && !DRAINS.iter().any(|drain| called.iter().any(|one| one == drain))
}

/// Where the server is shut down so that it finishes.
pub(super) fn drain(facts: &Facts) -> Option<Place> {
    let named = |name: &str| DRAINS.contains(&name) && name != "drain";
    let method =
        facts.methods().find(|(_, call)| named(&call.name) || call.name == "stop" && !call.arguments.is_empty());
    if let Some((source, call)) = method {
        return Some(source.place(call.span, "requests in flight are finished"));
    }
    facts
        .calls()
        .find(|(_, call)| call.path.rsplit("::").next().is_some_and(named) || call.path.contains("GracefulShutdown"))
        .map(|(source, call)| source.place(call.span, "requests in flight are finished"))
}
