//! The tarball of a build on its way out of a store. Its size and digest are held against the release record.

use super::{Error, Opened, Place};
use crate::artifact::{Digest, Error as ArtifactError, Hashed, Hasher, ReleasedBuild};
use crate::report::Progress;
use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::path::Path;

/// Bytes that are read at once.
const PART: usize = 128 * 1024;

/// A tarball that a store holds, not yet verified.
#[derive(Debug)]
pub struct Tarball<'a> {
    place: &'a dyn Place,
    key: String,
    expected: (Digest, u64),
    opened: Opened,
    progress: Progress,
}

impl<'a> Tarball<'a> {
    pub(super) fn new(
        place: &'a dyn Place,
        key: String,
        build: &ReleasedBuild,
        opened: Opened,
        progress: Progress,
    ) -> Self {
        Self { place, key, expected: (build.gz_sha256, build.gz_size), opened, progress }
    }

    /// Whether it lies on this machine, so that no space is needed to verify it.
    #[must_use]
    pub fn is_at_hand(&self) -> bool {
        matches!(self.opened, Opened::File(_))
    }

    /// The verified tarball as a file, from its first byte: the store's own where it is at hand, else a nameless one in
    /// `scratch`, which then needs space for it. Nothing of it was parsed before its last byte was hashed.
    ///
    /// # Errors
    /// Where its size or digest is not the record's, or it cannot be read or kept.
    pub fn verified(self, scratch: &Path) -> Result<File, Error> {
        let unwritable = |cause| Error::Machine { path: scratch.to_path_buf(), act: "written", cause };
        let Self { place, key, expected, opened, progress } = self;
        let passing = Passing { place, key: &key, expected, progress: &progress };
        let mut file = match opened {
            Opened::File(mut file) => {
                passing.copy(&mut file, io::sink(), scratch)?;
                file
            }
            Opened::Stream(mut stream) => {
                let mut file = tempfile::tempfile_in(scratch).map_err(unwritable)?;
                passing.copy(&mut stream, &mut file, scratch)?;
                file
            }
        };
        file.rewind().map_err(|cause| place.unreadable(&key, cause))?;
        Ok(file)
    }

    /// Copies it to the file at `path`, which is whole only where this succeeds.
    ///
    /// # Errors
    /// As for [`Tarball::verified`].
    pub fn copy_to(mut self, out: impl Write, path: &Path) -> Result<(), Error> {
        let Self { place, key, expected, opened, progress } = &mut self;
        let passing = Passing { place: *place, key, expected: *expected, progress };
        passing.copy(opened, out, path)
    }

    /// Gives its bytes to a reader that keeps nothing of them: what it finds counts only where the tarball is the record's.
    ///
    /// # Errors
    /// Those of the reader, and as for [`Tarball::verified`].
    pub fn read<T>(self, read: impl FnOnce(&mut dyn Read) -> Result<T, ArtifactError>) -> Result<T, Error> {
        let Self { place, key, expected, opened, progress } = self;
        let passing = Passing { place, key: &key, expected, progress: &progress };
        let mut stream = match opened {
            Opened::File(mut file) => {
                // Reading what is in it takes several times as long as hashing it, so that is what is shown.
                let hashing = Passing { progress: &Progress::unseen(), ..passing };
                hashing.copy(&mut file, io::sink(), Path::new(&key))?;
                file.rewind().map_err(|cause| place.unreadable(&key, cause))?;
                return Ok(read(&mut progress.through(file))?);
            }
            Opened::Stream(stream) => Hashed::over(progress.through(stream)),
        };
        let found = match read(&mut stream) {
            Err(ArtifactError::Stream { cause, .. }) => return Err(place.unreadable(&key, cause)),
            found => found,
        };
        io::copy(&mut stream, &mut io::sink()).map_err(|cause| place.unreadable(&key, cause))?;
        passing.verdict(stream.finish())?;
        Ok(found?)
    }
}

/// What a tarball must be when it has passed.
struct Passing<'a> {
    place: &'a dyn Place,
    key: &'a str,
    expected: (Digest, u64),
    progress: &'a Progress,
}

impl Passing<'_> {
    /// Copies all bytes, and refuses them at the end where they are not the record's.
    fn copy(&self, from: &mut impl Read, out: impl Write, path: &Path) -> Result<(), Error> {
        let unwritable = |cause| Error::Machine { path: path.to_path_buf(), act: "written", cause };
        // One byte more than the record says is enough to see that it is another tarball.
        let mut from = self.progress.through(from).take(self.expected.1 + 1);
        let mut out = Hasher::new(out);
        let mut part = vec![0; PART];
        loop {
            match from.read(&mut part) {
                Ok(0) => break,
                Ok(count) => out.write_all(&part[..count]).map_err(unwritable)?,
                Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
                Err(cause) => return Err(self.place.unreadable(self.key, cause)),
            }
        }
        out.flush().map_err(unwritable)?;
        self.verdict(out.finish().0)
    }

    fn verdict(&self, passed: (Digest, u64)) -> Result<(), Error> {
        let (sha256, size) = passed;
        let expected = self.expected.1;
        let name = self.place.name(self.key);
        if size != expected {
            return Err(Error::wrong_size(name, size, expected));
        }
        if sha256 != self.expected.0 {
            let why = "its digest is not the one of the release record".to_owned();
            return Err(Error::DamagedTarball { name, why });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::artifact::{Digest, ReleasedBuild};
    use crate::store::{Location, Store};
    use std::io::Read;
    use std::path::Path;

    #[test]
    fn another_tarball_is_refused_and_says_why() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::at(&Location::parse(Path::new("store"), folder.path()).expect("a location"));
        let app = "shop".parse().expect("a name");
        let build = ReleasedBuild {
            target: "x86_64-unknown-linux-gnu".to_owned(),
            id: Digest::of(b"tar"),
            gz_sha256: Digest::of(b"gz"),
            gz_size: 2,
            manifest_sha256: Digest::of(b"manifest"),
        };
        let path = folder.path().join(format!("store/shop/builds/{}/{}.tar.gz", build.id, build.gz_sha256));
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        let opened = |bytes: &[u8]| {
            std::fs::write(&path, bytes).expect("written");
            store.tarball(&app, &build).expect("it stands").verified(folder.path())
        };
        for (bytes, why) in [
            (&b"xz"[..], "its digest is not the one of the release record"),
            (b"g", "it has 1 bytes instead of the 2 of the release record"),
            (b"gzz", "it has more than the 2 bytes of the release record"),
        ] {
            assert!(opened(bytes).expect_err("refused").to_string().ends_with(why), "{why}");
        }
        let mut read = Vec::new();
        opened(b"gz").expect("whole").read_to_end(&mut read).expect("readable");
        assert_eq!(read, b"gz");
    }
}
