//! The companion of the supervisor: it watches, compiles, plans, and says when what it planned takes over.
//!
//! ```text
//! idle -> settling (a change, and a moment for the rest of it) -> compiling -> idle, with something ready or not
//!              ^------------ another change -------------------------'
//! ```

use super::plan::{Generation, Recipe};
use super::watched::Watched;
use crate::build::working_tree::{Compilation, Compiled, Outcome, Progress, WorkingPackage, is_asset};
use crate::cli::failure;
use crate::codebase::{Judgement, WorkTree};
use crate::report::{DevEvent, Event, Reporter, RunEvent, Stream};
use crate::run::{Companion, Demand, Supervised};
use rustix::process::Pid;
use std::collections::BTreeSet;
use std::os::fd::BorrowedFd;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// How long nothing more must be saved until a change counts as whole: editors and git write in bursts.
const QUIET: Duration = Duration::from_millis(20);

/// How long a burst may go on.
const LONGEST: Duration = Duration::from_millis(500);

/// What the commit is called where the repository cannot be read.
const UNKNOWN: &str = "unknown";

/// What `dev` has in hand.
pub(super) struct Development {
    recipe: Recipe,
    watched: Watched,
    /// Where the private folders of what runs are made.
    within: PathBuf,
    reporter: Reporter,
    words: Vec<(Stream, Vec<u8>)>,
    /// Warnings that were said: once is enough.
    said: BTreeSet<String>,
    state: State,
    commit: String,
    /// What was compiled last.
    compiled: Option<Compiled>,
    running: Option<Generation>,
    ready: Option<(Generation, Vec<Supervised>)>,
    /// Whether anything ever ran: before, what cannot start is the end.
    ran: bool,
}

enum State {
    Idle,
    Settling { since: Instant, until: Instant },
    Compiling(Compilation),
}

impl Development {
    /// Compiles at once.
    pub(super) fn new(recipe: Recipe, watched: Watched, within: PathBuf, reporter: Reporter) -> Self {
        let now = Instant::now();
        Self {
            recipe,
            watched,
            within,
            reporter,
            words: Vec::new(),
            said: BTreeSet::new(),
            state: State::Settling { since: now, until: now },
            commit: String::new(),
            compiled: None,
            running: None,
            ready: None,
            ran: false,
        }
    }

    fn say(&mut self, event: &Event) {
        self.words.extend(self.reporter.rendered(event, None));
    }

    /// Says why something cannot be done; before anything ran, that is the end.
    fn refuse(&mut self, error: &anyhow::Error) -> Demand {
        let rendered = failure::rendered(error, self.reporter.audience());
        self.words.push((rendered.stream, rendered.bytes));
        if !self.ran {
            return Demand::End(rendered.code.into());
        }
        self.go_on("it cannot run as it stands now")
    }

    /// Nothing is replaced.
    fn go_on(&mut self, reason: &str) -> Demand {
        let reason = reason.to_owned();
        match self.running {
            Some(_) => self.say(&Event::Dev(DevEvent::Kept { reason })),
            None => self.say(&Event::Dev(DevEvent::Waiting { reason })),
        }
        Demand::Nothing
    }

    /// Takes note of changes; what compiles starts over.
    fn look(&mut self, now: Instant) -> anyhow::Result<()> {
        let judgement = match self.state {
            State::Compiling(_) => Judgement::Content,
            _ => Judgement::Writes,
        };
        if !self.watched.look(judgement)? {
            return Ok(());
        }
        match &mut self.state {
            State::Compiling(compilation) => compilation.stop(now),
            State::Settling { since, until } => *until = (now + QUIET).min(*since + LONGEST),
            State::Idle => self.state = State::Settling { since: now, until: now + QUIET },
        }
        Ok(())
    }

    /// Does what the state asks for.
    fn proceed(&mut self, now: Instant) -> anyhow::Result<Demand> {
        if matches!(self.state, State::Settling { until, .. } if until <= now) {
            return self.begin();
        }
        let State::Compiling(compilation) = &mut self.state else { return Ok(Demand::Nothing) };
        compilation.listen();
        compilation.keep_time(now);
        let Some(outcome) = compilation.outcome()? else { return Ok(Demand::Nothing) };
        self.state = State::Idle;
        match outcome {
            Outcome::Stopped => self.state = State::Settling { since: now, until: now + QUIET },
            Outcome::Failed => return Ok(self.go_on("the working tree does not compile")),
            Outcome::Compiled(compiled) => {
                self.watched.follow(&compiled.folders)?;
                self.compiled = Some(compiled);
                return self.plan();
            }
        }
        Ok(Demand::Nothing)
    }

