//! Whether a store refuses a second create. Some ignore the condition of a put and overwrite, some look first and write
//! then: in either, two releases would take one number. So the first writer has eight writers create one key at once, and
//! then once more; exactly one may win. That it was so is remembered in the store, by its location: a copy elsewhere
//! is another store. The name begins with a dot, since any other could be that of an app.

use super::Object;
use crate::artifact::{Digest, canonical_json};
use crate::store::{Error, Place, RemoteCause};
use futures_util::future::join_all;
use object_store::{Error as Refusal, PutMode, Result as Answer};
use serde_json::json;

/// How many create at once.
const WRITERS: u8 = 8;

impl Object {
    /// Refuses a store that lets a second create pass.
    pub(super) fn refuse_overwriting(&self) -> Result<(), Error> {
        if self.create_only.get().is_some() {
            return Ok(());
        }
        let marker = format!(".create-only/{}.json", Digest::of(self.location().as_bytes()).short());
        if !self.has(&marker)? {
            self.try_out()?;
            let text = canonical_json(&json!({ "format": crate::artifact::FORMAT, "location": self.location() }))?;
            self.put_new(&marker, &text)?;
        }
        self.create_only.get_or_init(|| ());
        Ok(())
    }

    fn try_out(&self) -> Result<(), Error> {
        let mut nonce = [0; 16];
        getrandom::fill(&mut nonce).map_err(|cause| self.address.unopened(RemoteCause::Network, &cause.to_string()))?;
        let key = format!(".create-only/probe-{}", Digest::of(&nonce).short());
        let (asking, path) = (self.asking()?, self.key(&key));
        // The bucket is asked for first, so that one that is missing or closed is told of by its own name.
        self.size(&key)?;
        let create = |writer: u8| asking.cloud.put_opts(&path, vec![writer].into(), PutMode::Create.into());
        let answers = asking.wait(async { Ok(join_all((1..=WRITERS).map(create)).await) });
        let mut answers = answers.map_err(|refusal| self.trouble("write", &key, &refusal))?;
        answers.push(asking.wait(create(0)));
        let won = self.winners(&key, answers);
        // What is left of the trial is a few bytes, where we may not remove.
        let _ = self.remove(&key);
        match won? {
            1 => Ok(()),
            won => Err(Error::NotCreateOnly {
                store: self.location(),
                why: format!("of {} writers that created one key {won} were told that they had", WRITERS + 1),
            }),
        }
    }

    fn winners<T>(&self, key: &str, answers: Vec<Answer<T>>) -> Result<usize, Error> {
        let mut won = 0;
        for answer in answers {
            match answer {
                Ok(_) => won += 1,
                Err(Refusal::AlreadyExists { .. } | Refusal::Precondition { .. }) => {}
                Err(refusal) if refusal.to_string().contains("NotImplemented") => {
                    let why = "it does not know conditional puts".to_owned();
                    return Err(Error::NotCreateOnly { store: self.location(), why });
                }
                Err(refusal) => return Err(self.trouble("write", key, &refusal)),
            }
        }
        Ok(won)
    }
}
