//! Scenes of `check --run`: what is measured of a release that runs.

use crate::checked::{Checked, checked_with};
use crate::ledger::{release, running_as_root};
use crate::scene::Scene;
use crate::shop::commit;

/// A scene with a codebase whose declaration is that of the release.
fn released(declaration: &str) -> Scene {
    let scene = Scene::new();
    let app = format!("[app]\nname = \"shop\"\n{declaration}");
    release(&scene, declaration);
    scene.write("Cargo.toml", crate::checked::manifest(""));
    scene.write("Cargo.lock", crate::checked::lock(&[]));
    scene.write("src/main.rs", "fn main() {}\n");
    scene.write("twelve.toml", app);
    scene.git("init -q");
    commit(&scene, "first");
    scene
}

fn watched(scene: &Scene) -> Checked {
    let checked = checked_with(scene, &["--run", "--release-id", "v1"]);
    assert!(checked.document.get("error").is_none(), "{}", checked.outcome.page());
    checked
}

/// Python's own server, told by these lines what to do at SIGTERM.
fn python(lines: &str) -> String {
    format!("[processes.web]\ncommand = '''python3 -u -c \"\n{lines}\" '''\nport = true\nstop-timeout = \"2s\"\n")
}

#[test]
fn a_server_on_loopback_that_dies_of_sigterm_is_measured_so() {
    let checked = watched(&released("[processes.web]\ncommand = \"shop serve\"\nport = true\n"));
    assert_eq!(checked.outcome.code, Some(1), "{}", checked.outcome.page());
    checked.says(&[
        ("TF0751", "pass"),
        ("TF0752", "warn"),
        ("TF0851", "pass"),
        ("TF0852", "pass"),
        ("TF0952", "fail"),
        ("TF0953", "unknown"),
        ("TF0955", "pass"),
        ("TF0651", "pass"),
        ("TF1151", "pass"),
    ]);
    // What no source says is settled by what was seen.
    checked.says(&[("TF0701", "pass"), ("TF0702", "pass")]);
    assert!(checked.rule("TF0702")["why"].as_str().expect("why").contains("TF0751"));
}

#[test]
fn a_server_that_drains_refuses_and_ends_with_0_passes() {
    // A server that closes its port at SIGTERM, answers what it has, and ends.
    let lines = "import os,signal,socket,sys,threading\ns=socket.socket();s.setsockopt(socket.SOL_SOCKET,socket.SO_REUSEADDR,1)\n\
        s.bind(('0.0.0.0',int(os.environ['PORT'])));s.listen()\nopen_ones=[]\n\
        def serve(c):\n  f=c.makefile('rb')\n  while f.readline() not in (b'\\\\r\\\\n',b''): pass\n  c.sendall(b'HTTP/1.1 200 OK\\\\r\\\\nContent-Length: 0\\\\r\\\\n\\\\r\\\\n');c.close()\n\
        def stop(*a):\n  s.close();[t.join() for t in open_ones];print('drained');os._exit(0)\n\
        signal.signal(signal.SIGTERM,lambda *a: threading.Thread(target=stop).start());print('up')\n\
        while True:\n  try: c,_=s.accept()\n  except OSError: signal.pause()\n  t=threading.Thread(target=serve,args=(c,));t.start();open_ones.append(t)\n";
    let checked = watched(&released(&python(lines)));
    checked.says(&[
        ("TF0751", "pass"),
        ("TF0752", "pass"),
        ("TF0852", "pass"),
        ("TF0951", "pass"),
        ("TF0952", "pass"),
        ("TF0953", "pass"),
        ("TF0954", "pass"),
        ("TF0955", "pass"),
        ("TF1151", "pass"),
    ]);
}

#[test]
fn files_that_a_process_writes_in_its_home_are_named_and_logs_among_them() {
    let lines = "import os,socket,time\nhome=os.environ['HOME'];open(home+'/app.log','w').write('x');open(home+'/state','w').write('x')\n\
        s=socket.socket();s.bind(('0.0.0.0',int(os.environ['PORT'])));s.listen()\nwhile True: time.sleep(1)\n";
    let checked = watched(&released(&python(lines)));
    checked.says(&[("TF0651", "warn"), ("TF1152", "warn")]);
    let said = checked.rule("TF0651").to_string();
    assert!(said.contains("$HOME/app.log") && said.contains("$HOME/state"), "{said}");
}

/// Lines of a server that listens and does no more.
const LISTENS: &str = "s=socket.socket();s.setsockopt(socket.SOL_SOCKET,socket.SO_REUSEADDR,1);\
    s.bind(('0.0.0.0',int(os.environ['PORT'])));s.listen()\nwhile True: time.sleep(1)\n";

