//! What the program says of itself: the path, completions, manual pages, and the nearest word where one is misspelt.

use crate::scene::{Scene, assert_page};

#[test]
fn without_a_command_the_path_through_the_stages_is_shown() {
    let outcome = Scene::new().twelve(["twelve"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""));
    if cfg!(all(target_os = "linux", feature = "scaffold", feature = "check", feature = "build", feature = "export")) {
        assert_page("pages__path", &outcome.stdout);
    }
    let for_programs = Scene::new().twelve(["--format", "json"]);
    assert_eq!(for_programs.code, Some(2));
    assert!(for_programs.stdout.contains("no command is named"), "{}", for_programs.page());
}

#[test]
fn each_shell_takes_its_completions() {
    let scene = Scene::new();
    for shell in ["bash", "zsh", "fish"] {
        let outcome = scene.twelve(["completions", shell]);
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        assert!(outcome.stdout.contains("release-id"), "{shell} knows no `--release-id`");
        if std::process::Command::new(shell).arg("--version").output().is_err() {
            println!("SKIPPED: the grammar of completions, since {shell} is not there");
            continue;
        }
        scene.write(shell, &outcome.stdout);
        let read = scene.outcome(scene.command(shell).args(["-n", shell]));
        assert_eq!((read.code, read.stderr.as_str()), (Some(0), ""), "{shell} does not read its completions");
    }
    let ask = |words: &str, at: usize| {
        let last = words.rsplit(' ').next().unwrap_or_default();
        scene.write(
            "ask",
            format!(
                "source ./bash\nCOMP_WORDS=({words})\nCOMP_CWORD={at}\n\
                 $(complete -p cargo-twelve | sed 's/.*-F \\([^ ]*\\) .*/\\1/') cargo-twelve {last} x\n\
                 echo \"${{COMPREPLY[@]}}\"\n"
            ),
        );
        scene.outcome(scene.command("bash").arg("ask")).stdout
    };
    assert_eq!(ask("cargo-twelve rollb", 1), "rollback\n");
    assert_eq!(ask("cargo-twelve rollback --take", 2), "--take-over\n");
}

#[test]
fn every_command_has_a_manual_page() {
    let scene = Scene::new();
    let outcome = scene.twelve(["man", "--to", "man1"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let pages: Vec<_> = std::fs::read_dir(scene.path().join("man1")).expect("a folder").flatten().collect();
    assert!(pages.len() > 15, "{} pages", pages.len());
    for page in pages {
        let text = std::fs::read_to_string(page.path()).expect("a page");
        assert!(text.contains(".SH NAME") && text.contains("cargo twelve"), "{}", page.path().display());
    }
    let one = scene.twelve(["man", "env", "check"]).stdout;
    assert!(one.contains(".TH cargo-twelve-env-check 1"), "{one}");
    let misspelt = scene.twelve(["man", "rnu"]);
    assert_eq!(misspelt.code, Some(2));
    assert!(misspelt.stderr.contains("did you mean `run`?"), "{}", misspelt.stderr);
}

#[test]
#[cfg(all(target_os = "linux", feature = "scaffold", feature = "check", feature = "build", feature = "export"))]
fn the_reference_of_commands_is_what_the_program_says() {
    let made = Scene::new().twelve(["man", "--as", "markdown"]).stdout;
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/reference/commands.md");
    let stands = std::fs::read_to_string(path).unwrap_or_default();
    assert!(made == stands, "`cargo run -- man --as markdown > docs/reference/commands.md` makes it anew");
}

#[test]
fn the_reference_is_what_the_source_says() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/make_reference.py");
    let outcome = Scene::new().command("python3").args([script, "--check"]).output().expect("python3 starts");
    assert!(outcome.status.success(), "{}", String::from_utf8_lossy(&outcome.stdout));
}

#[test]
fn a_misspelt_word_gets_its_nearest() {
    let scene = Scene::new();
    let mut slips = vec![
        (vec!["--store", "s4://releases", "releases"], "did you mean `s3://`?"),
        (vec!["rollbak", "production"], "'rollback'"),
        (vec!["releases", "--formt", "json"], "'--format'"),
        (vec!["completions", "bsh"], "'bash'"),
    ];
    if cfg!(feature = "scaffold") {
        slips.push((vec!["new", "shop", "--template", "wbe"], "did you mean `web`?"));
    }
    if cfg!(feature = "check") {
        slips.push((vec!["check", "--explain", "TF091"], "did you mean `TF0901`?"));
    }
    for (words, near) in slips {
        let outcome = scene.twelve(&words);
        assert_ne!(outcome.code, Some(0), "{}", outcome.page());
        assert!(outcome.stderr.contains(near), "`{}` does not lead to {near}:\n{}", words.join(" "), outcome.stderr);
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_file_to_import_that_is_not_there_is_66() {
    let outcome = Scene::new().twelve(["import", "shop-1.4.0-v8.json"]);
    assert_eq!(outcome.code, Some(66), "{}", outcome.page());
    assert!(
        outcome.stderr.contains("there is no file") && outcome.stderr.contains("target/twelve"),
        "{}",
        outcome.stderr
    );
}

#[test]
#[cfg(target_os = "linux")]
fn tables_fit_the_terminal_that_they_are_shown_on() {
    let scene = Scene::new();
    super::ledger::release(&scene, "[processes.web]\ncommand = \"shop env\"\n");
    // script(1) gives a terminal; what is behind a pipe stays as it was.
    let at_70 = |words: &str| {
        let shown = format!("stty cols 70; {} {words}", crate::scene::PROGRAM);
        let outcome = scene.outcome(scene.command("script").args(["-qec", &shown, "/dev/null"]).env("TERM", "xterm"));
        assert_eq!(outcome.code, Some(0), "{}", outcome.page());
        let wide = outcome.stdout.lines().find(|line| line.trim_end().chars().count() > 70).map(str::to_owned);
        assert_eq!(wide, None, "`{words}` is wider than its terminal");
        outcome.stdout
    };
    assert!(at_70("releases").contains("v1 "));
    assert!(!at_70("releases").contains("MESSAGE"), "a column in which nothing stands is left out");
    assert!(scene.twelve(["releases"]).stdout.contains("MESSAGE"));
}
