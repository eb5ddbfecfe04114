//! A length of time as people say it: in its largest unit.

use std::fmt;

/// Displays milliseconds as `12 s`, `4 min`, `3 h`, `2 days`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Age(pub u64);

impl fmt::Display for Age {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0 / 1000;
        match seconds {
            0..=119 => write!(formatter, "{seconds} s"),
            120..=7_199 => write!(formatter, "{} min", seconds / 60),
            7_200..=172_799 => write!(formatter, "{} h", seconds / 3_600),
            _ => write!(formatter, "{} days", seconds / 86_400),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Age;

    #[test]
    fn an_age_has_the_largest_unit_that_it_has_two_of() {
        let said = |seconds: u64| Age(seconds * 1000).to_string();
        assert_eq!([said(0), said(119), said(120), said(7_199)], ["0 s", "119 s", "2 min", "119 min"]);
        assert_eq!([said(7_200), said(172_799), said(172_800)], ["2 h", "47 h", "2 days"]);
    }
}
