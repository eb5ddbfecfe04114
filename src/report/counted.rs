//! A number of things, as people say it.

use std::fmt;

/// Displays as `1 file`, `3 files`; the noun is given in its singular.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted<'a, N>(pub N, pub &'a str);

impl<N: fmt::Display + PartialEq + From<u8>> fmt::Display for Counted<'_, N> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(number, noun) = self;
        match noun.strip_suffix('y') {
            _ if *number == N::from(1) => write!(formatter, "1 {noun}"),
            Some(stem) => write!(formatter, "{number} {stem}ies"),
            None if noun.ends_with('s') => write!(formatter, "{number} {noun}es"),
            None => write!(formatter, "{number} {noun}s"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Counted;

    #[test]
    fn one_thing_is_no_plural() {
        assert_eq!(Counted(1_u64, "file").to_string(), "1 file");
        assert_eq!(Counted(0_u64, "file").to_string(), "0 files");
        assert_eq!(Counted(2_usize, "process").to_string(), "2 processes");
        assert_eq!(Counted(17_usize, "entry").to_string(), "17 entries");
    }
}
