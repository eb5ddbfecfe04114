//! IX. Disposability: maximise robustness with fast startup and graceful shutdown.

mod signals;

use super::observation::Watched;
use super::source::Value;
use super::{Factor, Facts, Found, Judgement, Measurement, Rule, Verdict};
use signals::Handling;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "TF0901",
        name: "no-sigterm",
        factor: Factor::Disposability,
        passes: "SIGTERM is handled",
        level: Verdict::Fail,
        promise: "A process that gets SIGTERM stops listening, finishes what it is doing, and ends.",
        looks_at: "Handlers of SIGTERM in the source, and what the framework does by itself: actix-web and Rocket handle it unless they are told not to; axum, hyper, warp, tonic, poem, salvo do not. `ctrl_c()` alone is SIGINT alone.",
        blind_spots: "Handlers in packages outside of the codebase. STOPSIGNAL of an image or `stop-signal` of twelve.toml that is SIGINT makes `ctrl_c()` enough where it is obeyed.",
        fix: "`tokio::signal::unix::signal(SignalKind::terminate())` beside `ctrl_c()`, given to the server's graceful shutdown.",
        settled_by: Some("TF0952"),
        judge: no_sigterm,
    },
    Rule {
        id: "TF0902",
        name: "no-drain",
        factor: Factor::Disposability,
        passes: "requests in flight are finished",
        level: Verdict::Warn,
        promise: "A process that is asked to stop finishes the requests that it has.",
        looks_at: "Where SIGTERM is handled: a graceful shutdown of the server, or a `select!` that lets the server's future fall when the signal comes.",
        blind_spots: "Draining that is written by hand is unknown; `check --run` measures it (TF0953).",
        fix: "Give the signal to `with_graceful_shutdown` instead of racing it with the server.",
        settled_by: Some("TF0953"),
        judge: no_drain,
    },
    Rule {
        id: "TF0903",
        name: "zero-grace",
        factor: Factor::Disposability,
        passes: "requests in flight get time",
        level: Verdict::Warn,
        promise: "A process that is asked to stop finishes the requests that it has.",
        looks_at: "`shutdown_timeout(0)` of actix-web.",
        blind_spots: "Times that come from the config. actix still gives about a second.",
        fix: "Leave the default of 30 s, or take the time from the config.",
        settled_by: None,
        judge: zero_grace,
    },
    Rule {
        id: "TF0951",
        name: "slow-start",
        factor: Factor::Disposability,
        passes: "it starts in a few seconds",
        level: Verdict::Warn,
        promise: "Processes start in a few seconds, so that scaling and moving them is cheap.",
        looks_at: "Milliseconds from the start to a listening socket; more than 10 s is a warning.",
        blind_spots: "This machine, its load and its backing services.",
        fix: "Do at the first request, or before the deploy, what takes long at the start.",
        settled_by: None,
        judge: slow_start,
    },
    Rule {
        id: "TF0952",
        name: "stops-on-sigterm",
        factor: Factor::Disposability,
        passes: "it ends by itself after SIGTERM",
        level: Verdict::Fail,
        promise: "Processes shut down gracefully when they get SIGTERM.",
        looks_at: "The exit code and the milliseconds after SIGTERM, against the declared stop-timeout: 0 and 143 are an end by itself where a request in flight was answered; being killed is none.",
        blind_spots: "What it did with jobs.",
        fix: "Handle SIGTERM; keep the drain shorter than `stop-timeout`.",
        settled_by: None,
        judge: stops,
    },
    Rule {
        id: "TF0953",
        name: "drains",
        factor: Factor::Disposability,
        passes: "a request in flight is answered",
        level: Verdict::Fail,
        promise: "A process that is asked to stop finishes the requests that it has.",
        looks_at: "Half a request is sent, SIGTERM follows, then the other half: an answer must come.",
        blind_spots: "Protocols other than HTTP/1.1 are not asked. A server that counts a request only once its head is whole may close half a one: then it is a warning.",
        fix: "Use the server's graceful shutdown, with a time limit.",
        settled_by: None,
        judge: drains,
    },
    Rule {
        id: "TF0954",
        name: "listens-while-draining",
        factor: Factor::Disposability,
        passes: "it refuses new connections while it drains",
        level: Verdict::Warn,
        promise: "A process that is asked to stop ceases to listen on its port, so that new requests go elsewhere.",
        looks_at: "A new connection while a request in flight keeps the process alive after SIGTERM.",
        blind_spots: "A declared delay for load balancers (not ready, but still listening) looks the same.",
        fix: "Close the listener first, then wait for the requests.",
        settled_by: None,
        judge: listens_while_draining,
    },
    Rule {
        id: "TF0955",
        name: "sudden-death",
        factor: Factor::Disposability,
        passes: "it starts again after a sudden death",
        level: Verdict::Fail,
        promise: "Processes are robust against sudden death.",
        looks_at: "`kill -9`, and a start on the same port after it.",
        blind_spots: "Data that was lost.",
        fix: "Remove stale sockets and locks at the start; set SO_REUSEADDR.",
        settled_by: None,
        judge: sudden_death,
    },
];

