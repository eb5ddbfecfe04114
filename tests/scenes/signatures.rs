//! Signatures and trust: `sign`, `release --sign`, and what `verify`, `run` and `admin` believe. Against the real
//! ssh-keygen and the real ssh-agent.

use super::ledger::{Released, release};
use super::scene::{Outcome, PROGRAM, Scene};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

const SHOP: &str = "[processes.web]\ncommand = \"shop env\"\n[admin.environment]\ncommand = \"shop env\"\n";
const NAMESPACE: &str = "release@cargo-twelve";

/// A scene with one release and the keys `ci` and `new`, of which the signers file lists none yet.
fn scene() -> (Scene, Released) {
    let scene = Scene::new();
    let released = release(&scene, SHOP);
    for name in ["ci", "new"] {
        key(&scene, name, "ed25519");
    }
    (scene, released)
}

/// Makes a key without a passphrase.
fn key(scene: &Scene, name: &str, kind: &str) {
    keygen(scene, &["-q", "-t", kind, "-N", "", "-C", name, "-f", name]);
}

fn keygen(scene: &Scene, words: &[&str]) -> Outcome {
    let outcome = scene.outcome(scene.command("ssh-keygen").args(words));
    assert_eq!(outcome.code, Some(0), "ssh-keygen {words:?}: {}", outcome.page());
    outcome
}

/// The public half of a key, without its comment.
fn public(scene: &Scene, name: &str) -> String {
    let text = fs::read_to_string(scene.path().join(format!("{name}.pub"))).expect("a public key");
    text.split_whitespace().take(2).collect::<Vec<_>>().join(" ")
}

/// Writes the signers file: a line a signer, `{ci}` stands for the key of that name.
fn signers(scene: &Scene, lines: &[&str]) {
    let mut text = "# who may release\n".to_owned();
    for line in lines {
        let mut line = (*line).to_owned();
        for name in ["ci", "new", "other"] {
            if line.contains(&format!("{{{name}}}")) {
                line = line.replace(&format!("{{{name}}}"), &public(scene, name));
            }
        }
        text += &format!("{line}\n");
    }
    scene.write("signers", text);
}

fn sign(scene: &Scene, key: &str) -> Outcome {
    scene.twelve(["sign", "shop@v1", "--key", key])
}

fn verify(scene: &Scene) -> Outcome {
    scene.twelve(["verify", "shop@v1", "--signers", "signers"])
}

/// Asserts that `verify`, `run` and `admin` all refuse, with 77, and say this.
fn refused_by_all(scene: &Scene, said: &str) {
    for words in [
        &["verify", "shop@v1"][..],
        &["run", "--release-id", "shop@v1"],
        &["admin", "--release-id", "shop@v1", "environment"],
    ] {
        let outcome = scene.twelve([words, &["--signers", "signers"]].concat());
        assert_eq!(outcome.code, Some(77), "{}", outcome.page());
        assert_eq!(outcome.stdout, "", "{}", outcome.page());
        assert!(outcome.stderr.contains(said), "`{said}` is not in:\n{}", outcome.page());
        assert!(outcome.stderr.contains("hint: "), "{}", outcome.page());
    }
}

#[test]
fn what_was_signed_by_a_listed_key_is_believed() {
    let (scene, _) = scene();
    signers(&scene, &["ci@example.org namespaces=\"release@cargo-twelve\" {ci}"]);
    let signed = sign(&scene, "ci");
    assert_eq!((signed.code, signed.stdout.as_str()), (Some(0), "v1.json.sig\n"), "{}", signed.page());
    let verified = verify(&scene);
    assert_eq!(verified.code, Some(0), "{}", verified.page());
    assert!(verified.stdout.contains("signed by ci@example.org (SHA256:"), "{}", verified.page());
    let run = scene.twelve(["run", "--release-id", "shop@v1", "--signers", "signers"]);
    assert_eq!(run.code, Some(0), "{}", run.page());
    // The variable says the same as the option.
    let mut admin = scene.command(PROGRAM);
    admin.env("TWELVE_SIGNERS", "signers").args(["admin", "--release-id", "shop@v1", "environment"]);
    assert_eq!(scene.outcome(&mut admin).code, Some(0));
}

