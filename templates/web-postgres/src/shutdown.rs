//! From the signal to the end: first not ready, then closed, then gone.

use std::io;
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Answers requests, and says so at /readyz.
    Ready,
    /// Still answers, while /readyz tells load balancers to go elsewhere.
    Leaving,
    /// Accepts no connection any more and finishes the requests in flight.
    Closed,
}

/// SIGTERM is how a platform asks, SIGINT how a person at a terminal does.
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    pub fn listen() -> io::Result<Signals> {
        Ok(Signals {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    pub async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}

/// Leads the service from ready to closed. A second signal cuts the delay short.
pub async fn lead(phase: &watch::Sender<Phase>, mut signals: Signals, delay: Duration) {
    let signal = signals.next().await;
    phase.send_replace(Phase::Leaving);
    tracing::info!(signal, "draining");
    let _ = tokio::time::timeout(delay, signals.next()).await;
    phase.send_replace(Phase::Closed);
    tracing::info!("closed");
}
