//! The workspace that a new project comes to lie in: the project becomes a member of it, and takes from it what it
//! gives: the package's fields, the lints, the versions of dependencies. Of the workspace's manifest no byte changes but
//! the new member.

mod inherit;
mod member;

use super::{Error, Plan};
use globset::GlobBuilder;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use toml::{Table, Value};

/// A workspace, as its manifest stands.
#[derive(Debug)]
pub struct Workspace {
    manifest: PathBuf,
    text: String,
    table: Table,
    member: String,
    membership: Membership,
}

/// How a project belongs to the workspace above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Membership {
    /// Its members hold it already, by a glob or by name.
    Standing,
    /// It has to be added.
    Added,
}

impl Workspace {
    /// The workspace that a project at this folder belongs to; none, where there is none above it, or it is excluded.
    ///
    /// # Errors
    /// Where a manifest above it cannot be read.
    pub fn above(folder: &Path) -> Result<Option<Self>, Error> {
        for above in folder.ancestors().skip(1) {
            let manifest = above.join("Cargo.toml");
            if !manifest.is_file() {
                continue;
            }
            let text = fs::read_to_string(&manifest).map_err(Error::machine("read", &manifest))?;
            let table: Table = toml::from_str(&text).map_err(|cause| Error::Workspace {
                manifest: manifest.clone(),
                reason: cause.message().replace('\n', ", "),
            })?;
            let Some(workspace) = table.get("workspace") else { continue };
            let Some(member) = folder.strip_prefix(above).ok().and_then(Path::to_str) else { return Ok(None) };
            let named = |key: &str| -> Vec<&str> {
                workspace.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
            };
            let below = |one: &str| Path::new(member).starts_with(one.trim_start_matches("./"));
            let by_name = named("members").iter().any(|one| one.trim_start_matches("./") == member);
            if !by_name && named("exclude").into_iter().any(below) {
                return Ok(None);
            }
            let by_glob = named("members").into_iter().any(|one| matches(one.trim_start_matches("./"), member));
            let membership = if by_name || by_glob { Membership::Standing } else { Membership::Added };
            let member = member.to_owned();
            return Ok(Some(Self { manifest, text, table, member, membership }));
        }
        Ok(None)
    }

    /// Its manifest.
    #[must_use]
    pub fn manifest(&self) -> &Path {
        &self.manifest
    }

    /// The project's folder, from the workspace's root.
    #[must_use]
    pub fn member(&self) -> &str {
        &self.member
    }

    /// How the project belongs to it.
    #[must_use]
    pub fn membership(&self) -> Membership {
        self.membership
    }

    /// Adds the project to the members, where they do not hold it yet.
    ///
    /// # Errors
    /// Where the manifest cannot be written, or was changed meanwhile.
    pub fn add_member(&self) -> Result<(), Error> {
        if self.membership == Membership::Standing {
            return Ok(());
        }
        let failed = |reason: &str| Error::Workspace { manifest: self.manifest.clone(), reason: reason.to_owned() };
        let text = member::added(&self.text, &self.member)
            .ok_or_else(|| failed("its members are written in a way that cannot be added to"))?;
        let now = fs::read_to_string(&self.manifest).map_err(Error::machine("read", &self.manifest))?;
        if now != self.text {
            return Err(failed("it was changed meanwhile"));
        }
        // What a link names is edited, and stays linked.
        let manifest = self.manifest.canonicalize().map_err(Error::machine("open", &self.manifest))?;
        let folder = manifest.parent().unwrap_or(&manifest);
        let mut staged = tempfile::NamedTempFile::new_in(folder).map_err(Error::machine("write into", folder))?;
        let mode = fs::metadata(&manifest).map_err(Error::machine("look at", &manifest))?.permissions();
        staged
            .write_all(text.as_bytes())
            .and_then(|()| staged.as_file().set_permissions(mode))
            .and_then(|()| staged.as_file().sync_all())
            .map_err(Error::machine("write", &manifest))?;
        staged.persist(&manifest).map_err(|cause| Error::machine("replace", &manifest)(cause.error))?;
        Ok(())
    }

    /// The plan of a project of its own as that of a member: what the workspace gives is taken from there, and what
    /// only a workspace's root has is left out.
    ///
    /// # Errors
    /// Where the template's manifest is no manifest.
    pub fn inherited(&self, mut plan: Plan) -> Result<Plan, Error> {
        plan.member = true;
        let of_the_root = |path: &str| {
            matches!(path, "Cargo.lock" | "rust-toolchain.toml" | "rust-toolchain") || path.starts_with(".github/")
        };
        plan.files.retain(|file| !of_the_root(file.path.as_str()));
        if let Some(manifest) = plan.files.iter_mut().find(|file| file.path.as_str() == "Cargo.toml") {
            let text = String::from_utf8_lossy(&manifest.bytes).into_owned();
            let text = inherit::inherited(&text, &self.table)
                .map_err(|cause| Error::template("Cargo.toml", cause.message().to_owned()))?;
            manifest.bytes = text.into_bytes().into();
        }
        Ok(plan)
    }
}

/// Whether a member's glob holds a folder, as cargo reads it: `*` does not cross a `/`.
fn matches(glob: &str, folder: &str) -> bool {
    let glob = GlobBuilder::new(glob.trim_end_matches('/')).literal_separator(true).build();
    glob.is_ok_and(|glob| glob.compile_matcher().is_match(folder))
}