#[test]
fn a_key_signs_a_release_once() {
    let (scene, released) = scene();
    assert_eq!(sign(&scene, "ci").stdout, "v1.json.sig\n");
    let again = sign(&scene, "ci");
    assert_eq!((again.code, again.stdout.as_str()), (Some(0), "v1.json.sig\n"), "{}", again.page());
    assert!(again.stderr.contains("is signed with") && again.stderr.contains("already"), "{}", again.page());
    assert_eq!(sign(&scene, "new").stdout, "v1.json.sig.2\n");
    assert!(!released.record.with_extension("json.sig.3").exists());
}

#[test]
fn ssh_keygen_accepts_what_we_sign_with_keys_of_every_kind() {
    let (scene, released) = scene();
    for (kind, name) in [("ed25519", "ed"), ("ecdsa", "ec"), ("rsa", "rs")] {
        key(&scene, name, kind);
        let file = sign(&scene, name).stdout;
        let line = format!("ci@example.org namespaces=\"{NAMESPACE}\" {}\n", public(&scene, name));
        scene.write("signers", line);
        let signature = released.record.with_file_name(file.trim());
        let mut command = scene.command("ssh-keygen");
        command.args(["-Y", "verify", "-f", "signers", "-I", "ci@example.org", "-n", NAMESPACE, "-s"]).arg(&signature);
        command.stdin(fs::File::open(&released.record).expect("the record"));
        let outcome = scene.outcome(&mut command);
        assert_eq!(outcome.code, Some(0), "{kind}: {}", outcome.page());
        let ours = verify(&scene);
        assert_eq!(ours.code, Some(0), "{kind}: {}", ours.page());
    }
}

#[test]
fn we_accept_what_ssh_keygen_signs_with_keys_of_every_kind() {
    for kind in ["ed25519", "ecdsa", "rsa"] {
        let scene = Scene::new();
        let released = release(&scene, SHOP);
        key(&scene, "other", kind);
        let record = released.record.to_str().expect("text");
        keygen(&scene, &["-Y", "sign", "-q", "-f", "other", "-n", NAMESPACE, record]);
        signers(&scene, &["builder {other} a comment behind"]);
        let outcome = verify(&scene);
        assert_eq!(outcome.code, Some(0), "{kind}: {}", outcome.page());
        let run = scene.twelve(["run", "--release-id", "shop@v1", "--signers", "signers"]);
        assert_eq!(run.code, Some(0), "{kind}: {}", run.page());
    }
}

#[test]
fn an_unsigned_release_is_refused() {
    let (scene, _) = scene();
    signers(&scene, &["ci {ci}"]);
    refused_by_all(&scene, "`shop` v1 is not signed");
}

#[test]
fn what_is_not_signed_is_signed_by_the_line_that_the_refusal_says() {
    let (scene, _) = scene();
    signers(&scene, &["ci {ci}"]);
    let line = |outcome: &Outcome| {
        let hint = outcome.stderr.lines().find(|line| line.starts_with("hint: ")).expect("a hint").to_owned();
        let line = hint.split('`').nth(1).expect("a line").to_owned();
        line.strip_prefix("cargo twelve ").expect("a command of ours").replace("KEYFILE", "ci")
    };
    let said = line(&verify(&scene));
    assert_eq!(said, "sign shop@v1 --key ci");
    // Somebody else's signature changes nothing about that.
    sign(&scene, "new");
    assert_eq!(line(&verify(&scene)), said);
    assert_eq!(scene.twelve(said.split(' ')).code, Some(0));
    assert_eq!(verify(&scene).code, Some(0));
}

#[test]
fn a_key_that_nobody_lists_is_refused_by_its_fingerprint() {
    let (scene, _) = scene();
    signers(&scene, &["ci {ci}"]);
    sign(&scene, "new");
    let listed = keygen(&scene, &["-l", "-f", "new.pub"]).stdout;
    let fingerprint = listed.split_whitespace().find(|word| word.starts_with("SHA256:")).expect("a fingerprint");
    let said = format!("`v1.json.sig` is by the key {fingerprint}, which `signers` does not list");
    refused_by_all(&scene, &said);
}

#[test]
fn a_signature_for_another_purpose_is_refused() {
    let (scene, released) = scene();
    keygen(&scene, &["-Y", "sign", "-q", "-f", "ci", "-n", "file", released.record.to_str().expect("text")]);
    signers(&scene, &["ci {ci}"]);
    refused_by_all(&scene, "`v1.json.sig` was made for the namespace `file`");
}

