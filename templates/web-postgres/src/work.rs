//! The process type `worker`: one job after the other until it is told to stop. Run as many as there is work for.

use std::error::Error;
use std::time::Duration;

use sqlx::{PgConnection, PgPool};
use tokio::time::{sleep, timeout};
use tracing::Instrument;

use crate::config::{Config, Release};
use crate::queue::{self, Job};
use crate::shutdown::Signals;

/// Why a job failed.
type Failure = Box<dyn Error + Send + Sync>;

/// How long to wait before asking a database again that did not answer.
const PATIENCE: Duration = Duration::from_secs(2);

pub async fn run(config: Config, release: Release, pool: PgPool) -> Result<(), Box<dyn Error>> {
    let mut signals = Signals::listen()?;
    let drain = Duration::from_secs(config.drain_timeout_seconds);
    let pause = Duration::from_secs(config.poll_seconds);
    tracing::info!(release = release.id, "working");
    loop {
        let next = tokio::select! {
            signal = signals.next() => {
                tracing::info!(signal, "stopped");
                return Ok(());
            }
            next = step(&pool, pause) => next,
        };
        let Some(job) = next else { continue };
        let span = tracing::info_span!("job", id = job.id, kind = job.kind);
        if work(job, &pool, &mut signals, drain).instrument(span).await {
            return Ok(());
        }
    }
}

/// The next job; none after a pause, where there is none or the database does not answer.
async fn step(pool: &PgPool, pause: Duration) -> Option<Job> {
    let taken = match queue::give_up(pool).await {
        Ok(_) => queue::take(pool).await,
        Err(error) => Err(error),
    };
    match taken {
        Ok(Some(job)) => return Some(job),
        Ok(None) => sleep(pause).await,
        Err(error) => {
            tracing::warn!(%error, "the database does not answer");
            sleep(PATIENCE).await;
        }
    }
    None
}

/// Does one job; whether it was told to stop meanwhile. Then the job has the drain timeout to end, and is given back.
async fn work(mut job: Job, pool: &PgPool, signals: &mut Signals, drain: Duration) -> bool {
    tracing::info!("begun");
    let mut stopping = false;
    let outcome = {
        let (kind, payload) = (job.kind.clone(), job.payload.clone());
        let done = perform(job.id, &kind, &payload, &mut job.transaction);
        tokio::pin!(done);
        tokio::select! {
            outcome = &mut done => Some(outcome),
            signal = signals.next() => {
                tracing::info!(signal, "draining");
                stopping = true;
                tokio::select! {
                    outcome = timeout(drain, &mut done) => outcome.ok(),
                    _ = signals.next() => None,
                }
            }
        }
    };
    if let Err(error) = settle(job, pool, outcome).await {
        tracing::warn!(%error, "the database is gone: another worker will have the job");
    }
    stopping
}

/// Says in the database what became of a job.
async fn settle(
    job: Job,
    pool: &PgPool,
    outcome: Option<Result<(), Failure>>,
) -> Result<(), sqlx::Error> {
    match outcome {
        Some(Ok(())) => {
            job.finish().await?;
            tracing::info!("done");
        }
        Some(Err(error)) => {
            tracing::warn!(%error, "failed");
            job.fail(&error.to_string()).await?;
        }
        None => {
            job.give_back(pool).await?;
            tracing::info!("given back");
        }
    }
    Ok(())
}

/// What each kind of job does. What it writes through this connection is done exactly once.
async fn perform(
    id: i64,
    kind: &str,
    payload: &str,
    connection: &mut PgConnection,
) -> Result<(), Failure> {
    match kind {
        "greet" => {
            sqlx::query("INSERT INTO greetings (job, text) VALUES ($1, $2)")
                .bind(id)
                .bind(format!("Hello, {payload}!"))
                .execute(connection)
                .await?;
            Ok(())
        }
        // For tests, and to see a worker drain: it greets, and then takes its time.
        "greet-slowly" => {
            let (seconds, name) = payload.split_once(' ').ok_or("write `SECONDS NAME`")?;
            sqlx::query("INSERT INTO greetings (job, text) VALUES ($1, $2)")
                .bind(id)
                .bind(format!("Hello, {name}!"))
                .execute(connection)
                .await?;
            sleep(Duration::from_secs_f64(seconds.parse()?)).await;
            Ok(())
        }
        other => Err(format!("no worker knows what `{other}` is").into()),
    }
}
