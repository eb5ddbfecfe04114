//! Templates that mean harm, or are broken: each is refused by its place, nothing is made, nothing outside is touched,
//! and nothing that a terminal would obey is printed.

use crate::scene::{Outcome, Scene};
use std::fs;
use std::os::unix::fs::symlink;

const HEAD: &str = "[template]\nname = \"x\"\nversion = \"1.0.0\"\ndescription = \"d\"\n";

/// A file of a template: its path, and all of it.
type Stored<'a> = (&'a str, &'a [u8]);

/// A template in the scene's folder `t`, besides its template.toml.
fn template(scene: &Scene, manifest: &str, files: &[Stored]) {
    scene.write("t/template.toml", manifest);
    for (path, bytes) in files {
        scene.write(&format!("t/{path}"), bytes);
    }
}

fn new(scene: &Scene, more: &[&str]) -> Outcome {
    let words = ["new", "shop", "--template", "./t", "--no-input", "--vcs", "none"];
    scene.twelve(words.iter().chain(more))
}

/// Refused with this code and this said; nothing stands but the template, and nothing commands the terminal.
fn refused(scene: &Scene, outcome: &Outcome, code: i32, said: &str, case: &str) {
    assert_eq!(outcome.code, Some(code), "{case}: {}", outcome.page());
    assert!(outcome.stderr.contains(said), "{case}: `{said}` is not in {}", outcome.page());
    let odd = |one: char| one.is_control() && one != '\n';
    assert!(!outcome.page().contains(odd), "{case}: {:?}", outcome.page());
    let names: Vec<_> =
        fs::read_dir(scene.path()).expect("a folder").flatten().map(|entry| entry.file_name()).collect();
    assert_eq!(names, ["t"], "{case}");
}

#[test]
fn a_path_leads_nowhere_but_into_the_project() {
    let long = "x/".repeat(600);
    let wide = "w".repeat(256);
    let paths: &[(&str, &str)] = &[
        ("..", "outside the project"),
        ("../evil", "outside the project"),
        ("a/../../evil", "outside the project"),
        ("a/..", "outside the project"),
        ("./a", "outside the project"),
        ("/etc/cron.d/evil", "an empty part"),
        ("//a", "an empty part"),
        ("a//b", "an empty part"),
        ("a/", "an empty part"),
        ("", "an empty part"),
        (".git/config", "into the repository"),
        (".git/hooks/pre-commit", "into the repository"),
        (".GIT/config", "into the repository"),
        ("sub/.git/config", "into the repository"),
        ("sub/.GiT/hooks/x", "into the repository"),
        (".git", "into the repository"),
        ("git~1/config", "something else on another system"),
        ("GIT~2", "something else on another system"),
        (".git./config", "something else on another system"),
        (".git /config", "something else on another system"),
        (".git::$INDEX_ALLOCATION/x", "something else on another system"),
        ("C:evil", "something else on another system"),
        ("C:\\\\evil", "something else on another system"),
        ("a\\\\..\\\\b", "something else on another system"),
        ("con", "something else on another system"),
        ("NUL.txt", "something else on another system"),
        ("com1.rs", "something else on another system"),
        ("src/aux.rs", "something else on another system"),
        ("a*b", "something else on another system"),
        ("a?b", "something else on another system"),
        ("a|b", "something else on another system"),
        ("trailing.", "something else on another system"),
        ("trailing ", "something else on another system"),
        (".g\\u200cit/config", "cannot be seen"),
        ("a\\u202egpj.exe", "cannot be seen"),
        ("a\\u001b[2Jb", "cannot be seen"),
        ("a\\nb", "cannot be seen"),
        ("a\\u0000b", "cannot be seen"),
        ("a\\u0007", "cannot be seen"),
        ("\\ufeffa", "cannot be seen"),
        (".twelve/scaffold.toml", "cargo twelve"),
        (".twelve/x", "cargo twelve"),
        (".TWELVE/x", "cargo twelve"),
        (&long, "too long"),
        (&wide, "too long"),
    ];
    for (path, said) in paths {
        let scene = Scene::new();
        let manifest = format!("{HEAD}[[files]]\npath = \"a\"\nto = \"{path}\"\n");
        template(&scene, &manifest, &[("a", b"x")]);
        let outcome = new(&scene, &[]);
        refused(&scene, &outcome, 65, said, path);
        assert!(outcome.stderr.starts_with("error: t/a: "), "{}", outcome.stderr);
    }
}

