//! Many at once: writers who want one number, readers who look, and somebody who prunes. A short form; the long one is
//! `TWELVE_ROUNDS=100 TWELVE_WRITERS=32 cargo test --test scenes -- stores_many --nocapture`.

use crate::kept::{Stage, in_every_store};
use cargo_twelve::app::AppName;
use cargo_twelve::artifact::{Digest, ReleaseId, ReleaseRecord, UtcTime};
use cargo_twelve::release::{Direction, Error, Proposal, Pruner, Pruning, Repeat, append, refuse_pruned_meanwhile};
use cargo_twelve::store::{Created, Store};
use std::collections::BTreeSet;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// A count from the environment.
fn asked(name: &str, usual: u64) -> u64 {
    std::env::var(name).map_or(usual, |value| value.parse().expect("a number"))
}

in_every_store!(
    crate::shop::shop;
    of_many_writers_one_wins_each_number_and_the_others_take_the_next,
    a_build_that_is_released_and_pruned_at_once_stays_or_is_said_to_be_gone,
);

fn of_many_writers_one_wins_each_number_and_the_others_take_the_next(stage: &Stage) {
    let (writers, rounds) = (asked("TWELVE_WRITERS", 8), asked("TWELVE_ROUNDS", 4));
    assert_eq!(stage.done("release"), "v1\n");
    assert_eq!(stage.release_another("2"), "v2");
    let app: AppName = "shop".parse().expect("a name");
    let start = stage.scene.opened_store().newest(&app).expect("readable").expect("two").number();
    let line = Barrier::new(usize::try_from(writers).expect("few"));
    let (over, looks, prunes) = (AtomicBool::new(false), AtomicU64::new(0), AtomicU64::new(0));
    let taken: Vec<(u64, u64)> = std::thread::scope(|scope| {
        let write = |writer: u64| {
            let (store, line) = (stage.scene.opened_store(), &line);
            move || take_numbers(&store, writer, rounds, line)
        };
        let hands: Vec<_> = (0..writers).map(|writer| scope.spawn(write(writer))).collect();
        scope.spawn(|| until(&over, || look(&stage.scene.opened_store(), &app, &looks)));
        scope.spawn(|| until(&over, || prune(&stage.scene.opened_store(), &app, &prunes)));
        let taken = hands.into_iter().flat_map(|hand| hand.join().expect("a writer")).collect();
        over.store(true, Ordering::Relaxed);
        taken
    });
    let store = stage.scene.opened_store();
    let numbers: BTreeSet<u64> = taken.iter().map(|(_, number)| *number).collect();
    assert_eq!(numbers.len() as u64, writers * rounds, "no number was taken twice");
    assert_eq!(numbers, (start + 1..=start + writers * rounds).collect(), "and there is no gap");
    let mut before = None;
    for number in 1..=start + writers * rounds {
        let id = ReleaseId::from_number(number).expect("a number");
        let bytes = store.record_bytes(&app, id).expect("readable").expect("no gap");
        assert_eq!(store.record(&app, id).expect("a record").previous, before, "{id} names the one before");
        before = Some(Digest::of(&bytes));
    }
    stage.done("verify --all");
    let (looks, prunes) = (looks.into_inner(), prunes.into_inner());
    assert!(looks > 0 && prunes > 0);
    println!(
        "{}: {writers} writers, {rounds} rounds: {} numbers, each won by one, no gap, no fork; {looks} looks and {prunes} prunes meanwhile",
        stage.location(),
        numbers.len()
    );
}

/// What releases once more what a release is.
fn proposal(record: ReleaseRecord) -> Proposal {
    Proposal {
        app: record.app,
        version: record.version,
        commit: record.commit,
        branch: None,
        remote: None,
        roots: record.roots,
        builds: record.builds,
        created: UtcTime::from_seconds(1_764_000_000).expect("a time"),
        created_by: "ada".to_owned(),
        message: None,
    }
}

