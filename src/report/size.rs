//! A number of bytes, as people read it.

use std::fmt;

/// A size in bytes; displays as `5.2 MiB`, exactly below 1 KiB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size(pub u64);

impl fmt::Display for Size {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tenths = |unit: u64| self.0.saturating_mul(10).saturating_add(unit / 2) / unit;
        let (value, name) = match self.0 {
            0..=1023 => return write!(formatter, "{} B", self.0),
            1024..=1_048_575 => (tenths(1 << 10), "KiB"),
            1_048_576..=1_073_741_823 => (tenths(1 << 20), "MiB"),
            _ => (tenths(1 << 30), "GiB"),
        };
        write!(formatter, "{}.{} {name}", value / 10, value % 10)
    }
}

#[cfg(test)]
mod tests {
    use super::Size;

    #[test]
    fn sizes_read_as_people_write_them() {
        assert_eq!(Size(0).to_string(), "0 B");
        assert_eq!(Size(1023).to_string(), "1023 B");
        assert_eq!(Size(1536).to_string(), "1.5 KiB");
        assert_eq!(Size(5 << 20).to_string(), "5.0 MiB");
        assert_eq!(Size(3 << 29).to_string(), "1.5 GiB");
        assert!(Size(u64::MAX).to_string().ends_with(" GiB"), "the largest one is one too");
    }
}
