//! The scaffold stage: an empty folder becomes a codebase.
//!
//! A [`Template`] and the [`Answers`] to its questions make a [`Plan`], which is all of the project in memory; only
//! then is anything written, beside the target, and put in its place with one rename. So a template that fails to
//! render leaves nothing behind, and what `--dry-run` prints is what would be made.

mod adoption;
mod answers;
mod built_in;
mod condition;
mod error;
mod examination;
mod folder;
mod lockfile;
mod manifest;
mod matrix;
mod offer;
mod plan;
mod project;
mod project_path;
mod question;
mod receipt;
mod renderer;
mod service_name;
mod source;
mod spelling;
mod syntax;
mod template;
mod trial;
mod unseen;
mod update;
mod variable;
mod workspace;

pub use adoption::{Addition, Adoption, Found};
pub use answers::{Answers, Asking};
pub use error::Error;
pub use examination::{Examination, Fault, examine};
pub use matrix::matrix;
pub use offer::{Offer, Origin};
pub use plan::{Mode, Plan, PlannedFile};
pub use project::{Fate, Git, Project, Repository};
pub use project_path::ProjectPath;
pub use question::ask;
pub use receipt::{RECEIPT, Receipt, ReceiptTemplate};
pub use service_name::ServiceName;
pub use source::{Network, Provenance, Source};
pub use template::Template;
pub use trial::{Trial, compiles};
pub use unseen::unseen;
pub use update::{Action, Conflict, Update, UpdatedFile};
pub use variable::{Given, Kind, Refusal, Variable};
pub use workspace::{Membership, Workspace};
