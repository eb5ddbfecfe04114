//! Real servers for scenes, each on loopback, on a free port, in a folder of its own, stopped by its process id.
//! `tests/all` installs them; where one is missing its scenes say so and end.

use super::running::free_port;
use cargo_twelve::run::Identity;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A server that runs until it is dropped.
pub(crate) struct Server {
    pub(crate) port: u16,
    child: Child,
    _folder: tempfile::TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    /// PostgreSQL, trusting everybody on loopback; none where it is not installed.
    pub(crate) fn postgres() -> Option<Self> {
        let Some(programs) = postgres_programs() else { return skipped("PostgreSQL (Debian package postgresql)") };
        let folder = open_folder();
        let data = folder.path().join("data");
        std::fs::create_dir(&data).expect("a folder");
        // PostgreSQL refuses to run as root.
        let user = match Identity::dropped_to("postgres") {
            Ok(Identity::Dropped(user)) => Some(user),
            _ => None,
        };
        if let Some(user) = &user {
            chown(&data, Some(user.uid), Some(user.gid)).expect("owned");
        }
        let command = |program: &str| {
            let mut command = Command::new(programs.join(program));
            if let Some(user) = &user {
                command.uid(user.uid).gid(user.gid);
            }
            command.current_dir("/").arg("-D").arg(&data).stdout(Stdio::null()).stderr(Stdio::null());
            command
        };
        let mut made = command("initdb");
        made.args(["-A", "trust", "-U", "postgres", "--no-sync", "-E", "UTF8", "--no-locale"]);
        assert!(made.status().expect("initdb starts").success(), "initdb");
        let port = free_port();
        let settings = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off", "shared_buffers=1MB"];
        let mut server = command("postgres");
        server.arg("-p").arg(port.to_string()).args(settings.iter().flat_map(|one| ["-c", one]));
        Some(Self::started(server, port, folder))
    }

    /// Redis on this port; none where it is not installed.
    pub(crate) fn redis(port: u16) -> Option<Self> {
        if !installed("redis-server") {
            return skipped("redis-server (Debian package redis-server)");
        }
        let folder = open_folder();
        let mut server = Command::new("redis-server");
        server.args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--requirepass", "hunter2"]);
        server.arg("--port").arg(port.to_string()).arg("--dir").arg(folder.path());
        Some(Self::started(server, port, folder))
    }

    /// NATS; none where it is not installed.
    pub(crate) fn nats() -> Option<Self> {
        if !installed("nats-server") {
            return skipped("nats-server (Debian package nats-server)");
        }
        let (folder, port) = (open_folder(), free_port());
        let mut server = Command::new("nats-server");
        server.args(["-a", "127.0.0.1", "-p", &port.to_string()]);
        Some(Self::started(server, port, folder))
    }

    fn started(mut server: Command, port: u16, folder: tempfile::TempDir) -> Self {
        server.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        Self { port, child: server.spawn().expect("it starts"), _folder: folder }
    }
}

fn open_folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o711)).expect("a mode");
    folder
}

fn postgres_programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?.flatten();
    versions.map(|version| version.path().join("bin")).find(|bin| bin.join("initdb").exists())
}

fn installed(program: &str) -> bool {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&paths).chain([Path::new("/usr/sbin").to_path_buf()]).any(|path| path.join(program).exists())
}

fn skipped<T>(what: &str) -> Option<T> {
    eprintln!("SKIPPED: this machine has no {what}");
    None
}
