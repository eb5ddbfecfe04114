//! The process type `worker`: the same piece of work again and again, until it is told to stop. What is begun is ended.

use std::error::Error;
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval, timeout};
use tracing::Instrument;

use crate::config::{Config, Release};
use crate::shutdown::Signals;

pub async fn run(config: Config, release: Release) -> Result<(), Box<dyn Error>> {
    let mut signals = Signals::listen()?;
    let drain = Duration::from_secs(config.drain_timeout_seconds);
    let mut ticks = interval(Duration::from_secs(config.interval_seconds.max(1)));
    // After a piece that took long, the next one has its full interval.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    tracing::info!(release = release.id, "working");
    for number in 1.. {
        tokio::select! {
            signal = signals.next() => {
                tracing::info!(signal, "stopped");
                break;
            }
            _ = ticks.tick() => {}
        }
        let span = tracing::info_span!("piece", number);
        let piece = piece(&config).instrument(span);
        tokio::pin!(piece);
        tokio::select! {
            done = &mut piece => done?,
            signal = signals.next() => {
                tracing::info!(signal, "draining");
                match timeout(drain, &mut piece).await {
                    Ok(done) => done?,
                    Err(_) => tracing::warn!("the drain timeout has passed, the piece is cut off"),
                }
                tracing::info!("stopped");
                break;
            }
        }
    }
    Ok(())
}

/// One piece of work. It may be cut off or done twice, so let it be one that can: read, compute, write with a key.
pub async fn piece(config: &Config) -> Result<(), Box<dyn Error>> {
    tracing::info!("begun");
    tokio::time::sleep(Duration::from_millis(config.piece_milliseconds)).await;
    tracing::info!("done");
    Ok(())
}
