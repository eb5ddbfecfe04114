//! Following a deploy by its name: once, at the start. The store is asked; where it is out of reach for so long, the
//! entry that was followed here last says what runs.

use super::cache::KeptEntry;
use super::{Cache, Error};
use crate::app::{AppName, DeployName};
use crate::artifact::{DeployEntry, Signable, Trust};
use crate::store::{self, Store};
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// How long a store is waited for that does not answer.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// The wait before a store is asked again that could not be reached.
const PAUSE: Duration = Duration::from_millis(250);

/// A deploy's entry that is followed.
#[derive(Debug)]
pub struct Followed {
    /// The entry.
    pub entry: DeployEntry,
    /// Whether it may lead to a release older than what has run here: a trusted key signed it, or no key is asked for.
    pub leads_back: bool,
    /// Why the store was not asked in the end, where this is what was followed here last.
    pub unreachable: Option<store::Error>,
}

impl Cache {
    /// The current entry of a deploy.
    ///
    /// # Errors
    /// Where there is none, or the store is out of reach and nothing was followed here yet.
    pub fn follow(
        &self,
        store: &Arc<Store>,
        app: &AppName,
        deploy: &DeployName,
        trust: Option<&Trust>,
        patience: Duration,
    ) -> Result<Followed, Error> {
        let known = self.kept_entry(store, app, deploy);
        // With nothing to fall back on, a store that says that it is out of reach is believed at once.
        let pause = if known.is_some() { PAUSE } else { patience };
        let (kept, unreachable) = match ask(store, app, deploy, patience, pause) {
            Ok(kept) => {
                // A cache that cannot be written keeps nothing; the release runs all the same.
                let _ = self.keep_entry(store, app, deploy, &kept);
                (kept, None)
            }
            Err(cause) => match known.filter(|_| cause.is_out_of_reach()) {
                Some(kept) => (kept, Some(cause)),
                None => return Err(cause.into()),
            },
        };
        let entry = kept.verified(app, deploy)?;
        let signatures: Vec<Vec<u8>> = kept.signatures.iter().map(|text| text.clone().into_bytes()).collect();
        let leads_back = trust.is_none_or(|trust| {
            let document = Signable::Entry(app.clone(), deploy.clone(), entry.seq);
            trust.endorsements(&document, kept.entry.as_bytes(), &signatures).is_ok()
        });
        Ok(Followed { entry, leads_back, unreachable })
    }
}

/// Asks the store until it answers, for at most so long. It is asked on a thread of its own, since a file system on the
/// network can keep a read waiting to no end; that thread then waits alone.
fn ask(
    store: &Arc<Store>,
    app: &AppName,
    deploy: &DeployName,
    patience: Duration,
    pause: Duration,
) -> Result<KeptEntry, store::Error> {
    let until = Instant::now() + patience;
    loop {
        let (sender, receiver) = channel();
        let (thread_store, thread_app, thread_deploy) = (Arc::clone(store), app.clone(), deploy.clone());
        std::thread::spawn(move || {
            // Nobody listens any more where the patience is over.
            let _ = sender.send(current(&thread_store, &thread_app, &thread_deploy));
        });
        let left = until.saturating_duration_since(Instant::now());
        match receiver.recv_timeout(left) {
            Ok(Err(cause)) if cause.is_out_of_reach() && left > pause => std::thread::sleep(pause),
            Ok(answer) => return answer,
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                return Err(store::Error::NoAnswer { store: store.location(), seconds: patience.as_secs() });
            }
        }
    }
}

pub(super) fn current(store: &Store, app: &AppName, deploy: &DeployName) -> Result<KeptEntry, store::Error> {
    let standing = store.current_entry_or_refuse(app, deploy).map_err(|cause| match cause {
        store::Error::NoApp { store, held, .. } if held.is_empty() => store::Error::Empty { store },
        other => other,
    })?;
    let signatures = store.entry_signatures(&standing.entry)?;
    Ok(KeptEntry {
        seq: standing.entry.seq,
        entry: String::from_utf8_lossy(&standing.bytes).into_owned(),
        signatures: signatures.into_iter().filter_map(|bytes| String::from_utf8(bytes).ok()).collect(),
    })
}
