//! Waiting for backing services: a process that starts before its database is there only fails more slowly. Each
//! service is asked on a thread of its own, since a look-up of a name cannot be given a time; one deadline holds for
//! all of them, and every one that is not ready by then is named.
//!
//! It proves that something of the right kind answers, and no more: credentials are never sent.

mod hello;

use super::Error;
use crate::config::{BackingService, Endpoint, ServiceKind};
use crate::report::{Event, Reporter, RunEvent};
use std::net::{TcpStream, ToSocketAddrs};
use std::sync::mpsc::{Sender, channel};
use std::thread::{Builder, sleep};
use std::time::{Duration, Instant};

/// The first wait between two questions, and the longest.
const WAITS: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));

/// How long one answer may take: a server that says nothing for so long is asked again.
const ANSWER: Duration = Duration::from_secs(2);

/// What a thread tells of its service, by the service's index.
type News = (usize, Result<(), String>);

/// Waits until every service answers.
///
/// # Errors
/// [`Error::ServicesNotReady`] with every service that did not answer in time, and why.
pub fn wait_for_services(services: &[BackingService], most: Duration, reporter: &Reporter) -> Result<(), Error> {
    let (asked, unasked): (Vec<_>, Vec<_>) = services.iter().partition(|service| !service.endpoints.is_empty());
    for service in unasked {
        let text = format!("{service} is not waited for: its URL names no host and port to ask");
        reporter.tell(&Event::warning(text));
    }
    if asked.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = asked.iter().map(ToString::to_string).collect();
    reporter.tell(&Event::Run(RunEvent::WaitingForServices { services: names.clone() }));
    let started = Instant::now();
    let until = started + most;
    let (news, heard) = channel();
    for (index, service) in asked.iter().enumerate() {
        let (service, news) = ((*service).clone(), news.clone());
        let thread = Builder::new().name(format!("asks {}", service.variable));
        thread.spawn(move || ask(index, &service, until, &news)).map_err(Error::system("a thread"))?;
    }
    drop(news);
    let mut last: Vec<Option<String>> = vec![Some("no answer yet".to_owned()); asked.len()];
    while last.iter().any(Option::is_some) {
        // A thread that hangs in a look-up is left behind; it ends with this program.
        let Ok((index, answer)) = heard.recv_timeout(until.saturating_duration_since(Instant::now())) else { break };
        if let Some(last) = last.get_mut(index) {
            *last = answer.err();
        }
    }
    let late = names.iter().zip(last).filter_map(|(name, why)| Some((name.clone(), why?)));
    let late: Vec<(String, String)> = late.collect();
    if !late.is_empty() {
        return Err(Error::ServicesNotReady { waited: most, services: late });
    }
    let milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    reporter.tell(&Event::Run(RunEvent::ServicesReady { services: names, milliseconds }));
    Ok(())
}

/// Asks one service until it answers or time is up. Each failed answer is told, since the last one is the reason.
fn ask(index: usize, service: &BackingService, until: Instant, news: &Sender<News>) {
    let mut wait = WAITS.0;
    loop {
        let answer = answers(service, until);
        let ready = answer.is_ok();
        let left = until.saturating_duration_since(Instant::now());
        if news.send((index, answer)).is_err() || ready || left.is_zero() {
            return;
        }
        sleep(jittered(wait).min(left));
        // Who is asked when time is up cannot answer, and the reason before is the true one.
        if Instant::now() >= until {
            return;
        }
        wait = (wait * 2).min(WAITS.1);
    }
}

/// Whether one of the service's places answers as its kind does; else why the last one did not.
fn answers(service: &BackingService, until: Instant) -> Result<(), String> {
    let mut why = String::new();
    for endpoint in &service.endpoints {
        match answers_at(endpoint, service.kind, until) {
            Ok(()) => return Ok(()),
            Err(reason) if service.endpoints.len() > 1 => why = format!("{endpoint} {reason}"),
            Err(reason) => why = reason,
        }
    }
    Err(why)
}

fn answers_at(endpoint: &Endpoint, kind: ServiceKind, until: Instant) -> Result<(), String> {
    let found = (endpoint.host.as_str(), endpoint.port).to_socket_addrs();
    let addresses: Vec<_> = found.map_err(|_| "its name does not resolve".to_owned())?.collect();
    let mut why =
        if addresses.is_empty() { "its name has no address" } else { "could not be asked in time" }.to_owned();
    for address in addresses {
        let most = ANSWER.min(until.saturating_duration_since(Instant::now()));
        if most.is_zero() {
            break;
        }
        let connected = TcpStream::connect_timeout(&address, most);
        let answer = connected.map_err(|cause| in_words(&cause)).and_then(|stream| {
            let timed = stream.set_read_timeout(Some(most)).and_then(|()| stream.set_write_timeout(Some(most)));
            timed.map_err(|cause| in_words(&cause))?;
            hello::exchange(stream, kind, &endpoint.host)
        });
        match answer {
            Ok(()) => return Ok(()),
            Err(reason) => why = reason,
        }
    }
    Err(why)
}

/// A failed call as a predicate of the service.
fn in_words(cause: &std::io::Error) -> String {
    use std::io::ErrorKind;
    match cause.kind() {
        ErrorKind::ConnectionRefused => "refuses the connection".to_owned(),
        ErrorKind::TimedOut | ErrorKind::WouldBlock => "accepts and says nothing, or does not answer at all".to_owned(),
        ErrorKind::ConnectionReset | ErrorKind::BrokenPipe | ErrorKind::UnexpectedEof => {
            "closes the connection without an answer".to_owned()
        }
        _ => format!("cannot be reached: {cause}"),
    }
}

/// A wait that is up to a half shorter, so that many servers that start at once do not ask at once.
fn jittered(wait: Duration) -> Duration {
    let mut byte = [0; 1];
    // Without randomness the waits are merely alike.
    let _ = getrandom::fill(&mut byte);
    wait.mul_f64(1.0 - f64::from(byte[0]) / 512.0)
}

#[cfg(test)]
mod tests {
    use super::{Duration, Endpoint, Instant, ServiceKind, answers_at, ask};
    use crate::config::BackingService;
    use std::sync::mpsc::channel;

    /// A port of this machine at which nobody listens.
    fn closed() -> std::io::Result<Endpoint> {
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        Ok(Endpoint { host: "127.0.0.1".to_owned(), port })
    }

    #[test]
    fn time_that_is_up_is_not_told_as_a_name_without_an_address() -> std::io::Result<()> {
        let said = answers_at(&closed()?, ServiceKind::Redis, Instant::now());
        assert_eq!(said, Err("could not be asked in time".to_owned()));
        Ok(())
    }

    #[test]
    fn the_last_reason_is_one_that_was_found_before_time_was_up() -> std::io::Result<()> {
        let endpoints = vec![closed()?];
        let service = BackingService {
            variable: "A".to_owned(),
            scheme: "redis".to_owned(),
            kind: ServiceKind::Redis,
            endpoints,
        };
        for _ in 0..20 {
            let (news, heard) = channel();
            ask(0, &service, Instant::now() + Duration::from_millis(40), &news);
            drop(news);
            let told: Vec<_> = heard.iter().map(|(_, answer)| answer).collect();
            assert!(told.iter().all(|one| *one == Err("refuses the connection".to_owned())), "{told:?}");
        }
        Ok(())
    }
}