fn no_sigterm(facts: &Facts) -> Judgement {
    if !super::port_binding::listens(facts) {
        return Judgement::unknown("no place that serves was recognised");
    }
    match signals::handling(facts) {
        Handling::Own(place) => Judgement::Pass(vec![place.into()]),
        Handling::Framework(place) => Judgement::Pass(place.into_iter().map(Into::into).collect()),
        Handling::SwitchedOff(place) => {
            let message = "the framework's own handling is switched off, and no other handles SIGTERM";
            Judgement::Found(vec![Found::new(Verdict::Fail, message).at(place)])
        }
        Handling::Interrupt(place) if declares_interrupt(facts) => Judgement::Pass(vec![place.into()]),
        Handling::Interrupt(place) => {
            let image = facts.containers.iter().find_map(|file| {
                let stop = file.of("STOPSIGNAL").find(|one| one.rest.contains("INT") || one.rest == "2")?;
                Some(file.place(stop, "STOPSIGNAL", "makes it enough in this image, and nowhere else"))
            });
            let found = Found::new(Verdict::Fail, "only SIGINT is handled, so SIGTERM cuts requests off").at(place);
            Judgement::Found(vec![image.into_iter().fold(found, Found::at)])
        }
        Handling::Library(name) => Judgement::unknown(format!("`{name}` may handle it")),
        Handling::None(Some(place)) => {
            let message = "nothing handles SIGTERM, so it cuts requests off";
            Judgement::Found(vec![Found::new(Verdict::Fail, message).at(place)])
        }
        Handling::None(None) => Judgement::unknown("no place that serves was recognised"),
    }
}

/// Whether every process type says that SIGINT is what stops it.
fn declares_interrupt(facts: &Facts) -> bool {
    let processes = &facts.declaration.processes;
    !processes.is_empty() && processes.iter().all(|one| one.stop_signal.to_string() == "SIGINT")
}

fn no_drain(facts: &Facts) -> Judgement {
    match signals::handling(facts) {
        Handling::Own(_) => {}
        Handling::Framework(place) => return Judgement::Pass(place.into_iter().map(Into::into).collect()),
        _ => return Judgement::not_applicable("SIGTERM is not handled (TF0901)"),
    }
    if let Some((source, one)) = facts.macros().find(|(_, one)| signals::races_server(&one.path, &one.called)) {
        let mut place = source.place(one.span, "when the signal wins, the server is dropped with its requests");
        place.end_column = place.end_column.min(place.column + 20);
        return Judgement::Found(vec![
            Found::new(Verdict::Warn, "the signal and the server race in a `select!`").at(place),
        ]);
    }
    match signals::drain(facts) {
        Some(place) => Judgement::Pass(vec![place.into()]),
        None => Judgement::unknown("how the server is shut down was not seen"),
    }
}

fn zero_grace(facts: &Facts) -> Judgement {
    let zero = |value: &Value| matches!(value, Value::Number(0));
    let calls = facts.methods_of(&["shutdown_timeout"]).filter(|(_, call)| call.arguments.first().is_some_and(zero));
    let found = calls.map(|(source, call)| {
        Found::new(Verdict::Warn, "requests in flight get no time when it is asked to stop")
            .at(source.place(call.span, "0 s"))
    });
    Judgement::of(found.collect())
}

