//! An upload in parts: what broke is sent again by the part, and memory does not grow with the file. It is hashed as it
//! is read, and gets its name only where it is what it should be.

use super::Object;
use super::asking::ask_patiently;
use crate::artifact::{Digest, Hasher};
use crate::report::Progress;
use crate::store::{Error, Place};
use object_store::multipart::PartId;
use object_store::path::Path as Key;
use object_store::{Error as Refusal, Result as Answer};
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

/// The smallest part but for the last, in bytes; S3 demands 5 MiB.
const PART: u64 = 8 << 20;
/// The most parts; S3 allows 10,000.
const MOST_PARTS: u64 = 9_000;
/// How many parts are on their way at once.
const AT_ONCE: usize = 2;

/// A file on its way.
struct Upload<'a> {
    object: &'a Object,
    key: &'a str,
    path: Key,
    source: &'a Path,
    file: File,
    hasher: Hasher<io::Sink>,
    expected: (Digest, u64),
    progress: &'a Progress,
}

/// Puts a file under a key where nothing stood a moment ago. Its content is named by the key, so that a writer who is
/// faster has put the same.
pub(super) fn upload(
    object: &Object,
    key: &str,
    (source, expected): (&Path, (Digest, u64)),
    progress: &Progress,
) -> Result<(), Error> {
    let file = File::open(source).map_err(|cause| unreadable(source, cause))?;
    let (path, hasher) = (object.key(key), Hasher::new(io::sink()));
    let mut upload = Upload { object, key, path, source, file, hasher, expected, progress };
    if expected.1 <= PART {
        let bytes = upload.part(PART + 1)?;
        upload.refuse_another()?;
        return object.put_new(key, &bytes).map(drop);
    }
    upload.in_parts()
}

impl Upload<'_> {
    fn in_parts(mut self) -> Result<(), Error> {
        let asking = self.object.asking()?;
        let id = asking.patiently(|| asking.cloud.create_multipart(&self.path));
        let id = id.map_err(|refusal| self.trouble(&refusal))?;
        let sent = self.send(&id).and_then(|parts| {
            self.refuse_another()?;
            Ok(parts)
        });
        let (path, done) = (self.path.clone(), sent.and_then(|parts| self.complete(&id, parts)));
        if done.is_err() {
            // What was sent costs space until it is given up.
            let _ = asking.wait(asking.cloud.abort_multipart(&path, &id));
        }
        done
    }

    /// Sends all parts, a few at once.
    fn send(&mut self, id: &String) -> Result<Vec<PartId>, Error> {
        let asking = self.object.asking()?;
        let length = PART.max(self.expected.1.div_ceil(MOST_PARTS));
        let mut parts = Vec::new();
        loop {
            let mut next = Vec::with_capacity(AT_ONCE);
            for _ in 0..AT_ONCE {
                let bytes = self.part(length)?;
                if !bytes.is_empty() {
                    next.push(bytes::Bytes::from(bytes));
                }
            }
            if next.is_empty() {
                return Ok(parts);
            }
            let (path, first, bytes) = (&self.path, parts.len(), next.iter().map(bytes::Bytes::len).sum::<usize>());
            let sending = next.into_iter().enumerate().map(|(index, bytes)| async move {
                let put = || asking.cloud.put_part(path, id, first + index, bytes.clone().into());
                ask_patiently(put).await.0
            });
            let sent: Answer<Vec<PartId>> = asking.wait(futures_util::future::try_join_all(sending));
            parts.extend(sent.map_err(|refusal| self.trouble(&refusal))?);
            self.progress.advance(bytes as u64);
        }
    }

    /// Gives the parts their name. Where the answer was lost, what stands is looked at.
    fn complete(&mut self, id: &String, parts: Vec<PartId>) -> Result<(), Error> {
        let asking = self.object.asking()?;
        let (done, doubted) = asking.in_doubt(|| asking.cloud.complete_multipart(&self.path, id, parts.clone()));
        match done {
            Ok(_) => Ok(()),
            Err(Refusal::NotFound { .. }) if doubted && self.object.size(self.key)? == Some(self.expected.1) => Ok(()),
            Err(refusal) => Err(self.trouble(&refusal)),
        }
    }

    /// The next part of the file; the last is shorter, or empty.
    fn part(&mut self, length: u64) -> Result<Vec<u8>, Error> {
        let mut bytes = Vec::new();
        let read = (&mut self.file).take(length).read_to_end(&mut bytes).and_then(|_| self.hasher.write_all(&bytes));
        read.map_err(|cause| unreadable(self.source, cause))?;
        Ok(bytes)
    }

    /// Refuses a file that is not the one that the key names.
    fn refuse_another(&mut self) -> Result<(), Error> {
        let (found, _) = std::mem::replace(&mut self.hasher, Hasher::new(io::sink())).finish();
        if found == self.expected { Ok(()) } else { Err(Error::changed(self.source)) }
    }

    fn trouble(&self, refusal: &Refusal) -> Error {
        self.object.trouble("write", self.key, refusal)
    }
}

fn unreadable(source: &Path, cause: io::Error) -> Error {
    Error::Machine { path: source.to_path_buf(), act: "read", cause }
}
