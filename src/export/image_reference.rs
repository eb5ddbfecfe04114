//! The name of a container image, as engines take it: `registry/name`, with a tag, a digest, or both.

use super::Error;
use crate::artifact::Digest;
use std::fmt;
use std::str::FromStr;

/// The name of an image. Where it has a digest, that alone decides, and a tag beside it is dropped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageReference {
    /// Registry and name, without tag and digest.
    name: String,
    tag: Option<String>,
    digest: Option<Digest>,
}

impl ImageReference {
    /// Registry and name, without tag and digest.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The reference itself, where it has a digest: what a tag means may be another image tomorrow.
    ///
    /// # Errors
    /// Where it has none.
    pub fn pinned(&self) -> Result<&Self, Error> {
        match self.digest {
            Some(_) => Ok(self),
            None => Err(Error::NotPinned { image: self.to_string() }),
        }
    }
}

impl FromStr for ImageReference {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let refuse = |rule| Error::NoImage { text: text.to_owned(), rule };
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) => {
                let hex = digest.strip_prefix("sha256:").ok_or_else(|| refuse("its digest is not `sha256:...`"))?;
                let digest = hex.parse::<Digest>().map_err(|_| refuse("its digest is not 64 hexadecimal digits"))?;
                (rest, Some(digest))
            }
            None => (text, None),
        };
        if rest.contains("://") {
            return Err(refuse("an image has no scheme: engines want `registry/name`"));
        }
        // A colon before the last slash is that of a port.
        let (name, tag) = match rest.rsplit_once(':') {
            Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
            _ => (rest, None),
        };
        let in_name = |one: char| one.is_ascii_alphanumeric() || "-_./:".contains(one);
        let in_tag = |one: char| one.is_ascii_alphanumeric() || "-_.".contains(one);
        if !name.starts_with(|first: char| first.is_ascii_alphanumeric()) || !name.chars().all(in_name) {
            return Err(refuse("its name is letters, digits, `-`, `_`, `.` and `/`"));
        }
        if name.ends_with('/') || name.contains("//") {
            return Err(refuse("a part of its name is empty"));
        }
        if tag.is_some_and(|tag| tag.is_empty() || tag.len() > 128 || !tag.chars().all(in_tag)) {
            return Err(refuse("its tag is letters, digits, `-`, `_` and `.`, at most 128"));
        }
        let tag = tag.filter(|_| digest.is_none()).map(str::to_owned);
        Ok(Self { name: name.to_owned(), tag, digest })
    }
}

impl fmt::Display for ImageReference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.name)?;
        if let Some(tag) = &self.tag {
            write!(formatter, ":{tag}")?;
        }
        self.digest.as_ref().map_or(Ok(()), |digest| write!(formatter, "@sha256:{digest}"))
    }
}

#[cfg(test)]
mod tests {
    use super::ImageReference;

    const HEX: &str = "4355a46b19d348dc2f57c046f8ef63d4538ebb936000f3c9ee954a27460dd865";

    #[test]
    fn a_digest_decides_and_a_tag_is_no_digest() {
        let read = |text: &str| text.parse::<ImageReference>().expect(text);
        let pinned = format!("localhost:5000/a/shop@sha256:{HEX}");
        assert_eq!(read(&pinned).pinned().expect("pinned").to_string(), pinned);
        assert_eq!(read(&format!("localhost:5000/a/shop:1.4@sha256:{HEX}")).to_string(), pinned);
        for open in ["shop", "shop:1.4", "localhost:5000/shop", "localhost:5000/shop:v42"] {
            assert_eq!(read(open).to_string(), open);
            assert!(read(open).pinned().is_err(), "{open}");
        }
    }

    #[test]
    fn what_is_no_image_is_refused_with_its_rule() {
        for bad in [
            "",
            " ",
            "a b",
            "docker://shop",
            "-x",
            "shop:",
            "shop@",
            "shop@sha256:ab",
            "shop@md5:ab",
            "a//b",
            "a/",
            "a\n",
        ] {
            assert!(bad.parse::<ImageReference>().is_err(), "{bad}");
        }
    }
}