fn slow_start(facts: &Facts) -> Judgement {
    const LIMIT: u64 = 10_000;
    Watched::judgement(facts, |observation| {
        let Some(listening) = &observation.listening else { return Watched::Untold };
        let measured =
            Measurement { limit: Some(LIMIT), ..observation.measured("listens after", listening.milliseconds, "ms") };
        if listening.milliseconds <= LIMIT {
            return Watched::Kept(measured);
        }
        let message = format!("`{}` needs {} ms until it listens", observation.process, listening.milliseconds);
        Watched::Found(Found::new(Verdict::Warn, message).at(measured))
    })
}

fn stops(facts: &Facts) -> Judgement {
    Watched::judgement(facts, |observation| {
        let Some(stop) = &observation.stop else { return Watched::Untold };
        let mut measured = observation.measured("ends after SIGTERM and its last answer in", stop.milliseconds, "ms");
        measured.details.push(format!("exit code {}", stop.code));
        let limit = facts.declaration.process_type(&observation.process).map(|one| one.stop_timeout);
        measured.limit = limit;
        let found =
            |verdict: Verdict, message: String, measured| Watched::Found(Found::new(verdict, message).at(measured));
        if stop.killed {
            return found(
                Verdict::Fail,
                format!("`{}` did not end in its time and was killed", observation.process),
                measured,
            );
        }
        match stop.code {
            0 => Watched::Kept(measured),
            // Ended by the signal itself: nothing handled it. Whether a request was cut off is TF0953's.
            143 if stop.answered == Some(true) => Watched::Kept(measured),
            143 => found(
                Verdict::Fail,
                format!("SIGTERM ends `{}` at once: nothing handles it", observation.process),
                measured,
            ),
            code => {
                found(Verdict::Warn, format!("`{}` ends with code {code} after SIGTERM", observation.process), measured)
            }
        }
    })
}

fn drains(facts: &Facts) -> Judgement {
    Watched::judgement(facts, |observation| {
        match observation.stop.as_ref().and_then(|stop| Some((stop, stop.answered?))) {
            None => Watched::Untold,
            Some((_, true)) => Watched::Kept(observation.measured("requests in flight answered", 1, "requests")),
            Some((stop, false)) => {
                let measured =
                    Measurement { limit: None, ..observation.measured("requests in flight answered", 0, "requests") };
                // Ended by itself, in order: the half request was not counted as one in flight.
                let verdict = if stop.code == 0 { Verdict::Warn } else { Verdict::Fail };
                let message =
                    format!("a request that `{}` was receiving got no answer after SIGTERM", observation.process);
                Watched::Found(Found::new(verdict, message).at(measured))
            }
        }
    })
}

fn listens_while_draining(facts: &Facts) -> Judgement {
    Watched::judgement(facts, |observation| match observation.stop.as_ref().and_then(|stop| stop.refused) {
        None => Watched::Untold,
        Some(true) => Watched::Kept(observation.measured("new connections accepted after SIGTERM", 0, "connections")),
        Some(false) => {
            let message = format!("`{}` accepts new connections after SIGTERM", observation.process);
            let measured = observation.measured("new connections accepted after SIGTERM", 1, "connections");
            Watched::Found(Found::new(Verdict::Warn, message).at(measured))
        }
    })
}

fn sudden_death(facts: &Facts) -> Judgement {
    Watched::judgement(facts, |observation| match (observation.killed, observation.restarted_after) {
        (false, _) => Watched::Untold,
        (true, Some(milliseconds)) => {
            Watched::Kept(observation.measured("listens again after kill -9 in", milliseconds, "ms"))
        }
        (true, None) => {
            let message = format!("`{}` does not listen again after `kill -9`", observation.process);
            Watched::Found(Found::new(Verdict::Fail, message).at(observation.measured(
                "starts after kill -9",
                0,
                "starts",
            )))
        }
    })
}
