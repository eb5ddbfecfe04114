//! VIII. Concurrency: scale out by the process model.

use super::observation::Watched;
use super::port_binding::listens;
use super::source::{Source, TypePlace, TypeUse, ends_in};
use super::{Evidence, Factor, Facts, Found, Judgement, Rule, Verdict, processes};
use crate::report::Counted;
use std::collections::BTreeSet;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "TF0801",
        name: "daemonizes",
        factor: Factor::Concurrency,
        passes: "it stays in the foreground",
        level: Verdict::Fail,
        promise: "Processes never daemonize and write no PID files: the process manager outside starts, watches and stops them.",
        looks_at: "Packages and calls that leave the terminal (`daemonize`, `fork`, `daemon`), reachable from `main`, and names of PID files.",
        blind_spots: "A program that is started to do it.",
        fix: "Stay in the foreground; `cargo twelve export systemd` writes the unit.",
        settled_by: None,
        judge: daemonizes,
    },
    Rule {
        id: "TF0802",
        name: "unknown-program",
        factor: Factor::Concurrency,
        passes: "process types start programs that there are",
        level: Verdict::Warn,
        promise: "The app is an array of process types, each with its own command.",
        looks_at: "The first word of every command of twelve.toml or the Procfile, against the package's programs.",
        blind_spots: "Scripts and programs that an image brings along: commands with a path, `sh`, `env` and the like are left alone.",
        fix: "Correct the name; `cargo metadata --no-deps` lists the programs.",
        settled_by: None,
        judge: unknown_program,
    },
    Rule {
        id: "TF0803",
        name: "second-process-differs",
        factor: Factor::Concurrency,
        passes: "a second process would serve the same",
        level: Verdict::Warn,
        promise: "Processes share nothing, so that adding one more is a simple and reliable thing to do.",
        looks_at: "Whether memory or local files are the service's only store (TF0601, TF0602), and whether connections of clients are kept in a map of the process to send them messages.",
        blind_spots: "A message bus behind such a map; sticky sessions outside.",
        fix: "Keep it in a backing service; send messages through one that all processes listen to.",
        settled_by: None,
        judge: second_differs,
    },
    Rule {
        id: "TF0804",
        name: "worker-in-web",
        factor: Factor::Concurrency,
        passes: "web processes do no background work",
        level: Verdict::Warn,
        promise: "Each kind of work is a process type of its own: `web` answers requests, a `worker` does what takes long; each scales by itself.",
        looks_at: "An endless loop with a timer, or a scheduler, in a program that also serves. A warning where its name says job, queue, worker, delivery, cleanup or schedule; else a note.",
        blind_spots: "Loops that only refresh a cache look alike. What several processes would do twice is not known.",
        fix: "Make it a subcommand with a process type of its own, or a scheduled admin process.",
        settled_by: None,
        judge: worker_in_web,
    },
    Rule {
        id: "TF0851",
        name: "left-behind",
        factor: Factor::Concurrency,
        passes: "it stays in the foreground and leaves no process behind",
        level: Verdict::Fail,
        promise: "Processes never daemonize: what was started is what runs, and what was stopped is gone.",
        looks_at: "Processes with its private TMPDIR that live when it has ended.",
        blind_spots: "A process that empties its environment.",
        fix: "Stay in the foreground, and wait for the children.",
        settled_by: None,
        judge: left_behind,
    },
    Rule {
        id: "TF0852",
        name: "second-copy",
        factor: Factor::Concurrency,
        passes: "two copies run beside each other",
        level: Verdict::Fail,
        promise: "The app scales out by running more processes, also on one machine.",
        looks_at: "A second copy that is started on another port while the first runs.",
        blind_spots: "Whether both answer alike.",
        fix: "Take everything that only one can have (ports, locks, sockets) from the config.",
        settled_by: None,
        judge: second_copy,
    },
];