#[test]
fn a_key_that_is_listed_for_other_purposes_is_refused() {
    let (scene, _) = scene();
    sign(&scene, "ci");
    signers(&scene, &["ci namespaces=\"file,deploy@cargo-twelve\" {ci}"]);
    refused_by_all(&scene, "is by a key that signers:2 does not let sign for `release@cargo-twelve`");
}

#[test]
fn a_key_out_of_its_time_is_refused() {
    let (scene, _) = scene();
    sign(&scene, "ci");
    signers(&scene, &["ci valid-before=\"20200101Z\" {ci}"]);
    refused_by_all(&scene, "is by a key that expired at 2020-01-01T00:00:00Z (signers:2)");
    signers(&scene, &["ci valid-after=\"22000101Z\" {ci}"]);
    refused_by_all(&scene, "is by a key that is valid from 2200-01-01T00:00:00Z on (signers:2)");
    signers(&scene, &["ci valid-before=20200101 {ci}", "ci valid-after=20200101 {ci}"]);
    assert_eq!(verify(&scene).code, Some(0), "one line is enough");
}

#[test]
fn a_signature_of_other_bytes_is_refused() {
    let (scene, first) = scene();
    let second = release(&scene, SHOP);
    sign(&scene, "ci");
    fs::copy(first.record.with_extension("json.sig"), second.record.with_extension("json.sig")).expect("copied");
    signers(&scene, &["ci {ci}"]);
    let outcome = scene.twelve(["verify", "shop@v2", "--signers", "signers"]);
    assert_eq!(outcome.code, Some(77), "{}", outcome.page());
    assert!(outcome.stderr.contains("`v2.json.sig` is not one of these bytes"), "{}", outcome.page());
    // What is no signature at all is said so, and one good signature beside it is enough.
    fs::write(second.record.with_extension("json.sig.2"), "no signature\n").expect("written");
    let outcome = scene.twelve(["run", "--release-id", "shop@v2", "--signers", "signers"]);
    assert!(outcome.stderr.contains("`v2.json.sig.2` is no SSH signature"), "{}", outcome.page());
    assert_eq!(scene.twelve(["sign", "shop@v2", "--key", "ci"]).stdout, "v2.json.sig.3\n");
    let outcome = scene.twelve(["run", "--release-id", "shop@v2", "--signers", "signers"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.page());
}

#[test]
fn a_signed_record_that_was_moved_is_refused_as_what_it_is() {
    let (scene, first) = scene();
    let second = release(&scene, SHOP);
    sign(&scene, "ci");
    signers(&scene, &["ci {ci}"]);
    for (from, to) in [("json", "json"), ("json.sig", "json.sig")] {
        fs::copy(first.record.with_extension(from), second.record.with_extension(to)).expect("copied");
    }
    let cart = scene.store().join("cart/releases");
    fs::create_dir_all(&cart).expect("a folder");
    for name in ["v1.json", "v1.json.sig"] {
        fs::copy(first.record.with_file_name(name), cart.join(name)).expect("copied");
    }
    for (release, what) in [("shop@v2", "`shop` v2"), ("cart@v1", "`cart` v1")] {
        for words in [&["verify", release][..], &["run", "--release-id", release]] {
            let outcome = scene.twelve([words, &["--signers", "signers"]].concat());
            assert_eq!(outcome.code, Some(77), "{}", outcome.page());
            let said = format!("what lies in the place of {what} is the signed record of `shop` v1");
            assert!(outcome.stderr.contains(&said), "{}", outcome.page());
        }
        assert_eq!(scene.twelve(["verify", release]).code, Some(65), "without signers it is damage");
    }
}

#[test]
fn signers_are_counted_by_their_keys() {
    let (scene, released) = scene();
    signers(&scene, &["ci {ci}", "builder {new}"]);
    let two = ["verify", "shop@v1", "--signers", "signers", "--require-signers", "2"];
    sign(&scene, "ci");
    // The same key once more, in a file of its own.
    let standing = fs::read_to_string(released.record.with_extension("json.sig")).expect("a signature");
    fs::write(released.record.with_extension("json.sig.2"), standing + "\n").expect("written");
    let outcome = scene.twelve(two);
    assert_eq!(outcome.code, Some(77), "{}", outcome.page());
    assert!(outcome.stderr.contains("not signed by 2 trusted keys, but by 1"), "{}", outcome.page());
    assert_eq!(sign(&scene, "new").stdout, "v1.json.sig.3\n");
    let outcome = scene.twelve(two);
    assert_eq!(outcome.code, Some(0), "{}", outcome.page());
    assert!(outcome.stdout.contains("signed by builder (") && outcome.stdout.contains("signed by ci ("));
    assert_eq!(scene.twelve(["verify", "shop@v1", "--require-signers", "2"]).code, Some(2), "of which signers?");
}

#[test]
fn a_rotated_key_reaches_a_server_that_has_the_release_already() {
    let (scene, _) = scene();
    sign(&scene, "ci");
    signers(&scene, &["ci {ci}"]);
    let run = || scene.twelve(["run", "--release-id", "shop@v1", "--signers", "signers"]);
    assert_eq!(run().code, Some(0));
    signers(&scene, &["ci {new}"]);
    assert_eq!(run().code, Some(77), "its record is kept here with the old signature alone");
    sign(&scene, "new");
    assert_eq!(run().code, Some(0));
    fs::rename(scene.store(), scene.path().join("away")).expect("moved");
    assert_eq!(run().code, Some(0), "and from then on with the store out of reach");
}

#[test]
fn a_signers_file_that_others_can_write_is_warned_of() {
    let (scene, _) = scene();
    sign(&scene, "ci");
    signers(&scene, &["ci {ci}"]);
    let warning = "others than its owner can write `signers`";
    assert!(!verify(&scene).stderr.contains(warning));
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o666);
    fs::set_permissions(scene.path().join("signers"), open).expect("opened");
    let outcome = verify(&scene);
    assert!(outcome.stderr.contains(warning) && outcome.stderr.contains("`chmod go-w signers`"), "{}", outcome.page());
}

