//! codebase

pub mod first_commit;
