//! The watchdog: a small process that outlives us, should we be killed in a way that nobody can answer (SIGKILL, the
//! machine out of memory), and then ends all that we started.
//!
//! It holds the reading end of a pipe whose writing end only we hold. The pipe ends when we do, whatever the reason.
//! It knows the process groups that it is told of, and every process whose TMPDIR lies in the run's private folder:
//! that is how it finds what left its group. A process that leaves both, session and environment, escapes it; only a
//! control group could hold that.

use super::process_table::{Row, rows, signal};
use super::signals::Signals;
use crate::run::Error;
use crate::run::removal::remove_tree;
use rustix::fs::{OFlags, fcntl_setfl};
use rustix::process::{Pid, Signal, WaitOptions, getpid, kill_process, waitpid};
use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write, pipe};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The hidden command that leads to [`watch`].
pub const WATCHDOG: &str = "watchdog";

/// How long processes are looked for and killed, at most.
const LONGEST: Duration = Duration::from_secs(10);

/// How long nothing may be found until it is believed: a process that is just being started shows no environment.
const QUIET: Duration = Duration::from_millis(50);

/// The supervisor's end of the watchdog.
pub(in crate::run) struct Watchdog {
    pid: Pid,
    pipe: std::io::PipeWriter,
}

impl Watchdog {
    /// Starts a watchdog over a private folder.
    pub(in crate::run) fn start(folder: &Path) -> Result<Self, Error> {
        let failed = |cause| Error::System { what: "a watchdog", cause };
        let (reader, pipe) = pipe().map_err(failed)?;
        fcntl_setfl(&pipe, OFlags::WRONLY | OFlags::NONBLOCK).map_err(|cause| failed(cause.into()))?;
        // Our own program, also where its file was replaced meanwhile.
        let mut command = Command::new("/proc/self/exe");
        command.arg0("cargo-twelve").arg(WATCHDOG).arg(folder).env_clear().current_dir("/");
        command.stdin(reader).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
        let child = command.spawn().map_err(failed)?;
        Ok(Self { pid: super::spawn::pid(&child)?, pipe })
    }

    pub(super) fn pid(&self) -> Pid {
        self.pid
    }

    /// Tells it that a group lives.
    pub(super) fn started(&mut self, group: Pid) {
        self.tell(format_args!("+{}\n", group.as_raw_pid()));
    }

    /// Tells it that a group's leader has ended, and with it the right to its number.
    pub(super) fn ended(&mut self, group: Pid) {
        self.tell(format_args!("-{}\n", group.as_raw_pid()));
    }

    /// Ends it: there is nothing left to watch. It is our child and was not asked for, so its number is its own.
    pub(in crate::run) fn dismiss(self) {
        let _ = kill_process(self.pid, Signal::KILL);
        let _ = waitpid(Some(self.pid), WaitOptions::empty());
    }

    fn tell(&mut self, line: std::fmt::Arguments<'_>) {
        // A watchdog that is gone was reported when it ended, and one that does not read must not keep us waiting.
        let _ = self.pipe.write_all(line.to_string().as_bytes());
    }
}

/// The watchdog itself: waits on stdin until the supervisor ends, and where it ended unasked, kills what it left.
///
/// # Errors
/// Where signals cannot be caught.
pub fn watch(folder: &Path) -> Result<(), Error> {
    // Whoever stops the supervisor in an orderly way stops it alone; we follow its end.
    let _ignored = Signals::catch()?;
    let mut groups = BTreeSet::new();
    for line in BufReader::new(std::io::stdin().lock()).lines().map_while(Result::ok) {
        match line.split_at_checked(1) {
            Some(("+", group)) => groups.extend(group.parse::<i32>()),
            Some(("-", group)) => {
                if let Ok(group) = group.parse::<i32>() {
                    groups.remove(&group);
                }
            }
            _ => {}
        }
    }
    let end = Instant::now() + LONGEST;
    let mut quiet_since = Instant::now();
    while Instant::now() < end && quiet_since.elapsed() < QUIET {
        let left = left(&rows(), &groups, folder);
        for row in &left {
            signal(row, Signal::KILL);
        }
        if !left.is_empty() {
            quiet_since = Instant::now();
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let _ = remove_tree(folder);
    Ok(())
}

/// What the run left: the members of its groups, whatever carries its TMPDIR, and what descends from either.
fn left(rows: &[Row], groups: &BTreeSet<i32>, folder: &Path) -> Vec<Row> {
    let mark = [b"TMPDIR=", folder.as_os_str().as_bytes(), b"/"].concat();
    let ours = |row: &Row| groups.contains(&row.group) || carries(row.pid, &mark);
    let mut found: BTreeSet<i32> = rows.iter().filter(|row| ours(row)).map(|row| row.pid.as_raw_pid()).collect();
    while let Some(child) =
        rows.iter().find(|row| found.contains(&row.parent) && !found.contains(&row.pid.as_raw_pid()))
    {
        found.insert(child.pid.as_raw_pid());
    }
    let own = getpid();
    rows.iter().filter(|row| row.pid != own && !row.zombie && found.contains(&row.pid.as_raw_pid())).cloned().collect()
}

/// Whether a process's environment has a variable that begins like this.
fn carries(pid: Pid, mark: &[u8]) -> bool {
    let mut environment = Vec::new();
    let path = format!("/proc/{}/environ", pid.as_raw_pid());
    let read = fs::File::open(path).and_then(|file| file.take(1 << 20).read_to_end(&mut environment));
    read.is_ok() && environment.split(|byte| *byte == 0).any(|variable| variable.starts_with(mark))
}