#[test]
fn a_signers_file_that_cannot_be_read_is_refused_with_its_place() {
    let (scene, _) = scene();
    sign(&scene, "ci");
    signers(&scene, &["ci cert-authority {ci}"]);
    let outcome = verify(&scene);
    assert_eq!(outcome.code, Some(65), "{}", outcome.page());
    assert!(outcome.stderr.contains("signers:2: `cert-authority` is not understood here"), "{}", outcome.page());
    let outcome = scene.twelve(["verify", "shop@v1", "--signers", "nowhere"]);
    assert_eq!(outcome.code, Some(2), "{}", outcome.page());
    assert!(outcome.stderr.contains("there is no signers file `nowhere`"), "{}", outcome.page());
}

#[test]
fn a_key_with_a_passphrase_is_opened_by_a_variable_and_its_passphrase_never_shown() {
    let (scene, _) = scene();
    keygen(&scene, &["-q", "-t", "ed25519", "-a", "1", "-N", "correct horse", "-f", "locked"]);
    let locked = sign(&scene, "locked");
    assert_eq!(locked.code, Some(2), "{}", locked.page());
    assert!(locked.stderr.contains("the key `[SCENE]/work/locked` has a passphrase"), "{}", locked.page());
    assert!(locked.stderr.contains("TWELVE_KEY_PASSPHRASE"), "{}", locked.page());
    let with = |passphrase: &str| {
        let mut command = scene.command(PROGRAM);
        command.env("TWELVE_KEY_PASSPHRASE", passphrase).args(["sign", "shop@v1", "--key", "locked"]);
        scene.outcome(&mut command)
    };
    let wrong = with("battery staple");
    assert_eq!(wrong.code, Some(77), "{}", wrong.page());
    assert!(!wrong.stderr.contains("battery"), "{}", wrong.page());
    assert_eq!(with("correct horse").code, Some(0));
}

#[test]
fn what_is_no_key_is_refused_by_name() {
    let (scene, released) = scene();
    scene.write("text", "hello\n");
    keygen(&scene, &["-q", "-t", "rsa", "-b", "2048", "-m", "PEM", "-N", "", "-f", "old"]);
    for (name, code, said) in [
        ("nowhere", 66, "the key `[SCENE]/work/nowhere` cannot be read"),
        ("text", 65, "it is neither a private nor a public key of OpenSSH"),
        ("old", 65, "it is no OpenSSH key: `ssh-keygen -p -f [SCENE]/work/old` makes it one"),
        ("ci.pub", 2, "is a public key, and no ssh-agent is there"),
    ] {
        let outcome = sign(&scene, name);
        assert_eq!(outcome.code, Some(code), "{}", outcome.page());
        assert!(outcome.stderr.contains(said), "{}", outcome.page());
    }
    assert!(!released.record.with_extension("json.sig").exists(), "nothing half made");
}