    /// Starts to compile, where there is something to compile.
    fn begin(&mut self) -> anyhow::Result<Demand> {
        self.state = State::Idle;
        let files = self.watched.news();
        if !files.is_empty() {
            self.say(&Event::Dev(DevEvent::Changed { files }));
        }
        if self.watched.is_settled() && self.running.is_some() {
            return Ok(Demand::Nothing);
        }
        if self.watched.only_config() && self.compiled.is_some() {
            return self.plan();
        }
        let recipe = &mut self.recipe;
        if self.watched.manifest() {
            let name = recipe.package.name.clone();
            recipe.package = WorkingPackage::find(&recipe.outside, &recipe.folder, Some(&name))?;
        }
        let settings = recipe.declaration()?.build;
        let progress = if self.running.is_some() { Progress::Hidden } else { Progress::Shown };
        let compilation = Compilation::start(&recipe.package, &settings, &recipe.cargo, &recipe.outside, progress)?;
        self.state = State::Compiling(compilation);
        // While cargo is at work: a large working tree takes a moment to be looked through.
        self.commit =
            WorkTree::around(&self.recipe.folder).map_or_else(|_| UNKNOWN.to_owned(), |tree| tree.described());
        Ok(Demand::Nothing)
    }

    /// Plans what was compiled, and asks for room where it is another than what runs.
    fn plan(&mut self) -> anyhow::Result<Demand> {
        let Some(compiled) = &self.compiled else { return Ok(Demand::Nothing) };
        let (generation, formation) = self.recipe.plan(compiled, self.commit.clone(), &self.within)?;
        let globs = &generation.offered.declaration.build.assets;
        let asset = self.watched.any(|path| is_asset(globs, path).unwrap_or(false));
        if !asset && self.running.as_ref().is_some_and(|running| running.is_as(&generation)) {
            self.watched.settle();
            return Ok(self.go_on("nothing of it has changed"));
        }
        let warning = |(text, hint): (String, Option<String>)| Event::Warning { text, hint };
        let confined = generation.confinement.warnings().iter().cloned().map(warning);
        for event in generation.offered.notices.iter().cloned().chain(confined) {
            if matches!(&event, Event::Warning { text, .. } if self.said.insert(text.clone())) {
                self.say(&event);
            }
        }
        let reason = match self.watched.only() {
            Some(file) => format!("`{file}` was changed"),
            None => "the working tree was changed".to_owned(),
        };
        self.watched.settle();
        self.ready = Some((generation, formation));
        Ok(Demand::Replace(reason))
    }
}

impl Companion for Development {
    fn descriptors(&self) -> Vec<BorrowedFd<'_>> {
        let cargo = match &self.state {
            State::Compiling(compilation) => compilation.descriptor(),
            _ => None,
        };
        [self.watched.descriptor()].into_iter().chain(cargo).collect()
    }

    fn next_moment(&self) -> Option<Instant> {
        match &self.state {
            State::Idle => None,
            State::Settling { until, .. } => Some(*until),
            State::Compiling(compilation) => compilation.next_moment(),
        }
    }

    fn act(&mut self, now: Instant) -> Demand {
        match self.look(now).and_then(|()| self.proceed(now)) {
            Ok(demand) => demand,
            Err(error) => self.refuse(&error),
        }
    }

    fn words(&mut self) -> Vec<(Stream, Vec<u8>)> {
        std::mem::take(&mut self.words)
    }

    fn group(&self) -> Option<Pid> {
        match &self.state {
            State::Compiling(compilation) => compilation.group(),
            _ => None,
        }
    }

    fn ended(&mut self, child: Pid, code: u8) {
        if let State::Compiling(compilation) = &mut self.state {
            compilation.ended(child, code);
        }
    }

    fn successor(&mut self) -> Option<Vec<Supervised>> {
        // What ran is over, and its folders go with it.
        self.running = None;
        let Some((generation, formation)) = self.ready.take() else {
            if matches!(self.state, State::Idle) {
                self.go_on("nothing runs any more");
            }
            return None;
        };
        let processes = formation.iter().map(|one| one.process.name.clone()).collect();
        let (release, version) = (generation.release.id.clone(), generation.release.version.clone());
        let enforced = generation.confinement.enforced().to_vec();
        self.say(&Event::Run(RunEvent::Running { release, version, processes, enforced }));
        self.running = Some(generation);
        self.ran = true;
        Some(formation)
    }
}