/// Each round all writers want the next number at once; gives the rounds and the numbers that this one got.
fn take_numbers(store: &Store, writer: u64, rounds: u64, line: &Barrier) -> Vec<(u64, u64)> {
    // The build of the newest release, which no prune takes.
    let second = store.record(&"shop".parse().expect("a name"), ReleaseId::FIRST.next()).expect("a record");
    let mut proposal = Proposal { created_by: format!("writer {writer}"), ..proposal(second) };
    let mut taken = Vec::new();
    for round in 0..rounds {
        proposal.message = Some(format!("round {round}"));
        line.wait();
        let appended = append(store, &proposal, Repeat::Again, Direction::Any, |_| false).expect("appended");
        assert_eq!(appended.created, Created::New);
        taken.push((round, appended.record.release.number()));
    }
    taken
}

fn until(over: &AtomicBool, mut act: impl FnMut()) {
    while !over.load(Ordering::Relaxed) {
        act();
    }
}

/// What is newest can be read, and so can the one before it.
fn look(store: &Store, app: &AppName, looks: &AtomicU64) {
    let newest = store.newest(app).expect("readable").expect("there are some");
    let record = store.record(app, newest).expect("whole");
    let before = store.record_bytes(app, newest.previous().expect("there are two")).expect("readable").expect("no gap");
    assert_eq!(record.previous, Some(Digest::of(&before)));
    looks.fetch_add(1, Ordering::Relaxed);
}

fn pruner() -> Pruner {
    Pruner { at: UtcTime::from_seconds(1_764_000_000).expect("a time"), by: "ada".to_owned() }
}

fn prune(store: &Store, app: &AppName, prunes: &AtomicU64) {
    Pruning::plan(store, app, 1).expect("a plan").act(store, &pruner()).expect("pruned");
    prunes.fetch_add(1, Ordering::Relaxed);
}

/// The older of two builds is released again while it is pruned, with no time between.
fn a_build_that_is_released_and_pruned_at_once_stays_or_is_said_to_be_gone(stage: &Stage) {
    stage.done("release");
    stage.release_another("2");
    let (store, app) = (stage.scene.opened_store(), "shop".parse().expect("a name"));
    let records =
        [1, 2].map(|number| store.record(&app, ReleaseId::from_number(number).expect("a number")).expect("a record"));
    let tarballs = ["v1", "v2"].map(|release| stage.tarball(release));
    let bytes = [0, 1].map(|index| stage.get(&tarballs[index]).expect("it stands"));
    let (mut stood, mut said) = (0, 0);
    for round in 0..asked("TWELVE_ROUNDS", 4) {
        let older = usize::from(round % 2 == 1);
        let plan = Pruning::plan(&store, &app, 1).expect("a plan");
        let line = Barrier::new(2);
        let (released, pruned) = std::thread::scope(|scope| {
            let release = scope.spawn(|| {
                let store = stage.scene.opened_store();
                let proposal = proposal(records[older].clone());
                line.wait();
                let appended = append(&store, &proposal, Repeat::Again, Direction::Any, |_| false).expect("appended");
                refuse_pruned_meanwhile(&store, &appended.record)
            });
            let prune = scope.spawn(|| {
                let store = stage.scene.opened_store();
                line.wait();
                plan.act(&store, &pruner())
            });
            (release.join().expect("a writer"), prune.join().expect("a pruner"))
        });
        for answer in [&released, &pruned] {
            assert!(matches!(answer, Ok(()) | Err(Error::PrunedMeanwhile { .. })), "{answer:?}");
        }
        if stage.get(&tarballs[older]).is_some() {
            stood += 1;
        } else {
            assert!(released.is_err() || pruned.is_err(), "round {round}: it is gone, and nobody said so");
            said += 1;
            let fault = stage.twelve("verify --all");
            assert_eq!(fault.code, Some(65), "a release that stands and has no build is a fault: {}", fault.page());
        }
        // It is put back, as a release that is typed again does.
        (0..2).for_each(|index| stage.put(&tarballs[index], &bytes[index]));
    }
    println!("{stood} stood, {said} were said to be gone");
}