/// A real ssh-agent, stopped by its pid when this is dropped.
struct Agent {
    socket: PathBuf,
    child: std::process::Child,
}

impl Agent {
    fn start(scene: &Scene) -> Self {
        let socket = scene.path().join("agent");
        let mut command = scene.command("ssh-agent");
        command.arg("-D").arg("-a").arg(&socket).stdout(std::process::Stdio::null());
        let child = command.spawn().expect("ssh-agent starts");
        super::running::wait_until("the agent's socket", || socket.exists().then_some(()));
        Self { socket, child }
    }

    fn command(&self, scene: &Scene, program: &str) -> Command {
        let mut command = scene.command(program);
        command.env("SSH_AUTH_SOCK", &self.socket);
        command
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn an_ssh_agent_signs_with_the_key_whose_public_half_is_named() {
    let (scene, _) = scene();
    let agent = Agent::start(&scene);
    for (kind, name) in [("ed25519", "ed"), ("ecdsa", "ec"), ("rsa", "rs")] {
        key(&scene, name, kind);
        let public_half = format!("{name}.pub");
        let sign = || {
            let mut command = agent.command(&scene, PROGRAM);
            scene.outcome(command.args(["sign", "shop@v1", "--key", &public_half]))
        };
        let refused = sign();
        assert_eq!(refused.code, Some(69), "it does not hold it yet: {}", refused.page());
        assert!(refused.stderr.contains("does not sign with the key SHA256:"), "{}", refused.page());
        let added = scene.outcome(agent.command(&scene, "ssh-add").arg(name));
        assert_eq!(added.code, Some(0), "{}", added.page());
        let signed = sign();
        assert_eq!(signed.code, Some(0), "{kind}: {}", signed.page());
        scene.write("signers", format!("ci {}\n", public(&scene, name)));
        let verified = verify(&scene);
        assert_eq!(verified.code, Some(0), "{kind}: {}", verified.page());
    }
}

#[cfg(feature = "build")]
#[test]
fn a_release_is_signed_as_it_is_made_and_its_signature_is_among_the_portable_files() {
    let scene = super::shop::shop();
    scene.git("rev-parse HEAD");
    fs::create_dir(scene.path().join("target")).expect("a folder");
    keygen(&scene, &["-q", "-t", "ed25519", "-N", "", "-f", "target/ci"]);
    let missing = scene.twelve(["release", "--sign", "target/nowhere"]);
    assert_eq!(missing.code, Some(66), "{}", missing.page());
    assert!(!missing.stderr.contains("Compiling"), "found before anything is compiled: {}", missing.page());
    for _ in 0..2 {
        let outcome = scene.twelve(["release", "--sign", "target/ci"]);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(0), "v1\n"), "{}", outcome.page());
    }
    let portable = scene.path().join("target/twelve");
    let kept = scene.store().join("shop/releases/v1.json.sig");
    assert_eq!(
        fs::read(portable.join("shop-1.4.0-v1.json.sig")).expect("portable"),
        fs::read(kept).expect("in the store")
    );
    assert!(!portable.join("shop-1.4.0-v1.json.sig.2").exists(), "a retry signs nothing twice");
    scene.write("target/signers", format!("ci {}\n", public(&scene, "target/ci")));
    let verified = scene.twelve(["verify", "v1", "--signers", "target/signers"]);
    assert_eq!(verified.code, Some(0), "{}", verified.page());
}

#[test]
fn a_key_that_went_through_a_secret_of_ci_signs_whatever_became_of_its_line_ends() {
    let (scene, _) = scene();
    signers(&scene, &["ci namespaces=\"release@cargo-twelve\" {ci}"]);
    let key = fs::read_to_string(scene.path().join("ci")).expect("the key");
    for text in [key.trim_end().to_owned(), format!("{key}\n\n"), key.replace('\n', "\r\n")] {
        scene.write("pasted", text);
        let _ = fs::remove_file(scene.store().join("shop/releases/v1.json.sig"));
        let signed = sign(&scene, "pasted");
        assert_eq!(signed.code, Some(0), "{}", signed.page());
        assert_eq!(verify(&scene).code, Some(0));
    }
}
