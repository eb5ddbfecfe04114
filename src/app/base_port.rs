//! Which port a process gets. It follows the declaration and nothing else, so that a process has the same port
//! whichever others run beside it, and on every engine.

use super::MOST_PROCESSES;

/// The port of the first process of the first type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BasePort(pub u16);

impl Default for BasePort {
    /// 5000, where the forerunners (foreman, Heroku's local) start to count.
    fn default() -> Self {
        Self(5000)
    }
}

impl BasePort {
    /// The port of a process: base + 100 x type + instance, both counted from 0, every declared type counted. One
    /// beyond 65535 does not exist, and is for the caller to refuse.
    #[must_use]
    pub fn port(self, process_type: usize, instance: u32) -> u64 {
        u64::from(self.0) + u64::from(MOST_PROCESSES) * process_type as u64 + u64::from(instance)
    }
}
