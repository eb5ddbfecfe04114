//! Where the build stage meets the store: what was made is kept, and what is kept need not be made again.

use super::surroundings::Surroundings;
use crate::artifact::ReleasedBuild;
use crate::build::{Bundle, Plan, PlannedBuild, make};
use crate::release::write_portable_build;
use crate::report::{BuildEvent, Event};
use crate::store::Store;

/// A build that the store holds.
pub(crate) struct Built {
    /// As a release names it.
    pub(crate) build: ReleasedBuild,
    /// The package's version.
    pub(crate) version: semver::Version,
    /// What was made now, with its tarball; none where the store had it.
    pub(crate) bundle: Option<Bundle>,
}

/// Which builds are compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compile {
    /// Every one, and each is left as a portable file.
    All,
    /// Those that the store does not hold.
    Missing,
}

/// The builds of a plan, in its order, each in the store. `refuse` is asked before the first of them is compiled, if one is.
pub(crate) fn built(
    plan: &Plan,
    compile: Compile,
    store: &Store,
    surroundings: &Surroundings,
    refuse: impl FnOnce() -> anyhow::Result<()>,
) -> anyhow::Result<Vec<Built>> {
    let reporter = &surroundings.reporter;
    let app = &plan.declaration.app;
    let known = |planned: &PlannedBuild| match compile {
        Compile::All => Ok(None),
        Compile::Missing => store.build_by_input(app, &planned.input),
    };
    let mut known: Vec<Option<ReleasedBuild>> = plan.builds.iter().map(known).collect::<Result<_, _>>()?;
    let missing: Vec<&PlannedBuild> =
        plan.builds.iter().zip(&known).filter(|(_, known)| known.is_none()).map(|(planned, _)| planned).collect();
    let mut bundles = Vec::new();
    if !missing.is_empty() {
        refuse()?;
        bundles = make(plan, &missing, &surroundings.outside(), reporter)?;
    }
    let mut bundles = bundles.into_iter();
    let mut all = Vec::with_capacity(known.len());
    for known in known.drain(..) {
        let (build, version, bundle) = match known {
            Some(build) => {
                let version = store.manifest(app, &build)?.version;
                (build, version, None)
            }
            None => {
                let Some(bundle) = bundles.next() else {
                    anyhow::bail!("the build stage made fewer builds than were asked for")
                };
                let build = store.keep_build(&bundle.manifest, &bundle.packed, bundle.tarball())?;
                store.note_input(app, &bundle.input, &build)?;
                (build, bundle.manifest.version.clone(), Some(bundle))
            }
        };
        let file = match (compile, &bundle) {
            (Compile::All, Some(bundle)) => {
                let places = (bundle.tarball(), plan.portable.as_path());
                Some(write_portable_build(store, app, &version, &build, places)?)
            }
            _ => None,
        };
        let file = file.map(|path| path.display().to_string());
        reporter.tell(&Event::Build(BuildEvent::Built {
            build: build.id.to_string(),
            target: build.target.clone(),
            bytes: build.gz_size,
            known: bundle.is_none(),
            file,
        }));
        all.push(Built { build, version, bundle });
    }
    Ok(all)
}
