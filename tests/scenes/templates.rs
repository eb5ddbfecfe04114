//! Templates from others: a folder, a repository; and where answers come from.

use crate::scene::{Outcome, PROGRAM, Scene, assert_page};
use std::fs;

const MANIFEST: &str = r#"
[template]
name = "lib-x"
version = "VERSION"
description = "A template of a team"

[[vars]]
name = "region"
type = "choice"
choices = ["north", "south"]

[[vars]]
name = "queue"
type = "bool"
default = false

[[vars]]
name = "table"
type = "string"
default = "{{snake name}}_jobs"
when = "queue"
validate = "^[a-z_]+$"

[[vars]]
name = "tags"
type = "list"
default = []

[[files]]
path = "queue/"
when = "queue"
"#;

/// A repository `t` with a template in `templates/x`, of two versions, each with its tag.
fn repository(scene: &Scene) {
    scene.git("init -q t");
    for version in ["1.0.0", "1.1.0"] {
        scene.write("t/templates/x/template.toml", MANIFEST.replace("VERSION", version));
        let text = format!("# {{{{name}}}} {version}\n{{{{#each tags}}}}\n- {{{{this}}}}\n{{{{/each}}}}\n");
        scene.write("t/templates/x/README.md.hbs", text);
        scene.write("t/templates/x/queue/table.hbs", "{{table}} {{region}}\n");
        scene.write("t/templates/x/run", "no interpreter\n");
        assert_eq!(scene.outcome(scene.command("chmod").args(["+x", "t/templates/x/run"])).code, Some(0));
        scene.git("-C t add -A");
        scene.git("-C t commit -q -m next");
        scene.git(&format!("-C t tag v{version}"));
    }
}

fn new(scene: &Scene, project: &str, more: &[&str]) -> Outcome {
    let address = format!("file://{}", scene.path().join("t").display());
    let words = ["new", project, "--template", &address, "--subfolder", "templates/x", "--set", "region=north"];
    scene.twelve(words.iter().chain(more))
}

fn read(scene: &Scene, path: &str) -> String {
    fs::read_to_string(scene.path().join(path)).expect("a file")
}

#[test]
fn a_tag_a_branch_and_a_commit_are_resolved_and_recorded() {
    let scene = Scene::new();
    repository(&scene);
    let first = scene.git("-C t rev-parse v1.0.0").trim().to_owned();
    let newest = scene.git("-C t rev-parse HEAD").trim().to_owned();
    for (project, more, version, commit) in [
        ("a", vec!["--tag", "v1.0.0"], "1.0.0", &first),
        ("b", vec!["--branch", "main"], "1.1.0", &newest),
        ("c", vec!["--rev", &first], "1.0.0", &first),
        ("d", vec!["--rev", &first[..10]], "1.0.0", &first),
        ("e", vec![], "1.1.0", &newest),
    ] {
        let outcome = new(&scene, project, &more);
        assert_eq!(outcome.code, Some(0), "{}", outcome.page());
        assert_eq!(read(&scene, &format!("{project}/README.md")), format!("# {project} {version}\n"));
        let receipt: toml::Table =
            toml::from_str(&read(&scene, &format!("{project}/.twelve/scaffold.toml"))).expect("TOML");
        assert_eq!(receipt["template"]["commit"].as_str(), Some(commit.as_str()));
        assert_eq!(receipt["template"]["subfolder"].as_str(), Some("templates/x"));
        assert!(!scene.path().join(project).join("queue").exists());
    }
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(scene.path().join("a/run")).expect("a file").permissions().mode();
    assert_eq!(mode & 0o111, 0o111, "what git has as a program stays one");
}

/// `git daemon` over the repositories of a scene, until it is dropped.
#[cfg(target_os = "linux")]
struct Daemon(std::process::Child, String);