#[test]
fn an_answer_leads_nowhere_but_into_the_project() {
    for (answer, said) in [
        ("../..", "outside the project"),
        ("/etc", "an empty part"),
        (".git", "into the repository"),
        (".git/hooks", "into the repository"),
        ("a\\b", "another system"),
        ("\u{202e}a", "cannot be seen"),
    ] {
        let scene = Scene::new();
        let manifest = format!("{HEAD}[[vars]]\nname = \"folder\"\ntype = \"string\"\n");
        template(&scene, &manifest, &[("{{folder}}/a", b"x")]);
        refused(&scene, &new(&scene, &["--set", &format!("folder={answer}")]), 65, said, answer);
    }
}

#[test]
fn what_is_no_regular_file_is_refused_before_it_is_opened() {
    for (case, said) in [
        ("a link to a file", "no links"),
        ("a link to a folder", "no links"),
        ("a link to nowhere", "no links"),
        ("a link to itself", "no links"),
        ("a pipe", "files and folders and nothing else"),
        ("a socket", "files and folders and nothing else"),
        ("a deep folder", "too deep"),
    ] {
        let scene = Scene::new();
        template(&scene, HEAD, &[("a", b"x")]);
        let place = scene.path().join("t/odd");
        match case {
            "a link to a file" => symlink("/etc/passwd", place).expect("a link"),
            "a link to a folder" => symlink("/etc", place).expect("a link"),
            "a link to nowhere" => symlink("nowhere", place).expect("a link"),
            "a link to itself" => symlink("odd", place).expect("a link"),
            "a pipe" => assert_eq!(scene.outcome(scene.command("mkfifo").arg(place)).code, Some(0)),
            "a socket" => drop(std::os::unix::net::UnixListener::bind(place).expect("a socket")),
            _ => fs::create_dir_all(place.join("d/".repeat(40))).expect("folders"),
        }
        refused(&scene, &new(&scene, &[]), 65, said, case);
    }
}

#[test]
fn a_text_that_would_never_end_or_reach_beyond_the_answers_is_refused() {
    let deep = "{{#if a}}".repeat(100_000);
    let parens = format!("{{{{a {}", "(a ".repeat(100_000));
    let arrays = format!("{{{{a {}", "[".repeat(100_000));
    let elses = format!("{{{{#if a}}}}{}{{{{/if}}}}", "{{else if a}}".repeat(20_000));
    let large = "x".repeat((1 << 20) + 1);
    let bomb = format!("{{{{#each l}}}}{{{{#each ../l}}}}{}{{{{/each}}}}{{{{/each}}}}", "x".repeat(100_000));
    let texts: &[(&str, &str)] = &[
        ("{{> other}}", "no partials and decorators"),
        ("{{#> other}}x{{/other}}", "no partials and decorators"),
        ("{{#*inline \"x\"}}{{> x}}{{/inline}}{{> x}}", "no partials and decorators"),
        ("{{* decorator}}", "no partials and decorators"),
        ("{{lookup this \"a\"}}", "no `lookup`"),
        ("{{#with a}}x{{/with}}", "no `with`"),
        ("{{log \"x\"}}", "no `log`"),
        ("{{#each l}}{{#each l}}{{#each l}}x{{/each}}{{/each}}{{/each}}", "loops lie at most 2 deep"),
        ("{{misspelt}}", "there is no variable `misspelt`"),
        ("{{toml misspelt}}", "there is no variable `misspelt`"),
        ("{{#if misspelt}}x{{/if}}", "there is no variable `misspelt`"),
        ("{{#if (eq misspelt \"x\")}}x{{/if}}", "there is no variable `misspelt`"),
        ("{{misspelt \"x\"}}", "there is no helper `misspelt`"),
        ("{{@root}}", ""),
        ("{{#if l}}x{{/if}}", "takes true or false"),
        ("{{#if n}}x{{/if}}", "takes true or false"),
        ("{{toml}}", ""),
        ("{{toml a a}}", "takes one value"),
        ("{{}}", "the braces are not handlebars"),
        ("{{#if a}}", ""),
        ("{{/if}}", ""),
        ("{{#if a}}x{{/unless}}", ""),
        ("{{a", "the braces are not handlebars"),
        (&deep, "too deep"),
        (&parens, "too deep"),
        (&arrays, "too deep"),
        (&elses, "too deep"),
        (&large, "at most 1048576 bytes"),
        (&bomb, "at most 16777216 bytes"),
    ];
    let items: Vec<String> = (0..100).map(|number| format!("\"{number}\"")).collect();
    let vars = format!(
        "{HEAD}[[vars]]\nname = \"a\"\ntype = \"bool\"\ndefault = true\n\
         [[vars]]\nname = \"n\"\ntype = \"int\"\ndefault = 0\n\
         [[vars]]\nname = \"l\"\ntype = \"list\"\ndefault = [{}]\n",
        items.join(", ")
    );
    for (text, said) in texts {
        let scene = Scene::new();
        template(&scene, &vars, &[("x.hbs", text.as_bytes())]);
        let case: String = text.chars().take(60).collect();
        refused(&scene, &new(&scene, &[]), 65, said, &case);
    }
}

