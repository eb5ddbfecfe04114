//! The scaffold stage: an empty folder becomes a codebase.
//!
//! A [`Template`] and the [`Answers`] to its questions make a [`Plan`], which is all of the project in memory; only
//! then is anything written, beside the target, and put in its place with one rename. So a template that fails to
//! render leaves nothing behind, and what `--dry-run` prints is what would be made.

mod answers;
mod built_in;
mod condition;
mod error;
mod lockfile;
mod manifest;
mod plan;
mod project;
mod project_path;
mod question;
mod renderer;
mod service_name;
mod spelling;
mod template;
mod variable;

pub use answers::{Answers, Asking};
pub use error::Error;
pub use plan::{Mode, Plan, PlannedFile};
pub use project::{Git, Project, Repository};
pub use project_path::ProjectPath;
pub use question::ask;
pub use service_name::ServiceName;
pub use spelling::shell_word;
pub use template::Template;
pub use variable::{Kind, Refusal, Variable};