#[test]
fn files_that_are_written_anywhere_are_named_also_by_a_child_that_is_gone_and_others_are_not() {
    let (elsewhere, others) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let folder = elsewhere.path().display();
    let lines = format!(
        "import os,socket,subprocess,time\nopen('{folder}/paste','w').write('x');open(os.environ['TMPDIR']+'/passing','w').write('x')\n\
         os.makedirs('{folder}/new',exist_ok=True);open('{folder}/new/part','w').write('x');os.rename('{folder}/new/part','{folder}/new/whole')\n\
         subprocess.run(['sh','-c','echo x > {folder}/child; sleep 0.1'])\n{LISTENS}"
    );
    let scene = released(&python(&lines));
    let busy = others.path().join("noise");
    // It ends with its sender, also where this scene fails.
    let (goes_on, asked) = std::sync::mpsc::channel::<()>();
    let noise = std::thread::spawn(move || {
        let pause = std::time::Duration::from_millis(20);
        while asked.recv_timeout(pause) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
            std::fs::write(&busy, "somebody else's").expect("written");
        }
    });
    let checked = checked_with(&scene, &["--run", "--release-id", "v1"]);
    drop(goes_on);
    noise.join().expect("it wrote all the time");
    checked.says(&[("TF0651", "warn")]);
    let said = checked.rule("TF0651").to_string();
    for name in ["paste", "new/whole", "child"] {
        assert!(said.contains(&format!("\"{folder}/{name}\"")), "{name}: {said}");
    }
    assert!(!said.contains("passing\"") && !said.contains("noise\""), "{said}");
    assert!(said.contains(if running_as_root() { "fanotify" } else { "inotify" }), "{said}");
}

#[test]
fn what_is_written_into_the_release_is_named_and_does_not_end_the_watching() {
    if !running_as_root() {
        // Nobody else can write into a read-only tree: that is what it is for.
        return;
    }
    let lines = format!(
        "import os,socket,time\nos.makedirs('upload/empty',exist_ok=True);open('upload/paste','w').write('x')\n{LISTENS}"
    );
    let worker = "\n[processes.worker]\ncommand = '''sh -c 'trap \"exit 0\" TERM; while :; do sleep 0.05; done' '''\n";
    let checked = watched(&released(&(python(&lines) + worker)));
    checked.says(&[("TF0651", "warn"), ("TF0852", "pass"), ("TF0955", "pass")]);
    let said = checked.rule("TF0651").to_string();
    // Another process type did not write it.
    assert_eq!(checked.rule("TF0651")["findings"].as_array().map(Vec::len), Some(1), "{said}");
    assert!(said.contains("\"./upload/paste\"") && said.contains("\"./upload/empty/\""), "{said}");
}

#[test]
fn a_web_that_listens_without_being_given_a_port_is_said_and_asked_all_the_same() {
    let lines =
        "import os,socket,time\ns=socket.socket();s.bind(('0.0.0.0',0));s.listen()\nwhile True: time.sleep(1)\n";
    let checked = watched(&released(&python(lines).replace("port = true\n", "")));
    checked.says(&[("TF0751", "warn"), ("TF0852", "unknown"), ("TF0952", "fail"), ("TF0953", "fail")]);
    assert!(checked.rule("TF0751").to_string().contains("`web` is given no port and listens on"));
}

#[test]
fn a_process_that_ignores_sigterm_is_killed_and_one_that_ignores_its_port_is_found() {
    let deaf = "import os,signal,socket,time\nsignal.signal(signal.SIGTERM,signal.SIG_IGN)\n\
        s=socket.socket();s.bind(('0.0.0.0',0));s.listen()\nwhile True: time.sleep(1)\n";
    let checked = watched(&released(&python(deaf)));
    checked.says(&[("TF0751", "fail"), ("TF0952", "fail"), ("TF0953", "fail")]);
    assert!(checked.rule("TF0952").to_string().contains("was killed"));
}

#[test]
fn a_process_that_ends_before_it_is_up_is_unknown_and_never_a_finding() {
    let checked = watched(&released("[processes.web]\ncommand = \"shop exit 3\"\nport = true\n"));
    checked.says(&[("TF0751", "unknown"), ("TF0952", "unknown"), ("TF0651", "unknown")]);
    assert!(checked.rule("TF0751")["why"].as_str().expect("why").contains("ended with code 3"));
}

#[test]
fn a_process_that_says_why_it_cannot_start_holds_no_output_back() {
    let lines = "[processes.web]\ncommand = '''sh -c 'echo one; echo two; echo three; exit 1' '''\nport = true\n";
    watched(&released(lines)).says(&[("TF1151", "unknown"), ("TF0751", "unknown")]);
}

#[test]
fn a_worker_without_a_port_is_watched_too() {
    let worker = "[processes.worker]\ncommand = '''sh -c 'trap \"exit 0\" TERM; echo at work; while :; do sleep 0.05; done' '''\n";
    let checked = watched(&released(worker));
    checked.says(&[("TF0952", "pass"), ("TF1151", "pass"), ("TF0751", "unknown"), ("TF0953", "unknown")]);
}