fn daemonizes(facts: &Facts) -> Judgement {
    let mut found = Vec::new();
    let calls = [
        "unistd::fork",
        "unistd::daemon",
        "libc::fork",
        "libc::daemon",
        "Daemonize::new",
        "fork::daemon",
        "daemonize_me::Daemon::new",
    ];
    for (source, call) in facts.calls_of(&calls).filter(|(source, call)| facts.reaches(source, call.within)) {
        found.push(Found::new(Verdict::Fail, "it puts itself into the background").at(source.place(call.span, "here")));
    }
    for (source, text) in facts.strings().filter(|(_, text)| text.value.ends_with(".pid") && !text.value.contains(' '))
    {
        found.push(Found::new(Verdict::Note, "a PID file is named").at(source.place(text.span, "here")));
    }
    Judgement::of(found)
}

fn unknown_program(facts: &Facts) -> Judgement {
    let processes = &facts.declaration.processes;
    if processes.is_empty() {
        return Judgement::not_applicable("no process type is declared");
    }
    let service = facts.service();
    let tools = ["sh", "bash", "env", "exec", "cargo", "diesel", "sqlx", "nginx", "sea-orm-cli"];
    let mut found = Vec::new();
    for process in processes {
        let Some(word) = process.command.words().first().and_then(crate::app::Word::literal) else { continue };
        let name = word.rsplit('/').next().unwrap_or(&word);
        let built = word == name || word.contains("target/release");
        let known = facts.members.iter().any(|member| member.bins.iter().any(|bin| bin.name == name));
        if built && !known && !tools.contains(&name) {
            let declared = facts.texts.twelve_toml.as_ref().is_some_and(|text| text.contains("[processes"));
            let path = facts.declaration_path(if declared { "twelve.toml" } else { "Procfile" });
            let place = facts.words(&path, process.command.text());
            let near = crate::report::nearest(name, service.bins.iter().map(|bin| bin.name.as_str()));
            let advice = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            let message = format!(
                "the process type `{}` starts `{name}`, which is no program of the package{advice}",
                process.name
            );
            found.push(place.into_iter().fold(Found::new(Verdict::Warn, message), Found::at));
        }
    }
    Judgement::of(found)
}

fn second_differs(facts: &Facts) -> Judgement {
    let mut found = Vec::new();
    for judgement in [processes::local_files(facts), processes::state_in_memory(facts)] {
        let Judgement::Found(all) = judgement else { continue };
        if let Some(worst) = all.into_iter().find(|one| one.verdict >= Verdict::Warn) {
            let message = "a second process, or one on another machine, would not have what the first one stores";
            found.push(Found {
                verdict: Verdict::Warn,
                message: message.to_owned(),
                evidence: worst.evidence.into_iter().take(1).collect(),
            });
        }
    }
    for source in &facts.sources {
        for one in source.types.iter().filter(|one| is_connections(facts, &one.text) && is_of_clients(one)) {
            let message = format!("`{}` reaches only those who are connected to this process", one.name);
            found.push(Found::new(Verdict::Warn, message).at(source.place(one.span, "connections in memory")));
        }
    }
    Judgement::of(found)
}

/// A map from somebody to the channel that reaches them.
pub(super) fn is_connections(facts: &Facts, text: &str) -> bool {
    let map =
        ["DashMap<", "HashMap<", "BTreeMap<"].iter().find_map(|map| text.split_once(map)).map(|(_, inside)| inside);
    let is_channel = |text: &str| {
        ["Sender<", "Addr<", "Recipient<", "TcpStream", "WebSocket"].iter().any(|channel| text.contains(channel))
    };
    let named = |inside: &str| {
        let aliases = facts.sources.iter().flat_map(|source| &source.types).filter(|one| one.place == TypePlace::Alias);
        aliases.filter(|one| is_channel(&one.text)).any(|alias| {
            inside.split(|one: char| !(one.is_alphanumeric() || one == '_')).any(|word| word == alias.name)
        })
    };
    map.is_some_and(|inside| is_channel(inside) || named(inside))
}

/// Whether several may use a map, or its name says that those in it are connected. One that a single task keeps for
/// itself, as for its jobs, is no matter of other processes.
fn is_of_clients(one: &TypeUse) -> bool {
    let names =
        ["client", "conn", "session", "user", "peer", "subscri", "socket", "room", "member", "player", "listener"];
    let shared = ["DashMap<", "Mutex<", "RwLock<", "Arc<"].iter().any(|lock| one.text.contains(lock));
    let lower = format!("{} {}", one.name, one.text).to_lowercase();
    shared || names.iter().any(|name| lower.contains(name))
}

