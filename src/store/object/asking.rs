//! Asking an object store: a runtime of one thread behind plain calls, and patience. What failed for no reason of its
//! own is asked again a few times, each time later.

use super::Address;
use super::client::{Cloud, client};
use super::trouble::is_passing;
use crate::store::{Error, RemoteCause};
use object_store::{Error as Refusal, Result as Answer};
use std::fmt;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};

/// How often something is asked. With the pauses between, a server that is gone is given about five seconds.
pub(super) const ATTEMPTS: u32 = 6;
/// The longest first pause; each may be twice as long as the one before.
const PAUSE: Duration = Duration::from_millis(200);

/// A connection to an object store.
pub(super) struct Asking {
    pub(super) cloud: Box<dyn Cloud>,
    runtime: Option<Runtime>,
}

impl Asking {
    /// Prepares to ask the store at an address; nothing is asked yet.
    pub(super) fn at(address: &Address) -> Result<Self, Error> {
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|cause| address.unopened(RemoteCause::Network, &cause.to_string()))?;
        Ok(Self { cloud: client(address)?, runtime: Some(runtime) })
    }

    /// Waits for an answer.
    pub(super) fn wait<T>(&self, answer: impl Future<Output = Answer<T>>) -> Answer<T> {
        match &self.runtime {
            Some(runtime) => runtime.block_on(answer),
            // Taken only when this is dropped.
            None => Err(Refusal::NotSupported { source: "the connection was closed".into() }),
        }
    }

    /// Asks until there is an answer or no more patience.
    pub(super) fn patiently<T, F: Future<Output = Answer<T>>>(&self, ask: impl FnMut() -> F) -> Answer<T> {
        self.wait(async { ask_patiently(ask).await.0 })
    }

    /// The same, and whether an attempt before may have been heard although its answer was lost.
    pub(super) fn in_doubt<T, F: Future<Output = Answer<T>>>(&self, ask: impl FnMut() -> F) -> (Answer<T>, bool) {
        let mut doubted = false;
        let answer = self.wait(async {
            let answer = ask_patiently(ask).await;
            doubted = answer.1;
            answer.0
        });
        (answer, doubted)
    }

    /// Waits before something is asked again, longer each time and never for the same time as others who wait.
    pub(super) fn pause(&self, attempt: u32) {
        let _ = self.wait(async {
            pause(attempt).await;
            Ok(())
        });
    }
}

/// The answer, and whether it was not the first attempt's.
pub(super) async fn ask_patiently<T, F: Future<Output = Answer<T>>>(mut ask: impl FnMut() -> F) -> (Answer<T>, bool) {
    let mut attempt = 0;
    loop {
        match ask().await {
            Err(refusal) if is_passing(&refusal) && attempt + 1 < ATTEMPTS => pause(attempt).await,
            answer => return (answer, attempt > 0),
        }
        attempt += 1;
    }
}

async fn pause(attempt: u32) {
    let mut random = [0; 1];
    let _ = getrandom::fill(&mut random);
    let longest = PAUSE * 2_u32.saturating_pow(attempt.min(8));
    tokio::time::sleep(longest / 2 + longest / 2 * u32::from(random[0]) / 255).await;
}

impl fmt::Debug for Asking {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The client's own form shows its settings.
        formatter.write_str("Asking")
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        // A name that is still being looked up is not waited for.
        self.runtime.take().into_iter().for_each(Runtime::shutdown_background);
    }
}
