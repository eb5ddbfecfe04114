//! Scenes of the units of `export systemd` under a systemd that was really booted.

use super::booted::Booted;
use super::ledger::release;
use super::running::wait_until;
use super::scene::{PROGRAM, Scene};
use std::path::Path;

const SHOP: &str = "[processes.web]\ncommand = \"shop serve\"\nport = true\nready = \"/readyz\"\ncount = 2\n\n\
    [processes.worker]\ncommand = '''sh -c 'echo key $SESSION_KEY greets $GREETING; echo x > /var/lib/shop/kept && echo kept; \
    echo x > \"$0\"/new || echo tree closed; trap \"echo asked\" TERM; while :; do sleep 0.1; done' static'''\n\
    restart = \"always\"\nstop-timeout = \"1s\"\n\n\
    [processes.late]\ncommand = \"sleep 60\"\nport = true\nstart-timeout = \"300ms\"\ncount = 0\n\n\
    [admin.migrate]\ncommand = \"sh -c 'echo $PROCESS with $GREETING; exit 3'\"\nbefore-deploy = true\n\n\
    [admin.report]\ncommand = \"shop arguments nightly\"\nschedule = \"0 3 * * *\"\n\n\
    [config.vars.GREETING]\ntype = \"string\"\n\n\
    [config.vars.SESSION_KEY]\ntype = \"string\"\nsecret = true\nfrom-file = true\n\n\
    [sandbox]\nwritable = [\"/var/lib/shop\"]\n";

/// The base of the ports that most scenes have.
const PORT: [&str; 2] = ["--port", "6000"];

/// A systemd into which the scene's store, its working folder and the program are bound.
fn booted(scene: &Scene) -> Option<Booted> {
    let (store, work) = (scene.store(), scene.path());
    Booted::start(scene, &[(&store, "/srv/store"), (&work, "/srv/work"), (Path::new(PROGRAM), "/srv/cargo-twelve")])
}

/// Exports a release and installs its units as `docs/operations.md` says.
fn install(scene: &Scene, booted: &Booted, release: &str, more: &[&str]) {
    let words = ["export", "systemd", "--release-id", release, "--env-file", "prod.env", "--to", "units"];
    let server = ["--server-program", "/srv/cargo-twelve", "--server-store", "/srv/store"];
    let outcome = scene.twelve(words.iter().chain(&server).chain(more));
    assert_eq!(outcome.code, Some(0), "{}", outcome.page());
    booted.says(&["sh", "-c", "cp /srv/work/units/* /etc/systemd/system/ && systemctl daemon-reload"]);
}

/// The answer to a request, from inside. One line, since what is left unread resets the connection.
fn get(booted: &Booted, port: u16) -> String {
    let script = format!("exec 3<>/dev/tcp/127.0.0.1/{port}; printf 'GET / HTTP/1.1\\n' >&3; timeout 20 cat <&3");
    booted.says(&["bash", "-c", &script])
}

#[test]
fn a_formation_runs_under_systemd_with_no_supervisor_in_between() {
    let scene = Scene::new();
    release(&scene, SHOP);
    release(&scene, SHOP);
    scene.write("prod.env", "GREETING='it is 50% $HOME'\nSESSION_KEY_FILE=/etc/shop/session.key\n");
    let Some(booted) = booted(&scene) else { return };
    booted.says(&[
        "sh",
        "-c",
        "umask 077; mkdir /etc/shop && cp /srv/work/prod.env /etc/shop && echo hunter2 > /etc/shop/session.key",
    ]);
    install(&scene, &booted, "shop@v2", &PORT);

    // It comes up with the machine, and is ready when starting it returns.
    booted.says(&["systemctl", "enable", "--now", "--quiet", "shop.target"]);
    let units = ["shop-web@1", "shop-web@2", "shop-worker@1", "shop-admin-report.timer"];
    for unit in units {
        let journal = || booted.says(&["journalctl", "-o", "short", "--no-pager"]);
        assert_eq!(booted.property(unit, "ActiveState"), "active", "{unit}: {}", journal());
    }
    for port in [6000, 6001] {
        assert!(get(&booted, port).ends_with("ok"), "{port}");
    }
    assert!(booted.property("shop-admin-report.timer", "TimersCalendar").contains("03:00:00 UTC"));

    // systemd's main process is the app itself, which neither root nor a user of /etc/passwd runs.
    let pid = booted.property("shop-web@1", "MainPID");
    let process = booted.says(&[
        "sh",
        "-c",
        &format!("cat /proc/{pid}/comm; ps -o user= -p {pid}; tr '\\0' '\\n' < /proc/{pid}/environ"),
    ]);
    assert!(process.starts_with("shop\n"), "{process}");
    assert!(
        process.contains("twelve-shop") && process.contains("PROCESS=web.1\n") && process.contains("PORT=6000\n"),
        "{process}"
    );
    assert!(!process.contains("CREDENTIALS_DIRECTORY") && !process.contains("TWELVE_STORE"), "{process}");

    // The config arrives, the secret by a file; the tree is closed, what the sandbox declares is open.
    let worker =
        wait_until("the worker", || Some(booted.journal("shop-worker.1")).filter(|said| said.contains("tree closed")));
    assert!(worker.contains("key hunter2 greets it is 50% $HOME\n") && worker.contains("kept\n"), "{worker}");
    assert!(worker.contains("enforced: ") && worker.contains("writes only to"), "{worker}");

    // What is killed is started again, and is ready again.
    booted.says(&["kill", "-KILL", &pid]);
    booted.wait_for("shop-web@1", "NRestarts", "1");
    booted.wait_for("shop-web@1", "ActiveState", "active");
    assert!(get(&booted, 6000).ends_with("ok"));
    assert_ne!(booted.property("shop-web@1", "MainPID"), pid);

    // One more instance has the next port.
    booted.says(&["systemctl", "start", "shop-web@3"]);
    assert!(get(&booted, 6002).ends_with("ok"));

    // What never becomes ready fails, and says so.
    let started = booted.inside(&["systemctl", "start", "shop-late@1"]).expect("it is booted");
    assert!(!started.status.success());
    assert!(
        booted
            .says(&["journalctl", "-o", "cat", "-u", "shop-late@1"])
            .contains("port 6200 was not ready within 300 ms")
    );
    booted.says(&["systemctl", "stop", "shop-late@1"]);

    // An admin process passes its code on.
    let migrated = booted.inside(&["systemctl", "start", "shop-admin-migrate"]).expect("it is booted");
    assert!(!migrated.status.success());
    assert_eq!(booted.property("shop-admin-migrate", "ExecMainStatus"), "3");
    assert!(booted.journal("shop-admin.migrate").contains("admin.migrate with it is 50% $HOME\n"));
    booted.says(&["systemctl", "start", "shop-admin-report"]);
    assert!(booted.journal("shop-admin.report").contains("nightly\n"));

    // Who does not stop is killed after its time.
    booted.says(&["systemctl", "stop", "shop-worker@1"]);
    assert_eq!(booted.property("shop-worker@1", "Result"), "timeout");
    assert!(booted.journal("shop-worker.1").contains("asked\n"));

    // Going back: the units of an older release say so themselves, with the store out of reach or not.
    install(&scene, &booted, "shop@v1", &PORT);
    booted.says(&["systemctl", "restart", "shop-web@1"]);
    let pid = booted.property("shop-web@1", "MainPID");
    assert!(booted.says(&["sh", "-c", &format!("tr '\\0' '\\n' < /proc/{pid}/environ")]).contains("RELEASE_ID=v1\n"));
    booted.says(&["systemctl", "stop", "shop.target"]);
    for unit in ["shop-web@1", "shop-web@2", "shop-web@3"] {
        assert_eq!(booted.property(unit, "ActiveState"), "inactive", "{unit} belongs to the target");
    }
}

