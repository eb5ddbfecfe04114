//! `cargo twelve build`: from a commit, never from the working tree.

use crate::scene::{PROGRAM, Scene};
use crate::shop::{commit, compiled_program_prints, shop, shop_with_packages};
use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

#[test]
fn one_commit_gives_one_build_in_any_folder() {
    let scene = shop_with_packages();
    let first = scene.twelve(["build"]).build_id();
    scene.git("clone -q . ../elsewhere/of/another/depth");
    let home = crate::shop::cargo_home(&scene);
    let clone = scene.path().join("../elsewhere/of/another/depth");
    let mut elsewhere = scene.command("sh");
    elsewhere.args(["-c", "umask 077 && exec \"$0\" build", PROGRAM]).current_dir(clone).env("CARGO_HOME", home);
    assert_eq!(scene.outcome(&mut elsewhere).build_id(), first);
}

#[test]
fn what_happens_is_told_as_json_for_programs() {
    let scene = shop_with_packages();
    let id = scene.twelve(["build", "--format", "json"]);
    let built = id.stdout.lines().last().expect("an event");
    assert!(built.starts_with(r#"{"format":1,"event":"built","build":""#), "{built}");
    assert!(id.stdout.contains(r#""event":"lock_verified","packages":2"#), "{}", id.stdout);
}

#[test]
fn a_dirty_tree_is_refused_with_its_diff_stat_unless_a_commit_is_named() {
    let scene = shop();
    let clean = scene.twelve(["build"]).build_id();
    scene.write("src/main.rs", "fn main() {\n    println!(\"two\");\n}\n");
    scene.write("untracked.rs", "no part of this\n");
    scene
        .twelve(["build"])
        .refused(77, &["src/main.rs | 2 +-", "1 file changed, 1 insertion(+), 1 deletion(-)", "--rev HEAD"]);
    scene.git("add src/main.rs");
    scene.twelve(["build"]).refused(77, &["src/main.rs | 2 +-"]);
    assert_eq!(scene.twelve(["build", "--rev", "HEAD"]).build_id(), clean);
    scene.git("reset -q --hard");
    assert_eq!(scene.twelve(["build"]).build_id(), clean, "an untracked file does not matter");
}

#[test]
fn a_stale_artefact_of_another_commit_is_never_packed() {
    let scene = shop();
    scene.write("src/main.rs", "fn main() {\n    print!(include_str!(\"../greeting.txt\"));\n}\n");
    scene.write("greeting.txt", "one");
    commit(&scene, "a");
    let a = scene.twelve(["build"]).build_id();
    scene.write("greeting.txt", "two");
    commit(&scene, "b");
    let b = scene.twelve(["build"]).build_id();
    assert_eq!(compiled_program_prints(&scene), "two");
    assert_eq!(scene.twelve(["build", "--rev", "HEAD~1"]).build_id(), a);
    assert_eq!(compiled_program_prints(&scene), "one");
    assert_eq!(scene.twelve(["build"]).build_id(), b);
    std::fs::remove_dir_all(scene.path().join("target")).expect("it stands");
    assert_eq!(scene.twelve(["build"]).build_id(), b, "a warm build is a cold one");
}

#[test]
fn what_a_build_script_reads_without_a_word_is_seen_too() {
    let scene = shop();
    // A fixed mtime in the build script's list of inputs: cargo would see no change of the template.
    let script = "fn main() {\n    println!(\"cargo::rerun-if-changed=build.rs\");\n    let text = std::fs::read_to_string(\"page.txt\").unwrap();\n    println!(\"cargo::rustc-env=PAGE={}\", text.trim());\n}\n";
    scene.write("build.rs", script);
    scene.write("page.txt", "one\n");
    scene.write("src/main.rs", "fn main() {\n    println!(env!(\"PAGE\"));\n}\n");
    commit(&scene, "a");
    let a = scene.twelve(["build"]).build_id();
    scene.write("page.txt", "two\n");
    commit(&scene, "b");
    assert_ne!(scene.twelve(["build"]).build_id(), a);
    assert_eq!(
        compiled_program_prints(&scene),
        "two
"
    );
    assert_eq!(scene.twelve(["build", "--rev", "HEAD~1"]).build_id(), a);
}

#[test]
fn a_detached_head_is_as_good_as_a_branch() {
    let scene = shop();
    let id = scene.twelve(["build"]).build_id();
    scene.git("checkout -q --detach");
    assert_eq!(scene.twelve(["build"]).build_id(), id);
}

#[test]
fn a_commit_that_does_not_compile_is_no_build() {
    let scene = shop();
    scene.write("src/main.rs", "fn main() { oops }\n");
    commit(&scene, "broken");
    scene.twelve(["build"]).refused(1, &["cannot find value `oops`", "error: the commit does not compile"]);
}

#[test]
fn an_asset_is_a_file_of_the_commit_and_takes_no_reserved_name() {
    let scene = shop();
    scene.write("twelve.toml", "[build]\nassets = [\"**\"]\n");
    commit(&scene, "all");
    scene.twelve(["build"]).refused(65, &["asset `Cargo.lock` has the name of a part that every build has"]);
    scene.write("twelve.toml", "[build]\nassets = [\"static/**\"]\n");
    std::os::unix::fs::symlink("site.css", scene.path().join("static/link.css")).expect("a link");
    commit(&scene, "link");
    scene.twelve(["build"]).refused(77, &["asset `static/link.css` is a link"]);
    std::fs::remove_file(scene.path().join("static/link.css")).expect("it stands");
    scene.write("static/big.bin", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n");
    commit(&scene, "pointer");
    scene.twelve(["build"]).refused(77, &["asset `static/big.bin` is a pointer to a file that git LFS keeps"]);
}

#[test]
fn assets_of_a_build_script_come_from_its_own_folder() {
    let scene = shop();
    scene.write("twelve.toml", "[build]\nout-assets = [\"dist/**\"]\n");
    commit(&scene, "declared");
    scene.twelve(["build"]).refused(65, &["package `shop` has no build script"]);
    let script = "fn main() {\n    let out = std::env::var(\"OUT_DIR\").unwrap();\n    std::fs::create_dir_all(format!(\"{out}/dist\")).unwrap();\n    std::fs::write(format!(\"{out}/dist/app.js\"), \"1\").unwrap();\n}\n";
    scene.write("build.rs", script);
    commit(&scene, "script");
    let built = scene.twelve(["build", "--format", "json"]);
    assert!(built.stdout.contains(r#""event":"packing","files":5"#), "{}", built.page());
}

#[test]
fn a_signal_during_a_build_leaves_nothing_half_made() {
    let (scene, mut child, script) = started_slow_build();
    kill(child.id(), Signal::INT);
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
    assert!(eventually(|| is_gone(script)), "the build script was left behind");
    let left = std::fs::read_dir(work(&scene).join("tmp")).expect("the folder").count();
    assert_eq!(left, 0, "something half made was left behind");
    scene.write("build.rs", "fn main() {}\n");
    commit(&scene, "quick");
    scene.twelve(["build"]).build_id();
}

#[test]
fn a_build_that_is_killed_takes_its_compiler_with_it() {
    let (scene, mut child, script) = started_slow_build();
    kill(child.id(), Signal::KILL);
    child.wait().expect("it ends");
    assert!(eventually(|| is_gone(script)), "the build script was left behind");
    scene.write("build.rs", "fn main() {}\n");
    commit(&scene, "quick");
    let next = scene.twelve(["build"]);
    next.build_id();
    assert!(!next.stderr.contains("waiting"), "the next build waited for an orphan:\n{}", next.page());
}

#[test]
fn what_a_build_script_left_running_ends_with_the_build() {
    let scene = shop();
    // It holds none of cargo's pipes, so that nothing waits for it.
    let script = "use std::process::{Command, Stdio};\nfn main() {\n    let mut left = Command::new(\"sleep\");\n    left.arg(\"60\").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());\n    std::fs::write(\"started\", left.spawn().unwrap().id().to_string()).unwrap();\n}\n";
    scene.write("build.rs", script);
    commit(&scene, "daemon");
    scene.twelve(["build"]).build_id();
    let left = wait_for(&work(&scene).join("cargo/src/started"));
    assert!(eventually(|| is_gone(left)), "what the build script started was left behind");
}

#[test]
fn a_build_script_that_changes_a_file_of_the_commit_is_refused() {
    let scene = shop();
    scene.write("build.rs", "fn main() {\n    std::fs::write(\"src/main.rs\", \"fn main() {}\").unwrap();\n}\n");
    commit(&scene, "rewrites");
    for _ in 0..2 {
        scene.twelve(["build"]).refused(77, &["`src/main.rs` was changed by a build script"]);
    }
    // One that writes what was committed changes nothing.
    scene.write("build.rs", "fn main() {\n    let text = std::fs::read(\"src/main.rs\").unwrap();\n    std::fs::write(\"src/main.rs\", text).unwrap();\n}\n");
    commit(&scene, "same");
    scene.twelve(["build"]).build_id();
}

#[test]
fn a_signal_during_the_second_of_two_compiles_leaves_nothing_half_made() {
    const OTHER: &str = "x86_64-unknown-linux-musl";
    let scene = shop();
    // A toolchain that has the folder of another target; of what would be in it nothing is asked until a build script has run.
    let toolchain = scene.path().join("../toolchain");
    let copy = format!(
        "mkdir -p \"$0\" && s=$(rustc --print sysroot) && for part in bin lib; do cp -al $s/$part \"$0\" 2>/dev/null || cp -a $s/$part \"$0\"; done && mkdir -p \"$0/lib/rustlib/{OTHER}/lib\""
    );
    assert_eq!(scene.outcome(scene.command("sh").args(["-c", &copy]).arg(&toolchain)).code, Some(0));
    let target = host(&scene);
    scene.write("twelve.toml", format!("[build]\ntargets = [\"{target}\", \"{OTHER}\"]\n"));
    let wait = format!("if std::env::var(\"TARGET\").unwrap() != \"{OTHER}\" {{\n        return;\n    }}");
    scene.write("build.rs", SLOW.replace("fn main() {", &format!("fn main() {{\n    {wait}")));
    commit(&scene, "slow");
    let (mut child, script) = started_build(&scene, |command| {
        command.env("CARGO", toolchain.join("bin/cargo"));
    });
    kill(child.id(), Signal::INT);
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
    assert!(eventually(|| is_gone(script)), "the build script was left behind");
    let left = std::fs::read_dir(work(&scene).join("tmp")).expect("the folder").count();
    assert_eq!(left, 0, "something half made was left behind");
}

fn host(scene: &Scene) -> String {
    let said = scene.outcome(scene.command("rustc").arg("-vV")).stdout;
    said.lines().find_map(|line| line.strip_prefix("host: ")).expect("a host").to_owned()
}

/// A build script that writes its process id, and then takes a minute.
const SLOW: &str = "fn main() {\n    std::fs::write(\"started\", std::process::id().to_string()).unwrap();\n    std::thread::sleep(std::time::Duration::from_secs(60));\n}\n";

/// A build whose build script takes a minute, and the process id of that script, which has begun.
fn started_slow_build() -> (Scene, Child, u32) {
    let scene = shop();
    scene.write("build.rs", SLOW);
    commit(&scene, "slow");
    let (child, script) = started_build(&scene, |_| {});
    (scene, child, script)
}

fn started_build(scene: &Scene, change: impl FnOnce(&mut Command)) -> (Child, u32) {
    let mut command = scene.command(PROGRAM);
    command.arg("build").stderr(Stdio::null()).stdout(Stdio::null());
    change(&mut command);
    let child = command.spawn().expect("it starts");
    // A build script stands in its package's folder, and sees no other of this machine.
    let script = wait_for(&work(scene).join("cargo/src/started"));
    (child, script)
}

fn pid(id: u32) -> Pid {
    Pid::from_raw(id.cast_signed()).expect("a process id")
}

fn kill(id: u32, signal: Signal) {
    kill_process(pid(id), signal).expect("it runs");
}

fn is_gone(id: u32) -> bool {
    // One that has ended and that nobody has asked for yet is gone too.
    let status = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    test_kill_process(pid(id)).is_err() || status.contains(") Z ")
}

#[test]
fn two_builds_at_once_take_turns() {
    let scene = shop();
    let other =
        scene.command(PROGRAM).arg("build").stderr(Stdio::null()).stdout(Stdio::piped()).spawn().expect("it starts");
    let id = scene.twelve(["build"]).build_id();
    let other = other.wait_with_output().expect("it ends");
    assert_eq!(String::from_utf8_lossy(&other.stdout).trim(), id);
}

#[test]
fn an_executable_asset_keeps_its_bit() {
    let scene = shop();
    scene.write("static/run.sh", "#!/bin/sh\n");
    let path = scene.path().join("static/run.sh");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("a mode");
    commit(&scene, "script");
    scene.twelve(["build"]).build_id();
    let exported = work(&scene).join("cargo/src/static/run.sh");
    assert_eq!(std::fs::metadata(exported).expect("it stands").permissions().mode() & 0o777, 0o755);
}

fn work(scene: &Scene) -> std::path::PathBuf {
    scene.path().join("target/twelve/work/shop")
}

/// Waits until a file holds a number.
fn wait_for(path: &Path) -> u32 {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        if let Some(number) = std::fs::read_to_string(path).ok().and_then(|text| text.parse().ok()) {
            return number;
        }
        assert!(Instant::now() < deadline, "`{}` was not written", path.display());
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn eventually(holds: impl Fn() -> bool) -> bool {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !holds() && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(10));
    }
    holds()
}

#[test]
fn cargo_itself_may_be_the_caller() {
    let scene = shop();
    let id = scene.twelve(["build"]).build_id();
    let programs = Path::new(PROGRAM).parent().expect("a folder");
    let path = std::env::var("PATH").expect("PATH");
    let mut cargo = scene.command("cargo");
    cargo.args(["twelve", "build"]).env("PATH", format!("{}:{path}", programs.display()));
    let outcome = scene.outcome(&mut cargo);
    assert_eq!(outcome.build_id(), id);
    assert!(!outcome.stderr.contains("kept out"), "what cargo sets is not the user's:\n{}", outcome.page());
}