#[test]
fn a_manifest_that_is_broken_or_asks_too_much_is_refused_with_its_line() {
    let many: String =
        (0..101).map(|number| format!("[[vars]]\nname = \"v{number}\"\ntype = \"bool\"\ndefault = true\n")).collect();
    let nested = format!("{HEAD}x = {}", "[".repeat(100_000));
    let with = |text: &str| format!("{HEAD}{text}");
    let var = |text: &str| format!("{HEAD}[[vars]]\nname = \"v\"\n{text}");
    let cases: Vec<(String, &str)> = vec![
        (String::new(), "template"),
        ("[template".to_owned(), "template.toml:1"),
        ("\u{1b}[2J".to_owned(), "template.toml:1"),
        (HEAD.replace("name = \"x\"", "name = \"../x\""), "no name for a template"),
        (HEAD.replace("name = \"x\"", "name = \"\u{202e}x\""), "no name for a template"),
        (HEAD.replace("1.0.0", "one"), "template.version"),
        (with("requires-twelve = \">=99\"\n"), "the template needs cargo-twelve >=99"),
        (with("requires-twelve = \"new\"\n"), "template.requires-twelve"),
        (with("hooks = [\"rm -rf /\"]\n"), "unknown field `hooks`"),
        (with("[hooks]\npost = \"sh\"\n"), "unknown field `hooks`"),
        (nested, "template.toml"),
        (with(&many), "at most 100 questions"),
        (var("type = \"shell\"\n"), "unknown variant `shell`"),
        (var("type = \"string\"\nvalidate = \"(\"\n"), "`validate` is no pattern"),
        (var("type = \"string\"\nvalidate = \"((a{1000}){1000}){1000}\"\n"), "`validate` is no pattern"),
        (var("type = \"port\"\nvalidate = \"a\"\n"), "`validate` is for"),
        (var("type = \"string\"\ndefault = \"{{later}}\"\n"), "which is not asked before it"),
        (var("type = \"string\"\ndefault = \"{{> x}}\"\n"), "no partials"),
        (var("type = \"string\"\nwhen = \"v\"\n"), "which is not asked before it"),
        (var("type = \"string\"\nwhen = \"name}}{{> x\"\n"), "no expression"),
        (var("type = \"string\"\nwhen = \"(name\"\n"), "the braces"),
        (var("type = \"choice\"\nchoices = [\"a,b\"]\n"), "has a comma"),
        (var("type = \"choice\"\nchoices = [\"a\\u001b[2J\"]\n"), "control character"),
        (var("type = \"bool\"\nsecret = true\n"), "a secret is a string"),
        (var("type = \"string\"\nsecret = true\ndefault = \"x\"\n"), "a secret has no default"),
        (with("[[files]]\npath = \"../../etc/passwd\"\n"), "the template has no file"),
        (with("[[files]]\npath = \"a\"\n[[files]]\npath = \"a\"\n"), "a second time"),
        (with("[[files]]\npath = \"a\"\nwhen = \"misspelt\"\n"), "there is no variable `misspelt`"),
    ];
    for (manifest, said) in cases {
        let scene = Scene::new();
        template(&scene, &manifest, &[("a", b"x")]);
        let case: String = manifest.chars().rev().take(60).collect::<Vec<_>>().into_iter().rev().collect();
        refused(&scene, &new(&scene, &[]), 65, said, &case);
    }
}