#[test]
fn sockets_of_systemd_lose_no_connection_over_a_restart() {
    let scene = Scene::new();
    release(&scene, "[processes.web]\ncommand = \"shop listen 1\"\nport = true\nrestart = \"always\"\ncount = 2\n");
    scene.write("prod.env", "");
    let Some(booted) = booted(&scene) else { return };
    booted.says(&["sh", "-c", "mkdir /etc/shop && cp /srv/work/prod.env /etc/shop"]);
    install(&scene, &booted, "shop@v1", &["--own-sockets", "--port", "6000"]);
    booted.says(&["systemctl", "start", "shop.target"]);
    // Each process answers one request and ends; what comes while none lives waits in systemd's socket.
    let pids: Vec<String> = (0..4).map(|_| get(&booted, 6001).trim().to_owned()).collect();
    let mut different = pids.clone();
    different.sort();
    different.dedup();
    assert_eq!(different.len(), 4, "{pids:?}");
    assert!(booted.journal("shop-web.2").contains("sockets=1 names="), "{}", booted.journal("shop-web.2"));
    assert!(get(&booted, 6000).trim().parse::<u32>().is_ok());
}

#[test]
fn a_signed_release_binds_a_low_port_and_an_unsigned_one_does_not_come_to_the_machine() {
    let scene = Scene::new();
    release(&scene, "[processes.web]\ncommand = \"shop serve\"\nport = true\n");
    release(&scene, "[processes.web]\ncommand = \"shop serve\"\nport = true\n");
    let made =
        scene.outcome(scene.command("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-C", "ci", "-f", "key"]));
    assert_eq!(made.code, Some(0), "{}", made.page());
    let key = std::fs::read_to_string(scene.path().join("key.pub")).expect("a key");
    scene.write("signers", format!("ci@example.org {key}"));
    let signed = scene.twelve(["sign", "shop@v1", "--key", "key"]);
    assert_eq!(signed.code, Some(0), "{}", signed.page());
    scene.write("prod.env", "");
    let Some(booted) = booted(&scene) else { return };
    booted.says(&["sh", "-c", "mkdir /etc/shop && cp /srv/work/prod.env /srv/work/signers /etc/shop"]);
    let more = ["--port", "80", "--server-signers", "/etc/shop/signers"];
    install(&scene, &booted, "shop@v1", &more);
    booted.says(&["systemctl", "start", "shop.target"]);
    assert!(get(&booted, 80).ends_with("ok"), "{}", booted.journal("shop-web.1"));
    assert_eq!(booted.journal("shop-web.1").matches("warning").count(), 0, "{}", booted.journal("shop-web.1"));
    install(&scene, &booted, "shop@v2", &more);
    let refused = booted.inside(&["systemctl", "restart", "shop-web@1"]).expect("it is booted");
    assert!(!refused.status.success());
    for unit in ["shop-pull", "shop-web@1"] {
        assert_eq!(booted.property(unit, "ExecMainStatus"), "77", "{unit}: {}", booted.journal("shop-web.1"));
    }
    assert_eq!(booted.property("shop-web@1", "ActiveState"), "failed", "another start would only repeat it");
}
