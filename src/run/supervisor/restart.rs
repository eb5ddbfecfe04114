//! How long to wait before a process is started again: longer after each end in a row, and not for ever.

use crate::app::Restart;
use crate::run::end::End;
use std::time::Duration;

/// The wait after the first end.
const FIRST: Duration = Duration::from_millis(500);

/// The longest wait. A process that lived this long starts to count anew.
const LONGEST: Duration = Duration::from_secs(60);

/// After so many ends in a row the process is given up, and the formation stops.
const MOST: u32 = 10;

/// The ends of a process in a row.
#[derive(Debug, Default)]
pub(super) struct BackOff {
    ends: u32,
}

impl BackOff {
    /// How long to wait before the process is started again; none where it is not.
    pub(super) fn after(&mut self, rule: Restart, end: End, lived: Duration) -> Option<Duration> {
        let again = match rule {
            Restart::Never => false,
            Restart::OnFailure => end != End::Code(0),
            Restart::Always => true,
        };
        if lived >= LONGEST {
            self.ends = 0;
        }
        self.ends += 1;
        if !again || self.ends > MOST {
            return None;
        }
        Some(FIRST.saturating_mul(1 << (self.ends - 1)).min(LONGEST))
    }

    /// How many ends in a row there were, and after how many it is given up.
    pub(super) fn count(&self) -> (u32, u32) {
        (self.ends, MOST)
    }

    /// Whether it was started again as often as it may be.
    pub(super) fn is_exhausted(&self) -> bool {
        self.ends > MOST
    }
}

#[cfg(test)]
mod tests {
    use super::{BackOff, MOST};
    use crate::app::Restart;
    use crate::run::end::End;
    use std::time::Duration;

    #[test]
    fn waits_double_up_to_a_limit() {
        let mut back_off = BackOff::default();
        let mut waits = Vec::new();
        while let Some(wait) = back_off.after(Restart::Always, End::Code(0), Duration::ZERO) {
            waits.push(wait.as_millis());
        }
        assert_eq!(waits, [500, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
        assert_eq!(waits.len(), MOST as usize);
        assert!(back_off.is_exhausted());
        let long = Duration::from_secs(60);
        assert_eq!(back_off.after(Restart::Always, End::Code(0), long), Some(Duration::from_millis(500)));
    }

    #[test]
    fn only_what_the_rule_names_starts_again() {
        let after = |rule, end| BackOff::default().after(rule, end, Duration::ZERO).is_some();
        assert!(!after(Restart::Never, End::Code(1)));
        assert!(!after(Restart::OnFailure, End::Code(0)));
        assert!(after(Restart::OnFailure, End::Code(1)) && after(Restart::OnFailure, End::Signal(9)));
        assert!(after(Restart::Always, End::Code(0)));
    }
}
