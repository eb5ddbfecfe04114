//! Real components of containers for scenes: podman and skopeo with storage of the scene's own, and registries of images
//! on loopback. Where one is missing its scenes say so and end.

use super::ledger::running_as_root;
use super::running::{free_port, wait_until};
use super::scene::Scene;
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// podman with settings and storage of the scene's own; registries on loopback need no TLS.
pub(crate) fn podman(scene: &Scene) -> Command {
    let folder = scene.home().join("podman");
    let at = |name: &str| folder.join(name).display().to_string();
    let limits = "default_ulimits=[\"nofile=1024:1024\",\"nproc=1024:1024\"]\nlog_driver=\"k8s-file\"\n";
    let engine = "[engine]\nruntime=\"runc\"\ncgroup_manager=\"cgroupfs\"\nevents_logger=\"file\"\n";
    let storage = format!("[storage]\ndriver=\"vfs\"\ngraphroot=\"{}\"\nrunroot=\"{}\"\n", at("graph"), at("run"));
    scene.write_home("podman/containers.conf", format!("[containers]\n{limits}{engine}"));
    scene.write_home("podman/storage.conf", storage);
    scene.write_home("podman/registries.conf", "[[registry]]\nlocation = \"127.0.0.1\"\ninsecure = true\n");
    let mut command = scene.command("podman");
    command.env("CONTAINERS_CONF", at("containers.conf")).env("CONTAINERS_STORAGE_CONF", at("storage.conf"));
    command.env("CONTAINERS_REGISTRIES_CONF", at("registries.conf"));
    command
}

/// Whether containers can be run here.
pub(crate) fn podman_is_here(scene: &Scene) -> bool {
    let here = running_as_root() && is_here(podman(scene).arg("--version"));
    if !here {
        eprintln!("SKIPPED: podman (Debian package podman) is missing, or we are not root");
    }
    here
}

/// Whether skopeo can be asked.
pub(crate) fn skopeo_is_here() -> bool {
    let here = is_here(Command::new("skopeo").arg("--version"));
    if !here {
        eprintln!("SKIPPED: this machine has no skopeo (Debian package skopeo)");
    }
    here
}

fn is_here(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// A registry of images, in a folder of its own.
pub(crate) struct ImageRegistry {
    pub(crate) port: u16,
    folder: tempfile::TempDir,
    child: Child,
}

impl ImageRegistry {
    /// One that is open to all, without TLS; none where it is not installed.
    pub(crate) fn open() -> Option<Self> {
        Self::with("", |_| {})
    }

    /// One that wants a login: `ada` with the password `hunter2`.
    pub(crate) fn with_login() -> Option<Self> {
        Self::with("auth: {htpasswd: {realm: scene, path: FOLDER/htpasswd}}\n", |folder| {
            let users = "ada:$2b$04$wPAan27zfqnPk9LYYT53jOXo5wLJWbsjwEXiEPb.uVtp8WxlIoxh6\n";
            std::fs::write(folder.join("htpasswd"), users).expect("a file");
        })
    }

    /// One with TLS, whose certificate is of an authority of its own (`authority.pem`).
    pub(crate) fn with_tls() -> Option<Self> {
        Self::with("  tls: {certificate: FOLDER/server.pem, key: FOLDER/server.key}\n", |folder| {
            let openssl = |words: &str| {
                let done =
                    Command::new("openssl").args(words.split(' ')).current_dir(folder).output().expect("openssl");
                assert!(done.status.success(), "openssl {words}: {}", String::from_utf8_lossy(&done.stderr));
            };
            openssl(
                "req -x509 -newkey ed25519 -nodes -keyout authority.key -out authority.pem -subj /CN=scene -days 30",
            );
            openssl("req -newkey ed25519 -nodes -keyout server.key -out server.csr -subj /CN=127.0.0.1");
            std::fs::write(folder.join("names"), "subjectAltName=IP:127.0.0.1\n").expect("a file");
            let authority = "-CA authority.pem -CAkey authority.key -CAcreateserial -days 30";
            openssl(&format!("x509 -req -in server.csr -out server.pem -extfile names {authority}"));
        })
    }

    fn with(settings: &str, prepare: impl FnOnce(&std::path::Path)) -> Option<Self> {
        if !is_here(Command::new("docker-registry").arg("--version")) {
            eprintln!("SKIPPED: this machine has no docker-registry (Debian package docker-registry)");
            return None;
        }
        let (folder, port) = (tempfile::tempdir().expect("a folder"), free_port());
        prepare(folder.path());
        let place = folder.path().display().to_string();
        let config = format!(
            "version: 0.1\nlog: {{level: info, formatter: json}}\n\
             storage: {{filesystem: {{rootdirectory: {place}/images}}}}\n\
             http:\n  addr: \"127.0.0.1:{port}\"\n{}",
            settings.replace("FOLDER", &place)
        );
        std::fs::write(folder.path().join("registry.yml"), config).expect("a file");
        let log = std::fs::File::create(folder.path().join("log")).expect("a file");
        let child = Command::new("docker-registry")
            .arg("serve")
            .arg(folder.path().join("registry.yml"))
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a descriptor"))
            .stderr(log)
            .spawn()
            .expect("it starts");
        let registry = Self { port, folder, child };
        wait_until("the registry", || TcpStream::connect(("127.0.0.1", port)).ok());
        Some(registry)
    }

    /// A file of its folder.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// `docker://` and a name in it.
    pub(crate) fn place(&self, name: &str) -> String {
        format!("docker://{}", self.name(name))
    }

    /// A name in it.
    pub(crate) fn name(&self, name: &str) -> String {
        format!("127.0.0.1:{}/{name}", self.port)
    }

    /// What it was asked for since the log was read last, as `PUT /v2/shop/manifests/v1`; how a session is called is left out.
    pub(crate) fn asked(&self, from: &mut usize) -> Vec<String> {
        let text = String::from_utf8_lossy(&std::fs::read(self.file("log")).expect("its log")).into_owned();
        let new = text[*from..].to_owned();
        *from = text.len();
        let field = |line: &str, name: &str| {
            let value = line.split_once(&format!("\"{name}\":\""))?.1;
            Some(value.split_once('"')?.0.to_owned())
        };
        let done = new.lines().filter(|line| line.contains("\"response completed\""));
        done.filter_map(|line| {
            let (method, path) = (field(line, "http.request.method")?, field(line, "http.request.uri")?);
            let path = path.split('?').next().unwrap_or_default();
            let path = path.split_once("/uploads/").map_or(path.to_owned(), |(above, _)| format!("{above}/uploads/"));
            Some(format!("{method} {path}"))
        })
        .collect()
    }
}

impl Drop for ImageRegistry {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
