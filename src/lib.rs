//! The map of the house.
//!
//! An app flows one way, and no room lets it flow back:
//!
//! ```text
//! scaffold   an empty folder            -> a codebase
//! check      a codebase                 -> what the twelve factors say of it
//! build      one commit of the codebase -> a build: binaries, assets, build.json
//! release    a build                    -> an immutable, numbered release
//! run        a release + its config     -> processes
//! export     a release                  -> the same run stage on another engine
//! ```
//!
//! These six are the stages. No stage imports another: [`cli`] hands the noun that one stage made to the next.
//! Below the stages stand the places where nouns are kept and found, and below those the nouns themselves:
//!
//! ```text
//! cli -> stages -> store, codebase -> artifact -> app -> config -> report
//! ```
//!
//! A room imports only from rooms to its right (`tests/boundary.rs` reads the imports and refuses anything else).

pub mod app;
pub mod artifact;
#[cfg(feature = "build")]
pub mod build;
#[cfg(feature = "check")]
pub mod check;
pub mod cli;
#[cfg(feature = "codebase")]
pub mod codebase;
pub mod config;
#[cfg(feature = "export")]
pub mod export;
pub mod release;
pub mod report;
#[cfg(target_os = "linux")]
pub mod run;
#[cfg(feature = "scaffold")]
pub mod scaffold;
pub mod store;