#[test]
fn a_release_that_may_not_run_is_no_finding() {
    let contract =
        "[processes.web]\ncommand = \"shop serve\"\nport = true\n\n[config.vars.NEEDED]\ntype = \"string\"\n";
    let scene = released(contract);
    let outcome = scene.twelve(["check", "--run", "--release-id", "v1"]);
    assert_eq!(outcome.code, Some(78), "{}", outcome.page());
    assert!(outcome.stderr.contains("the release cannot be run"), "{}", outcome.page());
    assert_eq!(scene.twelve(["check", "--run", "--release-id", "v9"]).code, Some(66));
    assert_eq!(scene.twelve(["check", "--run"]).code, Some(2));
}

#[test]
fn a_service_that_is_away_is_said_and_not_hidden() {
    let contract = "\n[config.vars.DATABASE_URL]\ntype = \"service-url\"\nschemes = [\"postgres\"]\nsecret = true\n";
    let lines = |end: &str| {
        format!(
            "import os,socket,sys,time\nif '/away' in os.environ['DATABASE_URL']: {end}\ns=socket.socket();s.setsockopt(socket.SOL_SOCKET,socket.SO_REUSEADDR,1);\
             s.bind(('0.0.0.0',int(os.environ['PORT'])));s.listen()\nwhile True: time.sleep(1)\n"
        )
    };
    for (end, verdict) in [
        ("sys.exit('no database at DATABASE_URL')", "pass"),
        ("sys.exit(0)", "warn"),
        ("sys.exit(4)", "warn"),
        ("pass", "pass"),
    ] {
        let scene = released(&(python(&lines(end)) + contract));
        scene.write("prod.env", "DATABASE_URL=postgres://app:x@db.example.org/shop\n");
        let checked = checked_with(&scene, &["--run", "--release-id", "v1", "--env-file", "prod.env"]);
        checked.says(&[("TF0451", verdict)]);
    }
}

#[test]
fn each_service_is_away_in_its_turn_and_a_file_that_names_one_does_not_hide_it() {
    let contract = "\n[config.vars.DATABASE_URL]\ntype = \"service-url\"\nsecret = true\nfrom-file = true\n\
        [config.vars.CACHE_URL]\ntype = \"service-url\"\nschemes = [\"redis\"]\n";
    let lines = format!(
        "import os,socket,sys,time\nif '/away' in os.environ['DATABASE_URL']: sys.exit(0)\n\
         if '/away' in os.environ['CACHE_URL']: sys.exit('no cache at CACHE_URL')\n{LISTENS}"
    );
    let scene = released(&(python(&lines) + contract));
    scene.write("url", "postgres://app:x@db.example.org/shop\n");
    let file = scene.path().join("url");
    scene.write("prod.env", format!("DATABASE_URL_FILE={}\nCACHE_URL=redis://c.example.org\n", file.display()));
    let checked = checked_with(&scene, &["--run", "--release-id", "v1", "--env-file", "prod.env"]);
    checked.says(&[("TF0451", "warn")]);
    let rule = checked.rule("TF0451");
    assert!(rule["findings"][0]["message"].as_str().expect("one").contains("`DATABASE_URL`"), "{rule:#}");
    assert_eq!(rule["findings"].as_array().map(Vec::len), Some(1), "{rule:#}");
    assert!(rule["evidence"][0]["what"].as_str().expect("one").contains("`CACHE_URL`"), "{rule:#}");
}

#[test]
fn a_worker_is_watched_without_its_service_too_and_one_whose_address_is_refused_is_not_guessed() {
    let worker = "[processes.worker]\ncommand = '''sh -c 'case $QUEUE_URL in */away) exit 7;; esac; trap \"exit 0\" TERM; while :; do sleep 0.05; done' '''\n\
        [config.vars.QUEUE_URL]\ntype = \"service-url\"\n\
        [config.vars.MAIL_URL]\ntype = \"service-url\"\nmin-len = 200\n";
    let scene = released(worker);
    let long = "x".repeat(200);
    scene.write("prod.env", format!("QUEUE_URL=amqp://q.example.org\nMAIL_URL=smtp://mail.example.org/{long}\n"));
    let checked = checked_with(&scene, &["--run", "--release-id", "v1", "--env-file", "prod.env"]);
    checked.says(&[("TF0451", "warn")]);
    let rule = checked.rule("TF0451");
    assert!(
        rule["findings"][0]["message"].as_str().expect("one").contains("`worker` ends and says nothing"),
        "{rule:#}"
    );
    assert!(rule["evidence"][0]["details"][0].as_str().expect("one").contains("`MAIL_URL`"), "{rule:#}");
}
