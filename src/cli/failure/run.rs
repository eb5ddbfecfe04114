//! What to do when a release does not run.

use super::{Advice, ExitCode, listed};
use crate::report::nearest;
use crate::run::Error;

pub(super) fn advice(error: &Error) -> Advice {
    match error {
        Error::Machine { path, cause, .. } => super::machine::advice(cause, Some(path)),
        Error::System { .. } => Advice::hint(
            ExitCode::Machine,
            "`ulimit -a` shows the limits that hold here, `dmesg | tail` what the kernel says",
        ),
        Error::NoSpace { .. } => {
            Advice::hint(ExitCode::Machine, "make room, or name another cache with `--cache` or TWELVE_CACHE")
        }
        Error::TreeChanged { release, .. } => {
            let release = release.as_deref().unwrap_or("RELEASE");
            Advice::hint(ExitCode::Data, format!("`cargo twelve pull --again {release}` unpacks it anew"))
        }
        Error::TreeInUse { .. } => Advice::hint(ExitCode::Busy, "stop it first; a run that has ended uses nothing"),
        Error::NotOneRecord { .. } => Advice::hint(
            ExitCode::Usage,
            "name the files of one release: `cargo twelve import shop-1.4.0-v42.json shop-1.4.0-v42-*.tar.gz`",
        ),
        Error::NoFile { .. } => Advice::hint(
            ExitCode::NotFound,
            "paths start at the working directory; `cargo twelve release` leaves the files of a release in target/twelve",
        ),
        Error::NoTarball { .. } => {
            Advice::hint(ExitCode::NotFound, "`cargo twelve release` leaves it in target/twelve, beside the record")
        }
        Error::OtherRelease { .. } => Advice::hint(
            ExitCode::WouldOverwrite,
            "import it as one of another store: `--store` and TWELVE_STORE say which a release is of",
        ),
        Error::RecordDamaged { path, .. } => Advice::hint(
            ExitCode::Data,
            format!("`rm '{}'` removes the copy; the store has the record", path.display()),
        ),
        Error::CacheUnsteady { .. } => Advice::hint(ExitCode::Busy, "try again when nobody removes the cache"),
        Error::NoBuild { targets, .. } => {
            Advice::hint(ExitCode::NotFound, format!("it has builds for {}", listed(targets)))
        }
        Error::HostLacksLoader { target, .. } => Advice::hint(
            ExitCode::Refused,
            format!("install the C library of `{target}`, or release a build for a target that this machine has"),
        ),
        Error::HostTooOld { found, .. } => Advice::hint(
            ExitCode::Refused,
            format!(
                "run it on a newer system, or build it on one as old; `[build] max-glibc = \"{found}\"` refuses what would not run here"
            ),
        ),
        Error::HostLacksLibrary { .. } => Advice::hint(
            ExitCode::Refused,
            "install the package that has it; `ldconfig -p` lists what the loader finds",
        ),
        Error::ServicesNotReady { .. } => Advice::hint(
            ExitCode::Unavailable,
            "start them, mend their URLs in the config, or wait longer: `--wait-for-services=2m`",
        ),
        Error::OlderThanRan { app, id, newest, deploy } => {
            let signed = deploy.as_ref().map(|deploy| {
                format!(", or sign the way back: `cargo twelve rollback {app}@{deploy} {id} --sign KEYFILE`")
            });
            Advice::hint(
                ExitCode::Refused,
                format!(
                    "run {app}@{newest} or a newer one; to go back all the same, add `--allow-older`{}",
                    signed.unwrap_or_default()
                ),
            )
        }
        Error::OlderThanFollowed { .. } => Advice::hint(
            ExitCode::Refused,
            "ask who could remove entries from the store; where it was restored from a copy, `--allow-older` follows it",
        ),
        Error::NoState => Advice::hint(ExitCode::Usage, "name a folder with `--state DIR` or TWELVE_STATE"),
        Error::NoProcessTypes { .. } => Advice::hint(
            ExitCode::NotFound,
            "declare one: `[processes.web]` with `command = \"...\"` in twelve.toml, and release again",
        ),
        Error::NotDeclared { name, declared, .. } => not_declared(name, declared),
        Error::Formation { .. } => Advice::hint(ExitCode::Usage, "write `web`, or `web=2 worker=1`"),
        Error::EmptyFormation => Advice::hint(ExitCode::Usage, "name a process type: `web`, `worker=2`"),
        Error::NoSuchPort { .. } => Advice::hint(ExitCode::Usage, "choose a lower base with `--port`"),
        Error::PortsTaken { .. } => {
            Advice::hint(ExitCode::Unavailable, "stop who listens there, or choose another base with `--port`")
        }
        Error::PortRefused { .. } => Advice::hint(
            ExitCode::Machine,
            "choose another base with `--port`; ports below 1024 need the right to bind them",
        ),
        Error::CommandLacks { .. } => {
            Advice::hint(ExitCode::Config, "set them in the environment or in a file named with `--env-file`")
        }
        Error::ProgramNotFound { programs, word, .. } => Advice::hint(
            ExitCode::NoProgram,
            match nearest(word, programs.iter().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("the release's programs are {}", listed(programs)),
            },
        ),
        Error::ProgramNotExecutable { program, .. } => Advice::hint(
            ExitCode::NotExecutable,
            format!("chmod +x it in the codebase, and release again; `ls -l '{}'` shows it", program.display()),
        ),
        Error::Unstartable { program, cause, .. } => match error.program_code() {
            Some(127) => Advice::hint(
                ExitCode::NoProgram,
                format!("`head -1 '{}'` names an interpreter that is not there: install it", program.display()),
            ),
            Some(_) => Advice::hint(
                ExitCode::NotExecutable,
                format!("`file '{}'` says for what machine it is; `uname -m` what this is", program.display()),
            ),
            None => super::machine::advice(cause, Some(program)),
        },
        Error::NoUser { name } => {
            Advice::hint(ExitCode::NotFound, format!("`getent passwd` lists them; `useradd --system {name}` makes it"))
        }
        Error::NotRoot { .. } => Advice::hint(ExitCode::Usage, "leave `--user` out, or start it as root"),
        Error::ReadyDescriptor { number, .. } => {
            Advice::hint(ExitCode::Usage, format!("open it: `cargo twelve run --ready-fd {number} ... {number}>FILE`"))
        }
        Error::NotifySocket { .. } => {
            Advice::hint(ExitCode::Usage, "unset it: `env -u NOTIFY_SOCKET cargo twelve run ...`")
        }
        Error::NoSandbox => Advice::hint(
            ExitCode::Refused,
            "Landlock is in kernels from 6.2 on with `landlock` in their `lsm=` list; `--sandbox=auto` does without",
        ),
        Error::WritableTree { .. } => Advice::hint(
            ExitCode::Refused,
            "name a folder that holds less in twelve.toml and release again, or another cache with `--cache`",
        ),
        Error::Store(error) => super::store::advice(error),
        Error::Artifact(error) => super::artifact::advice(error),
    }
}

fn not_declared(name: &str, declared: &[String]) -> Advice {
    let near = nearest(name, declared.iter().map(String::as_str)).map(|near| format!("did you mean `{near}`? "));
    let known =
        if declared.is_empty() { "it declares none".to_owned() } else { format!("it declares {}", listed(declared)) };
    Advice::hint(ExitCode::NotFound, near.unwrap_or_default() + &known)
}