#[cfg(target_os = "linux")]
impl Daemon {
    fn start(scene: &Scene) -> Self {
        let port = crate::running::free_port();
        let base = scene.path();
        let mut command = scene.command("git");
        command.args(["daemon", "--export-all", "--reuseaddr", "--listen=127.0.0.1", "--log-destination=none"]);
        command.arg(format!("--port={port}")).arg(format!("--base-path={}", base.display()));
        // The process that listens is a child of `git` itself: both end with the group.
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let daemon = command.spawn().expect("git has a daemon");
        let listens = || std::net::TcpStream::connect(("127.0.0.1", port)).ok();
        crate::running::wait_until("the daemon", listens);
        Self(daemon, format!("git://127.0.0.1:{port}/t/.git"))
    }
}

#[cfg(target_os = "linux")]
impl Drop for Daemon {
    fn drop(&mut self) {
        let group = rustix::process::Pid::from_child(&self.0);
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        let _ = self.0.wait();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_server_of_repositories_gives_what_is_named_and_says_what_it_has_not() {
    let scene = Scene::new();
    repository(&scene);
    let daemon = Daemon::start(&scene);
    let from = |more: &[&str]| {
        let words = ["new", "a", "--template", &daemon.1, "--set", "region=north"];
        scene.twelve(words.iter().chain(more))
    };
    let absent = from(&["--subfolder", "templates/x", "--tag", "v1.0"]);
    assert_eq!(absent.code, Some(66), "{}", absent.page());
    assert!(absent.stderr.contains("has no tag `v1.0`\nhint: did you mean `v1.0.0`?"), "{}", absent.page());
    let absent = from(&["--subfolder", "templates/x", "--branch", "other"]);
    assert_eq!(absent.code, Some(66), "{}", absent.page());
    assert!(absent.stderr.contains("hint: `git ls-remote git://"), "{}", absent.page());

    let collection = from(&[]);
    assert_eq!(collection.code, Some(65), "{}", collection.page());
    assert!(
        collection
            .stderr
            .contains("has no template.toml\nhint: a template lies deeper in it: add `--subfolder templates/x`"),
        "{}",
        collection.page()
    );
    assert!(!scene.path().join("a").exists());

    let made = from(&["--subfolder", "templates/x", "--tag", "v1.0.0"]);
    assert_eq!(made.code, Some(0), "{}", made.page());
    assert_eq!(read(&scene, "a/README.md"), "# a 1.0.0\n");
    assert_eq!(scene.twelve(["update", "a"]).code, Some(0));
    assert_eq!(read(&scene, "a/README.md"), "# a 1.1.0\n");
}

#[test]
fn an_update_follows_tags_to_the_newest_version() {
    let scene = Scene::new();
    repository(&scene);
    assert_eq!(new(&scene, "a", &["--tag", "v1.0.0"]).code, Some(0));
    let outcome = scene.twelve(["update", "a"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.page());
    assert_eq!(read(&scene, "a/README.md"), "# a 1.1.0\n");
    assert!(read(&scene, "a/.twelve/scaffold.toml").contains("tag = \"v1.1.0\""));
    scene.git("-C a commit -q -a -m updated");
    assert_eq!(scene.twelve(["update", "a", "--tag", "v1.0.0"]).code, Some(77), "it is older");
    assert_eq!(scene.twelve(["update", "a", "--tag", "v1.0.0", "--older"]).code, Some(0));
    assert_eq!(read(&scene, "a/README.md"), "# a 1.0.0\n");
}

#[test]
fn a_folder_is_a_template_without_what_its_repository_ignores() {
    let scene = Scene::new();
    repository(&scene);
    scene.write("t/.gitignore", "*.orig\n");
    scene.write("t/templates/x/README.md.hbs.orig", "{{broken");
    let words = [
        "new",
        "a",
        "--template",
        "t/templates/x",
        "--set",
        "region=south",
        "--set",
        "queue=yes",
        "--set",
        "tags=p, q",
    ];
    let outcome = scene.twelve(words);
    assert_eq!(outcome.code, Some(0), "{}", outcome.page());
    assert_eq!(read(&scene, "a/queue/table"), "a_jobs south\n");
    assert_eq!(read(&scene, "a/README.md"), "# a 1.1.0\n- p\n- q\n");
}

#[test]
fn answers_come_from_the_command_line_a_file_the_environment_and_the_users_defaults_in_that_order() {
    let scene = Scene::new();
    repository(&scene);
    scene.write("answers.toml", "region = \"south\"\nqueue = true\ntable = \"filed\"\n");
    scene.write_home(
        ".config/cargo-twelve/answers.toml",
        "table = \"defaults\"\nregion = \"north\"\ntags = [\"d\"]\nother = 1\n",
    );
    let mut made = 0;
    let mut table = |more: &[&str], environment: &[(&str, &str)]| {
        made += 1;
        let project = format!("p{made}");
        let mut command = scene.command(PROGRAM);
        command.args(["new", &project, "--template", "t/templates/x"]).args(more).envs(environment.iter().copied());
        let outcome = scene.outcome(&mut command);
        assert_eq!(outcome.code, Some(0), "{}", outcome.page());
        read(&scene, &format!("{project}/queue/table"))
    };
    let environment = [("TWELVE_ANSWER_TABLE", "environment"), ("TWELVE_ANSWER_QUEUE", "true")];
    assert_eq!(table(&["--answers", "answers.toml", "--set", "table=typed"], &environment), "typed south\n");
    assert_eq!(table(&["--answers", "answers.toml"], &environment), "filed south\n");
    assert_eq!(table(&[], &environment), "environment north\n");
    assert_eq!(table(&["--set", "queue=true"], &[]), "defaults north\n");
    assert_eq!(read(&scene, "p4/README.md"), "# p4 1.1.0\n- d\n");
}

#[test]
fn what_is_wrong_with_answers_is_said_with_its_place() {
    let scene = Scene::new();
    repository(&scene);
    scene.write("unknown.toml", "regoin = \"south\"\n");
    scene.write("broken.toml", "region = \"south\"\nx = 1.5\n");
    scene.write("wrong.toml", "region = \"west\"\n");
    let mut page = String::new();
    for (code, more) in [
        (2, vec![]),
        (2, vec!["--answers", "unknown.toml"]),
        (65, vec!["--answers", "broken.toml"]),
        (2, vec!["--answers", "wrong.toml"]),
        (66, vec!["--answers", "absent.toml"]),
        (2, vec!["--set", "region=north", "--set", "table=x"]),
        (2, vec!["--set", "region=north", "--set", "queue=true", "--set", "table=A1"]),
    ] {
        let outcome = scene.twelve(["new", "shop", "--template", "t/templates/x"].iter().chain(&more));
        assert_eq!(outcome.code, Some(code), "{more:?}: {}", outcome.page());
        page += &format!("$ cargo twelve new shop {}\n{}\n", more.join(" "), outcome.page());
    }
    assert!(!scene.path().join("shop").exists());
    assert_page("new__what_is_wrong_with_answers", &page);
}

#[test]
fn a_secret_answer_is_in_no_receipt_and_on_no_terminal() {
    let scene = Scene::new();
    let manifest = "[template]\nname = \"x\"\nversion = \"1.0.0\"\ndescription = \"d\"\n\
        [[vars]]\nname = \"key\"\ntype = \"string\"\nsecret = true\nvalidate = \"^h\"\n";
    scene.write("t/template.toml", manifest);
    scene.write("t/a", "x");
    let outcome = scene.twelve(["new", "shop", "--template", "./t", "--set", "key=hush"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.page());
    assert!(!outcome.page().contains("hush"));
    assert!(!read(&scene, "shop/.twelve/scaffold.toml").contains("hush"));
    let outcome = scene.twelve(["new", "other", "--template", "./t", "--set", "key=whisper"]);
    assert_eq!(outcome.code, Some(2));
    assert!(!outcome.page().contains("whisper"), "{}", outcome.page());
    // An update has to ask again.
    assert_eq!(scene.twelve(["update", "shop"]).code, Some(2));
}
