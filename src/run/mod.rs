//! The run stage: a release and its config become processes. It has no code that can build and never writes to the
//! release: it verifies before it parses, starts from a read-only tree with a clean environment, and leaves nothing
//! behind when it ends.
//!
//! The law of its order: everything that can be refused is refused before anything starts. [`Cache`] yields a verified
//! [`Tree`]; [`formation`] and [`Launch`] decide in plain values what will run; only [`supervise`] and [`admin`] act.

mod admin;
mod cache;
mod confinement;
mod direct;
mod end;
mod environment;
mod error;
mod find;
mod follow;
mod formation;
mod high_water;
mod host;
mod identity;
mod import;
mod launch;
mod machine;
mod output;
mod outside;
mod ports;
mod private_folder;
mod program;
mod removal;
mod services;
mod sockets;
mod supervisor;

pub use admin::{Foreground, Streams, admin};
pub use cache::{Cache, Tree};
pub use confinement::{Confinement, SandboxMode};
pub use direct::{HANDED_ON, become_process};
pub use environment::{Environment, Giver, Inherit, Origin};
pub use error::Error;
pub use follow::{Followed, PATIENCE};
pub use formation::{Instance, InstanceName, Wanted, formation, instance};
pub use high_water::HighWaterMark;
pub use host::refuse_unfit;
pub use identity::{Identity, User};
pub use import::Portable;
pub use launch::{Launch, PlannedProcess, Released, Supervised};
pub use machine::build_here;
pub use output::{Colour, LogFormat, Manner, Reader, StderrTarget};
pub use outside::Outside;
pub use ports::{PortHolder, claim_ports, refuse_taken};
pub use private_folder::PrivateFolder;
pub use program::Programs;
pub use removal::remove_tree;
pub use services::wait_for_services;
pub use sockets::{BECOME, GivenSockets, Sockets, become_listener};
pub use supervisor::{
    AWAIT_READY, Awaited, Companion, Demand, Signals, Voice, WATCHDOG, await_ready, supervise, watch,
};
