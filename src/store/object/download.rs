//! A download that goes on where its connection broke: the rest is asked for as a range of the very same object.

use super::asking::{ATTEMPTS, Asking};
use super::trouble::is_passing;
use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use object_store::path::Path as Key;
use object_store::{Error as Refusal, GetOptions, GetRange, GetResult, Result as Answer};
use std::io::{self, Read};
use std::sync::Arc;

/// The bytes of an object, as they arrive.
pub(super) struct Download {
    asking: Arc<Asking>,
    key: Key,
    stream: BoxStream<'static, Answer<Bytes>>,
    /// Which version of the object it is.
    tag: Option<String>,
    size: u64,
    offset: u64,
    rest: Bytes,
    /// How often the connection has broken since the last byte came.
    broken: u32,
}

impl Download {
    pub(super) fn new(asking: Arc<Asking>, key: Key, found: GetResult) -> Self {
        let (tag, size) = (found.meta.e_tag.clone(), found.meta.size);
        Self { asking, key, stream: found.into_stream(), tag, size, offset: 0, rest: Bytes::new(), broken: 0 }
    }

    /// Waits for the next bytes; none at the end.
    fn next(&mut self) -> Answer<Bytes> {
        loop {
            let next = self.asking.wait(async { self.stream.next().await.transpose() });
            let refusal = match next {
                Ok(Some(bytes)) if bytes.is_empty() => continue,
                Ok(Some(bytes)) => {
                    self.offset += bytes.len() as u64;
                    self.broken = 0;
                    return Ok(bytes);
                }
                Ok(None) if self.offset >= self.size => return Ok(Bytes::new()),
                Ok(None) => Refusal::Generic { store: "store", source: "the connection ended too early".into() },
                Err(refusal) => refusal,
            };
            self.go_on(refusal)?;
        }
    }

    /// Asks for what has not come yet.
    fn go_on(&mut self, mut refusal: Refusal) -> Answer<()> {
        loop {
            self.broken += 1;
            if self.broken >= ATTEMPTS || !is_passing(&refusal) {
                return Err(refusal);
            }
            self.asking.pause(self.broken - 1);
            let range = Some(GetRange::Bounded(self.offset..self.size));
            let options = GetOptions { range, if_match: self.tag.clone(), ..GetOptions::default() };
            match self.asking.wait(self.asking.cloud.get_opts(&self.key, options)) {
                Ok(found) => {
                    self.stream = found.into_stream();
                    return Ok(());
                }
                Err(again) => refusal = again,
            }
        }
    }
}

impl Read for Download {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.rest.is_empty() {
            self.rest = self.next().map_err(io::Error::other)?;
        }
        let count = buffer.len().min(self.rest.len());
        buffer[..count].copy_from_slice(&self.rest.split_to(count));
        Ok(count)
    }
}
