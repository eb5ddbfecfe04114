//! Config: everything that varies between deploys, and nothing else. It lives in the environment only: never in a
//! build, never in a release, never printed.

mod contract;

pub use contract::{Contract, Limits, Variable, VariableType};
