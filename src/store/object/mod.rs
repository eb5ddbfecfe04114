//! A bucket of an object store as a store: Amazon S3 and what speaks like it, Google Cloud Storage, Azure Blob Storage.
//!
//! Create-only is a conditional put. Since some stores answer one with success and overwrite all the same, the first
//! writer tries it out ([`probe`]). The network is asked patiently ([`asking`]): what broke goes on where it broke.
//! This is the only folder with an async runtime, of one thread, and no future leaves it.

mod address;
mod asking;
mod client;
mod download;
mod probe;
mod trouble;
mod upload;

pub use address::Address;

use super::{Created, Error, Opened, Place, RemoteCause};
use crate::artifact::Digest;
use crate::report::Progress;
use asking::{ATTEMPTS, Asking};
use object_store::list::PaginatedListOptions;
use object_store::path::Path as Key;
use object_store::{Error as Refusal, GetOptions, ObjectStoreExt, PutMode};
use std::io;
use std::path::Path;
use std::sync::{Arc, OnceLock};

/// A bucket, or the part of one below a prefix.
#[derive(Debug)]
pub(super) struct Object {
    address: Address,
    /// The connection, made when something is asked for the first time.
    asking: OnceLock<Arc<Asking>>,
    /// Whether it is known to refuse a second create.
    create_only: OnceLock<()>,
}

impl Object {
    pub(super) fn at(address: &Address) -> Self {
        Self { address: address.clone(), asking: OnceLock::new(), create_only: OnceLock::new() }
    }

    fn asking(&self) -> Result<&Arc<Asking>, Error> {
        if let Some(asking) = self.asking.get() {
            return Ok(asking);
        }
        let made = Arc::new(Asking::at(&self.address)?);
        Ok(self.asking.get_or_init(|| made))
    }

    fn key(&self, key: &str) -> Key {
        Key::from(self.address.below(key))
    }

    fn trouble(&self, act: &'static str, key: &str, refusal: &Refusal) -> Error {
        self.address.trouble(act, &self.name(key), refusal)
    }

    /// Puts bytes where nothing stands, without asking whether the store can do that.
    fn put_new(&self, key: &str, bytes: &[u8]) -> Result<Created, Error> {
        let (asking, path) = (self.asking()?, self.key(key));
        let mut doubted = false;
        for attempt in 0..ATTEMPTS {
            let put = || asking.cloud.put_opts(&path, bytes.to_vec().into(), PutMode::Create.into());
            let (answer, again) = asking.in_doubt(put);
            doubted |= again;
            match answer {
                Ok(_) => return Ok(Created::New),
                Err(Refusal::AlreadyExists { .. } | Refusal::Precondition { .. }) => {}
                Err(refusal) => return Err(self.trouble("write", key, &refusal)),
            }
            // An answer that was lost may have been our own success: what stands says whose it is.
            let length = bytes.len() as u64;
            match self.size(key)? {
                Some(size) if doubted && size == length && self.get(key, length)?.as_deref() == Some(bytes) => {
                    return Ok(Created::New);
                }
                Some(_) => return Ok(Created::Stands),
                // S3 answers 409 also while another create is under way, of which nobody knows yet whether it stands.
                None => asking.pause(attempt),
            }
        }
        Err(self.address.failed("write", &self.name(key), RemoteCause::Network, "another create of it does not end"))
    }
}

impl Place for Object {
    fn location(&self) -> String {
        self.address.to_string()
    }

    fn endpoint(&self) -> Option<(&'static str, String)> {
        Some((self.address.kind.endpoint_variable(), self.address.endpoint()?))
    }

    fn name(&self, key: &str) -> String {
        self.address.name(key)
    }

    fn size(&self, key: &str) -> Result<Option<u64>, Error> {
        let (asking, path) = (self.asking()?, self.key(key));
        match asking.patiently(|| asking.cloud.head(&path)) {
            Ok(found) => Ok(Some(found.size)),
            Err(Refusal::NotFound { .. }) => Ok(None),
            Err(refusal) => Err(self.trouble("read", key, &refusal)),
        }
    }

    fn open(&self, key: &str) -> Result<Option<Opened>, Error> {
        let (asking, path) = (self.asking()?, self.key(key));
        match asking.patiently(|| asking.cloud.get_opts(&path, GetOptions::default())) {
            Ok(found) => {
                let download = download::Download::new(Arc::clone(asking), path, found);
                Ok(Some(Opened::Stream(Box::new(download))))
            }
            Err(Refusal::NotFound { .. }) => Ok(None),
            Err(refusal) => Err(self.trouble("read", key, &refusal)),
        }
    }

    fn list(&self, key: &str) -> Result<Vec<String>, Error> {
        let (asking, path) = (self.asking()?, self.key(key));
        let found = asking.patiently(|| asking.cloud.list_with_delimiter(Some(&path)));
        let found = found.map_err(|refusal| self.trouble("list", key, &refusal))?;
        let objects = found.objects.iter().map(|object| &object.location);
        let names = objects.chain(&found.common_prefixes).filter_map(|path| path.filename());
        Ok(names.filter(|name| !name.starts_with('.')).map(str::to_owned).collect())
    }

    fn first(&self, key: &str) -> Result<Option<String>, Error> {
        let (asking, prefix) = (self.asking()?, format!("{}/", self.address.below(key)));
        let one = || PaginatedListOptions { max_keys: Some(1), ..PaginatedListOptions::default() };
        let found = asking.patiently(|| asking.cloud.list_paginated(Some(&prefix), one()));
        let found = found.map_err(|refusal| self.trouble("list", key, &refusal))?;
        Ok(found.result.objects.iter().find_map(|object| object.location.filename()).map(str::to_owned))
    }

    fn is_remote(&self) -> bool {
        true
    }

    fn create(&self, key: &str, bytes: &[u8]) -> Result<Created, Error> {
        self.refuse_overwriting()?;
        self.put_new(key, bytes)
    }

    fn create_from(
        &self,
        key: &str,
        source: &Path,
        expected: (Digest, u64),
        progress: &Progress,
    ) -> Result<Created, Error> {
        self.refuse_overwriting()?;
        if self.has(key)? {
            return Ok(Created::Stands);
        }
        upload::upload(self, key, (source, expected), progress).map(|()| Created::New)
    }

    fn remove(&self, key: &str) -> Result<(), Error> {
        let (asking, path) = (self.asking()?, self.key(key));
        match asking.patiently(|| asking.cloud.delete(&path)) {
            Ok(()) | Err(Refusal::NotFound { .. }) => Ok(()),
            Err(refusal) => Err(self.trouble("remove", key, &refusal)),
        }
    }

    fn unreadable(&self, key: &str, cause: io::Error) -> Error {
        match cause.downcast::<Refusal>() {
            Ok(refusal) => self.trouble("read", key, &refusal),
            Err(cause) => self.address.failed("read", &self.name(key), RemoteCause::Network, &cause.to_string()),
        }
    }
}
