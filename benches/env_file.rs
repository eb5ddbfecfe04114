//! What reading and checking a config costs, beside dotenvy reading the same bytes in the same run. `benches/env_file.sh`
//! runs it; a line a figure: the median of the processor's time over
//! interleaved rounds.

#![expect(clippy::expect_used, reason = "a bench ends where something is not as it must be")]

use cargo_twelve::config::{Config, Contract, EnvFile, Inputs, Limits, Typed, Variable, VariableType};
use rustix::time::{ClockId, clock_gettime};
use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::Duration;

const ROUNDS: usize = 31;
const ENTRIES: usize = 20_000;
const VARIABLES: usize = 500;

fn main() {
    let text = large();
    let (files, contract, environment) = checked();
    let typed = Typed::default();
    let (mut ours, mut theirs, mut checks) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ours.push(timed(|| {
            let file = EnvFile::parse("large.env", text.as_bytes());
            assert_eq!((file.entries().len(), file.findings().len()), (ENTRIES, 0));
        }));
        theirs.push(timed(|| {
            let read = dotenvy::from_read_iter(text.as_bytes()).filter(Result::is_ok).count();
            assert_eq!(read, ENTRIES);
        }));
        checks.push(timed(|| {
            let inputs = Inputs {
                environment: &environment,
                typed: &typed,
                files: &files,
                contract: Some(&contract),
                exempt: &["PORT"],
            };
            let config = Config::resolve(&inputs, &|path| std::fs::read(path)).expect("it meets the contract");
            assert_eq!(black_box(config).settings().len(), VARIABLES);
        }));
    }
    let (ours, theirs, checks) = (median(ours), median(theirs), median(checks));
    println!("parse {} bytes, {ENTRIES} entries: {:.2} ms", text.len(), milliseconds(ours));
    println!("parse the same with dotenvy: {:.2} ms ({:.2} of it)", milliseconds(theirs), ratio(ours, theirs));
    println!("check {VARIABLES} variables: {:.2} ms", milliseconds(checks));
}

/// One mebibyte of entries, bare and in both quotes.
fn large() -> String {
    let mut text = String::new();
    for index in 0..ENTRIES {
        let value = format!("postgres://user:word@host-{index:05}/x");
        let quoted = match index % 3 {
            0 => value,
            1 => format!("'{value}'"),
            _ => format!("\"{value}\""),
        };
        text += &format!("NAME_{index:05}={quoted}\n");
    }
    // Comments fill up what is left of the mebibyte.
    while text.len() + 64 < 1 << 20 {
        text += "# a comment as people write it, with words and an = sign in it\n";
    }
    text
}

/// Variables of every type, each with a limit where the type has one, from an env file.
fn checked() -> (Vec<EnvFile>, Contract, BTreeMap<std::ffi::OsString, std::ffi::OsString>) {
    use VariableType as Type;
    let text = |text: &str| Some(text.to_owned());
    let kinds = [
        (Type::String, "a word or two"),
        (Type::Int, "42"),
        (Type::Float, "0.5"),
        (Type::Bool, "true"),
        (Type::Port, "8080"),
        (Type::Url, "https://example.org/path"),
        (Type::ServiceUrl, "postgres://u:p@db:5432/shop"),
        (Type::Enum, "json"),
        (Type::Duration, "30s"),
        (Type::Bytes, "64MiB"),
        (Type::SocketAddr, "127.0.0.1:8080"),
        (Type::Path, "/var/lib/shop"),
        (Type::Json, "{\"a\":[1,2,3]}"),
        (Type::Email, "ops@example.org"),
        (Type::String, "abc-123"),
    ];
    let (mut variables, mut file) = (Vec::new(), String::new());
    for index in 0..VARIABLES {
        let (kind, value) = kinds[index % kinds.len()];
        let mut limits = Limits::default();
        match kind {
            Type::Enum => limits.values = vec!["json".to_owned(), "text".to_owned()],
            Type::Int => limits.min = text("1"),
            // Of the strings, every second one has a pattern.
            Type::String if value.starts_with("abc") => limits.pattern = text("[a-z]{3}-[0-9]+"),
            Type::String => limits.min_len = Some(4),
            _ => {}
        }
        let name = format!("NAME_{index:03}");
        file += &format!("{name}={}\n", cargo_twelve::config::quote(value).expect("it can be written"));
        let (secret, from_file) = (index % 2 == 0, index % 5 == 0);
        variables.push(Variable { secret, from_file, limits, ..Variable::new(name, kind) });
    }
    let contract = Contract { passthrough: vec!["OTEL_*".to_owned()], variables };
    (vec![EnvFile::parse("prod.env", file.as_bytes())], contract, BTreeMap::new())
}

/// The processor's time, and not the clock's on the wall: what else a machine does must not count.
fn timed(work: impl FnOnce()) -> Duration {
    let started = processor_time();
    work();
    processor_time() - started
}

fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.try_into().expect("not before zero"), time.tv_nsec.try_into().expect("below a second"))
}

fn median(mut all: Vec<Duration>) -> Duration {
    all.sort();
    all[all.len() / 2]
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

fn ratio(one: Duration, other: Duration) -> f64 {
    one.as_secs_f64() / other.as_secs_f64()
}