#[test]
fn files_that_stand_in_each_others_place_and_bytes_that_are_no_text_are_refused() {
    let cases: &[(&[Stored], &str)] = &[
        (&[("a", b"x"), ("a.hbs", b"y")], "two files of the template go here"),
        (&[("a", b"x"), ("A", b"y")], "two files of the template go here"),
        (&[("dot_x", b"x"), (".x", b"y")], "two files of the template go here"),
        (&[("a", b"x"), ("A/b", b"y")], "needs a folder"),
        (&[("x.hbs", b"\xff\xfe{{name}}")], "not UTF-8"),
        (&[("dot_git/config", b"x")], "into the repository"),
        (&[("dot_twelve/x", b"x")], "cargo twelve"),
    ];
    for (files, said) in cases {
        let scene = Scene::new();
        template(&scene, HEAD, files);
        refused(&scene, &new(&scene, &[]), 65, said, said);
    }
}

#[test]
fn a_template_that_is_too_large_is_refused_before_it_is_read() {
    let scene = Scene::new();
    template(&scene, HEAD, &[]);
    let sparse = fs::File::create(scene.path().join("t/huge")).expect("a file");
    sparse.set_len(1 << 40).expect("a hole");
    refused(&scene, &new(&scene, &[]), 65, "too large", "a terabyte");
}

#[test]
fn an_address_cannot_make_git_run_or_read_something_else() {
    let scene = Scene::new();
    template(&scene, HEAD, &[("a", b"x")]);
    scene.git("-C t init -q");
    scene.git("-C t add -A");
    scene.git("-C t commit -q -m first");
    let here = scene.path().join("t").display().to_string();
    let marker = scene.home().join("ran");
    let touch = format!("ext::sh -c touch% {}", marker.display());
    let upload = format!("--upload-pack=touch {}", marker.display());
    for (template, more, code) in [
        (touch.replace(' ', "%20") + "://x", vec![], 2),
        (touch.clone() + "://x", vec![], 2),
        ("ext::sh://x".to_owned(), vec![], 2),
        (format!("{upload}://x"), vec![], 2),
        (here.clone(), vec!["--tag=--upload-pack=x"], 2),
        (here.clone(), vec!["--branch", "a b"], 2),
        (here.clone(), vec!["--rev", "a..b"], 2),
        (here.clone(), vec!["--rev", "HEAD:template.toml"], 2),
        (here.clone(), vec!["--tag", "a\u{1b}[2J"], 2),
        (here.clone(), vec!["--tag", "absent"], 66),
        (here.clone(), vec!["--branch", "main", "--subfolder", "../../etc"], 66),
        (here.clone(), vec!["--branch", "main", "--subfolder", "absent"], 66),
        (here, vec!["--branch", "main", "--subfolder", "a"], 66),
        ("file:///nowhere/at/all".to_owned(), vec![], 69),
        ("https://ada:hush@127.0.0.1:1/t.git".to_owned(), vec![], 69),
        ("https://ada:hush@127.0.0.1:1/a t.git".to_owned(), vec![], 2),
        ("https://ada:a#hush@127.0.0.1:1/t.git".to_owned(), vec![], 69),
    ] {
        let flag = format!("--template={template}");
        let outcome = scene.twelve(["new", "shop", "--no-input", "--vcs", "none", &flag].into_iter().chain(more));
        refused(&scene, &outcome, code, "error: ", &template);
        assert!(!outcome.page().contains("hush"), "{}", outcome.page());
        assert!(!marker.exists(), "{template} ran a command");
    }
}

#[test]
fn a_commit_with_a_link_or_a_submodule_is_refused() {
    for (case, said) in [("link", "no links"), ("submodule", "no submodules")] {
        let scene = Scene::new();
        template(&scene, HEAD, &[("a", b"x")]);
        scene.git("-C t init -q");
        if case == "link" {
            symlink("/etc/passwd", scene.path().join("t/odd")).expect("a link");
        }
        scene.git("-C t add -A");
        if case == "submodule" {
            scene.git("-C t update-index --add --cacheinfo 160000,0123456789012345678901234567890123456789,odd");
        }
        scene.git("-C t commit -q -m first");
        let address = format!("file://{}", scene.path().join("t").display());
        let outcome = scene.twelve(["new", "shop", "--template", &address, "--no-input", "--vcs", "none"]);
        refused(&scene, &outcome, 65, said, case);
    }
}
