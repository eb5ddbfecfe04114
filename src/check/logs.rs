//! XI. Logs: treat logs as event streams.

use super::observation::Watched;
use super::source::ends_in;
use super::{Factor, Facts, Found, Judgement, Measurement, Place, Rule, Verdict};
use crate::codebase::beside;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "TF1101",
        name: "log-file",
        factor: Factor::Logs,
        passes: "it writes no log files",
        level: Verdict::Warn,
        promise: "An app never concerns itself with routing or storing its log: it writes its events to stdout, and the platform takes them from there.",
        looks_at: "File appenders (tracing-appender, fern, log4rs, flexi_logger, simplelog) in the service's own source, reachable from `main`. Where the file's name comes from the config it is a note.",
        blind_spots: "Appenders that are written by hand. Sending telemetry over the network is no violation.",
        fix: "Write to stdout; whoever wants a file redirects it.",
        settled_by: None,
        judge: log_file,
    },
    Rule {
        id: "TF1102",
        name: "log-to-stderr",
        factor: Factor::Logs,
        passes: "events go to stdout",
        level: Verdict::Note,
        promise: "Each process writes its events to stdout.",
        looks_at: "Loggers whose default is stderr (env_logger, pretty_env_logger) and writers that are set to stderr.",
        blind_spots: "`cargo twelve run` joins both streams, as most platforms do; hence a note.",
        fix: "`env_logger::Builder::target(Target::Stdout)`, or leave it.",
        settled_by: None,
        judge: log_stderr,
    },
    Rule {
        id: "TF1103",
        name: "log-to-system",
        factor: Factor::Logs,
        passes: "it does not talk to the machine's log",
        level: Verdict::Note,
        promise: "Where events go is the platform's business.",
        looks_at: "Clients of syslog and journald among the packages that the service is compiled with.",
        blind_spots: "Whether it is switched on.",
        fix: "Write to stdout; systemd takes it into the journal by itself.",
        settled_by: None,
        judge: log_system,
    },
    Rule {
        id: "TF1151",
        name: "output-is-held-back",
        factor: Factor::Logs,
        passes: "events come out as they happen",
        level: Verdict::Warn,
        promise: "Events are written unbuffered, as they happen.",
        looks_at: "When the first line came, and whether lines came while the process ran or only when it ended.",
        blind_spots: "An app that says nothing is unknown.",
        fix: "Flush after each line: Rust's stdout does so by itself, a `BufWriter` around it does not.",
        settled_by: None,
        judge: held_back,
    },
    Rule {
        id: "TF1152",
        name: "log-files-grow",
        factor: Factor::Logs,
        passes: "no file grows while it runs",
        level: Verdict::Warn,
        promise: "An app does not write or manage log files.",
        looks_at: "Files outside of TMPDIR whose name or growth is that of a log, while it was started, asked and stopped.",
        blind_spots: "Other folders of the machine.",
        fix: "Write to stdout.",
        settled_by: None,
        judge: files_grow,
    },
];

/// Calls that make a file appender.
const APPENDERS: [&str; 14] = [
    "rolling::daily",
    "rolling::hourly",
    "rolling::minutely",
    "rolling::never",
    "RollingFileAppender::new",
    "RollingFileAppender::builder",
    "fern::log_file",
    "FileAppender::builder",
    "RollingFileAppender::build",
    "log4rs::init_file",
    "WriteLogger::init",
    "WriteLogger::new",
    "fern::DateBased::new",
    "FileSpec::default",
];

fn log_file(facts: &Facts) -> Judgement {
    let mut found = Vec::new();
    for (source, call) in facts.calls_of(&APPENDERS).filter(|(source, call)| facts.reaches(source, call.within)) {
        let chosen = call.arguments.is_empty()
            || call.arguments.iter().all(|one| facts.constant(source, call.within, one).is_none());
        let place = source.place(call.span, "a log file");
        found.push(if chosen {
            Found::new(Verdict::Note, "it can write a log file, where the config says so").at(place)
        } else {
            Found::new(Verdict::Warn, "it writes a log file").at(place)
        });
    }
    for (source, call) in facts.methods_of(&["log_to_file"]).filter(|(source, call)| facts.reaches(source, call.within))
    {
        found.push(Found::new(Verdict::Note, "it can write a log file").at(source.place(call.span, "a log file")));
    }
    Judgement::of(found)
}

fn log_stderr(facts: &Facts) -> Judgement {
    let stdout = facts.mentions("Target::Stdout");
    let init = [
        "env_logger::init",
        "env_logger::Builder::new",
        "env_logger::Builder::from_env",
        "env_logger::builder",
        "pretty_env_logger::init",
        "pretty_env_logger::formatted_builder",
        "env_logger::try_init",
        "pretty_env_logger::formatted_timed_builder",
        "env_logger::init_from_env",
        "pretty_env_logger::init_timed",
    ];
    if let Some((source, call)) = facts.calls_of(&init).next().filter(|_| !stdout) {
        let place = source.place(call.span, "stderr by default");
        return Judgement::Found(vec![Found::new(Verdict::Note, "the logger writes to stderr").at(place)]);
    }
    let writer = facts.methods_of(&["with_writer", "target"]).find(|(_, call)| {
        call.arguments.iter().any(|value| {
            value.any(&|one| match one {
                super::source::Value::Name(name) | super::source::Value::Call(name, _) => {
                    ends_in(name, "stderr") || ends_in(name, "Target::Stderr")
                }
                _ => false,
            })
        })
    });
    match writer {
        Some((source, call)) => {
            let place = source.place(call.span, "stderr");
            Judgement::Found(vec![Found::new(Verdict::Note, "the logger writes to stderr").at(place)])
        }
        None => Judgement::KEPT,
    }
}

fn log_system(facts: &Facts) -> Judgement {
    let known = ["syslog", "syslog-tracing", "tracing-journald", "systemd-journal-logger", "log-syslog", "libsystemd"];
    match facts.depends_on(&known) {
        Some(name) => {
            let path = beside(&facts.service().folder, "Cargo.toml");
            let place = facts.words(&path, name).unwrap_or_else(|| Place::file(&path, "the package"));
            Judgement::Found(vec![
                Found::new(Verdict::Note, format!("`{name}` talks to the machine's own log")).at(place),
            ])
        }
        None => Judgement::KEPT,
    }
}

fn held_back(facts: &Facts) -> Judgement {
    Watched::judgement(facts, |observation| {
        // What fails at once says it at once.
        if observation.failed.is_some() {
            return Watched::Untold;
        }
        let output = &observation.output;
        let Some(first) = output.first_line else { return Watched::Untold };
        let mut measured = observation.measured("first line after", first, "ms");
        measured.details.push(format!("{} bytes on stdout, {} on stderr", output.stdout, output.stderr));
        if output.only_at_the_end {
            let message = format!("`{}` says nothing until it ends", observation.process);
            return Watched::Found(Found::new(Verdict::Warn, message).at(measured));
        }
        Watched::Kept(measured)
    })
}

fn files_grow(facts: &Facts) -> Judgement {
    Watched::judgement(facts, |observation| {
        if observation.failed.is_some() {
            return Watched::Untold;
        }
        let count = observation.grown.len() as u64;
        let measured = Measurement {
            limit: Some(0),
            details: observation.grown.clone(),
            ..observation.measured("log files", count, "files")
        };
        if observation.grown.is_empty() {
            return Watched::Kept(measured);
        }
        Watched::Found(Found::new(Verdict::Warn, format!("`{}` writes log files", observation.process)).at(measured))
    })
}
