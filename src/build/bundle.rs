//! The bundle: what was compiled becomes the one tarball that a build is.

use super::assets::{CommittedFiles, out_assets};
use super::compiled::{Compiled, Program};
use super::linking::linking_package;
use super::places::Places;
use super::plan::{Plan, PlannedBuild};
use super::work_folder::WorkFolder;
use super::{Error, elf, sbom};
use crate::artifact::{
    BuildManifest, Content, Digest, FORMAT, LOCKFILE_PATH, Lockfile, Member, Mode, PackedBuild, SBOM_PATH,
    TWELVE_TOML_PATH, TreeFile, hash_file, pack,
};
use crate::codebase::cargo::Package;
use crate::codebase::{Packages, beside};
use crate::report::{BuildEvent, Event, Reporter, Work};
use std::path::Path;
use std::sync::Arc;

/// A build that was made, beside nothing else yet. Its tarball goes when this does.
#[derive(Debug)]
pub struct Bundle {
    /// The digest of what it was made from.
    pub input: Digest,
    /// What is in it.
    pub manifest: BuildManifest,
    /// Its digests.
    pub packed: PackedBuild,
    tarball: tempfile::TempPath,
    // Whoever takes the work folder next empties it.
    _work: Arc<WorkFolder>,
}

impl Bundle {
    /// The tarball.
    #[must_use]
    pub fn tarball(&self) -> &Path {
        &self.tarball
    }
}

impl AsRef<Path> for Bundle {
    fn as_ref(&self) -> &Path {
        self.tarball()
    }
}

/// What a bundle is made from.
pub(super) struct Parts<'a> {
    pub(super) plan: &'a Plan,
    pub(super) planned: &'a PlannedBuild,
    pub(super) work: &'a Arc<WorkFolder>,
    pub(super) places: &'a Places,
    pub(super) packages: &'a Packages,
    pub(super) package: &'a Package,
    pub(super) compiled: Compiled,
}

/// Makes the bundle of a target.
pub(super) fn bundle(parts: &Parts<'_>, reporter: &Reporter) -> Result<Bundle, Error> {
    let Parts { plan, planned, work, places, packages, package, compiled } = parts;
    let settings = &plan.declaration.build;
    let programs = chosen(compiled.programs(&package.id, places), &settings.bins, package)?;
    let locked = compiled.joined(&plan.lockfile, packages, places)?;
    let linking = |library: &str| linking_package(library, compiled, packages, places);
    let system = elf::system(&programs, settings, linking)?;
    let bill = sbom::sbom(&package.id, &locked, &plan.lockfile, packages)?;

    let mut members = vec![own(LOCKFILE_PATH, plan.lockfile.bytes.clone())?, own(SBOM_PATH, bill)?];
    let folder = &plan.package.declaration;
    if let Some(text) = plan.repository.text(&plan.snapshot, &beside(folder, "twelve.toml"))? {
        members.push(own(TWELVE_TOML_PATH, text.into_bytes())?);
    }
    for program in &programs {
        let (sha256, size) = hash_file(&program.path)?;
        let path = format!("app/bin/{}", program.name).parse()?;
        let file = TreeFile { path, mode: Mode::Executable, size, sha256 };
        members.push(Member { file, content: Content::File(program.path.clone()) });
    }
    let source = work.source();
    let committed = CommittedFiles { repository: &plan.repository, snapshot: &plan.snapshot, folder, source: &source };
    members.extend(committed.assets(&settings.assets, reporter)?);
    if !settings.out_assets.is_empty() {
        let out = compiled.out_folder(&package.id, places);
        let out = out.ok_or_else(|| Error::NoBuildScript { package: package.name.to_string() })?;
        members.extend(out_assets(&out, &settings.out_assets, reporter)?);
    }
    members.sort_by(|one, other| one.file.path.as_str().cmp(other.file.path.as_str()));
    if let Some(twice) = members.windows(2).find(|pair| pair[0].file.path == pair[1].file.path) {
        return Err(Error::NoAsset { path: twice[0].file.path.to_string(), what: "named twice, as two files" });
    }

    let manifest = BuildManifest {
        format: FORMAT,
        app: plan.declaration.app.clone(),
        package: package.name.to_string(),
        version: package.version.clone(),
        commit: plan.commit.id(),
        commit_time: plan.commit.time,
        target: planned.target.clone(),
        lockfile: Lockfile { sha256: Digest::of(&plan.lockfile.bytes), packages: locked },
        toolchain: planned.toolchain.clone(),
        system,
        declaration: plan.declaration.clone(),
        files: members.iter().map(|member| member.file.clone()).collect(),
    };
    let bytes = members.iter().map(|member| member.file.size).sum();
    reporter.tell(&Event::Build(BuildEvent::Packing { files: members.len(), bytes }));
    let temporary = work.temporary();
    let made = tempfile::NamedTempFile::new_in(&temporary).map_err(Error::machine(&temporary, "written"))?;
    let packed = pack(
        &manifest,
        &members,
        std::io::BufWriter::new(made.as_file()),
        &reporter.progress(&Work::Packing { bytes }),
    )?;
    Ok(Bundle { input: planned.input, manifest, packed, tarball: made.into_temp_path(), _work: Arc::clone(work) })
}

/// The programs that the declaration names; all where it names none.
fn chosen(programs: Vec<Program>, named: &[String], package: &Package) -> Result<Vec<Program>, Error> {
    let known: Vec<String> = programs.iter().map(|program| program.name.clone()).collect();
    if let Some(missing) = named.iter().find(|name| !known.contains(name)) {
        return Err(Error::NoSuchBin { package: package.name.to_string(), bin: missing.clone(), known });
    }
    Ok(programs.into_iter().filter(|program| named.is_empty() || named.contains(&program.name)).collect())
}

/// A part that every build has.
fn own(path: &str, content: Vec<u8>) -> Result<Member, Error> {
    let file =
        TreeFile { path: path.parse()?, mode: Mode::Plain, size: content.len() as u64, sha256: Digest::of(&content) };
    Ok(Member { file, content: Content::Bytes(content) })
}