fn worker_in_web(facts: &Facts) -> Judgement {
    if !listens(facts) {
        return Judgement::not_applicable("no place that serves was recognised");
    }
    let mut found = Vec::new();
    let mut told = BTreeSet::new();
    for source in &facts.sources {
        for one in source.loops.iter().filter(|one| !one.ends && facts.reaches(source, one.within)) {
            let inside = |line: usize| (one.span.line..=one.span.end_line.max(one.span.line + 30)).contains(&line);
            let calls = |name: &str| {
                source
                    .calls
                    .iter()
                    .any(|call| call.within == one.within && inside(call.span.line) && ends_in(&call.path, name))
                    || source
                        .methods
                        .iter()
                        .any(|call| call.within == one.within && inside(call.span.line) && call.name == name)
            };
            let timed = ["sleep", "tick", "sleep_until", "park_timeout", "recv_timeout"].iter().any(|name| calls(name));
            let serves = ["accept", "read", "read_line", "read_exact", "read_u8", "poll_recv", "next_line"]
                .iter()
                .any(|name| calls(name));
            if timed && !serves && told.insert((&source.path, one.within)) {
                found.push(work(source, one.within, one.span));
            }
        }
    }
    let scheduler = facts.depends_on(&[
        "tokio-cron-scheduler",
        "job_scheduler_ng",
        "job_scheduler",
        "clokwerk",
        "apalis",
        "cron",
        "background-jobs",
    ]);
    if let Some(scheduler) = scheduler {
        let users = facts.sources.iter().find_map(|source| {
            let module = scheduler.replace('-', "_");
            let call = source.calls.iter().find(|call| {
                call.path.starts_with(&module)
                    || call.path.ends_with("Scheduler::new")
                    || call.path.ends_with("JobScheduler::new")
            })?;
            Some(source.place(call.span, "the schedule runs in the program that serves"))
        });
        if let Some(place) = users {
            found.push(
                Found::new(Verdict::Warn, format!("a schedule (`{scheduler}`) runs inside the program that serves"))
                    .at(place),
            );
        }
    }
    Judgement::of(found)
}

fn work(source: &Source, within: super::source::Within, span: super::source::Span) -> Found {
    let words = ["worker", "job", "queue", "schedul", "cron", "clean", "purge", "deliver", "expire"];
    let function = source.function(within);
    let name = function.map(|function| function.name.as_str()).unwrap_or_default();
    let stem = source.path.rsplit('/').next().unwrap_or_default();
    let says = |text: &str| words.iter().any(|word| text.to_lowercase().contains(word));
    let mut place = source.place(span, "goes on for ever, by a timer");
    place.end_column = place.end_column.min(place.column + 4);
    if says(name) || says(stem) {
        Found::new(Verdict::Warn, format!("`{name}` works in the background of the program that serves")).at(place)
    } else {
        Found::new(Verdict::Note, format!("`{name}` does something by a timer in the program that serves")).at(place)
    }
}

fn left_behind(facts: &Facts) -> Judgement {
    Watched::judgement(facts, |observation| {
        if observation.stop.is_none() {
            return Watched::Untold;
        }
        let mut measured =
            observation.measured("processes left behind", observation.left_behind.len() as u64, "processes");
        measured.limit = Some(0);
        measured.details.extend(observation.left_behind.iter().cloned());
        if observation.left_behind.is_empty() {
            return Watched::Kept(measured);
        }
        let processes = Counted(observation.left_behind.len(), "process");
        let message = format!("`{}` left {processes} behind", observation.process);
        Watched::Found(Found::new(Verdict::Fail, message).at(measured))
    })
}

fn second_copy(facts: &Facts) -> Judgement {
    Watched::judgement(facts, |observation| match observation.second_copy {
        None => Watched::Untold,
        Some(true) => Watched::Kept(observation.measured("copies beside each other", 2, "processes")),
        Some(false) => {
            let message = format!("a second copy of `{}` on another port did not come up", observation.process);
            let evidence: Evidence = observation.measured("copies beside each other", 1, "processes").into();
            Watched::Found(Found { verdict: Verdict::Fail, message, evidence: vec![evidence] })
        }
    })
}
