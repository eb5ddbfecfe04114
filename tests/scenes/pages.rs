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
fn fish_completes_commands_options_and_values() {
    let scene = Scene::new();
    if std::process::Command::new("fish").arg("--version").output().is_err() {
        println!("SKIPPED: what fish completes, since fish is not there");
        return;
    }
    scene.write("fish", scene.twelve(["completions", "fish"]).stdout);
    scene.write("file-at-hand", "");
    let ask = |words: &str| {
        let script = format!("source ./fish; complete -C '{words}' | string split -f 1 \\t");
        scene.outcome(scene.command("fish").args(["-N", "-c", &script])).stdout
    };
    assert_eq!(ask("cargo-twelve rollb"), "rollback\n");
    assert_eq!(ask("cargo-twelve rollback --take"), "--take-over\n");
    assert_eq!(ask("cargo-twelve releases --format "), "human\njson\nslsa\n");
    assert_eq!(ask("cargo-twelve completions "), "bash\nfish\nzsh\n", "files were offered where a shell's name goes");
}

#[test]
fn zsh_completes_commands_options_and_values() {
    let scene = Scene::new();
    if std::process::Command::new("zsh").arg("--version").output().is_err() {
        println!("SKIPPED: what zsh completes, since zsh is not there");
        return;
    }
    scene.write("functions/_cargo-twelve", scene.twelve(["completions", "zsh"]).stdout);
    let mut command = scene.command("zsh");
    command.env("TERM", "xterm").args(["-f", "-i"]);
    let mut zsh = rexpect::session::spawn_command(command, Some(30_000)).expect("a terminal");
    zsh.send_line("PS1='> '; fpath=($PWD/functions $fpath); autoload -Uz compinit; compinit -u -D; print rea''dy")
        .expect("zsh");
    zsh.exp_string("ready").expect("zsh reads its completions");
    for (typed, completed) in [
        ("cargo-twelve rollb", "cargo-twelve rollback"),
        ("cargo-twelve rollback --take", "cargo-twelve rollback --take-over"),
        ("cargo-twelve completions fi", "cargo-twelve completions fish"),
        ("cargo-twelve releases --format hu", "cargo-twelve releases --format human"),
    ] {
        // The completed line is not run: it becomes the words of a print.
        zsh.send(&format!("{typed}\t")).expect("zsh");
        zsh.send_control('a').expect("zsh");
        zsh.send_line("print -r -- ").expect("zsh");
        zsh.exp_string(&format!("\n{completed}\r")).unwrap_or_else(|error| panic!("`{typed}`: {error}"));
    }
}

#[test]
fn a_manual_page_keeps_the_lines_of_its_examples() {
    let scene = Scene::new();
    let page = scene.twelve(["man", "verify"]).stdout;
    let head =
        concat!(".TH cargo-twelve-verify 1 \"\" \"cargo-twelve ", env!("CARGO_PKG_VERSION"), "\" \"cargo twelve\"\n");
    assert!(page.starts_with(head), "{page}");
    let examples =
        page.split(".SH EXAMPLES\n.nf\n").nth(1).and_then(|rest| rest.split(".fi\n").next()).expect("examples");
    let lines: Vec<&str> = examples.lines().collect();
    assert!(lines.len() > 1 && lines.iter().all(|line| line.starts_with("cargo twelve verify")), "{examples}");
    scene.twelve(["man", "--to", "man1"]);
    let checked = scene
        .command("sh")
        .args(["-c", "command -v mandoc > lint.txt && mandoc -T lint -W error man1/* >> lint.txt"])
        .status();
    if scene.path().join("lint.txt").metadata().is_ok_and(|file| file.len() > 0) {
        assert!(
            checked.is_ok_and(|status| status.success()),
            "{:?}",
            std::fs::read_to_string(scene.path().join("lint.txt"))
        );
    } else {
        println!("SKIPPED: mandoc's check of manual pages, since mandoc is not there");
    }
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
fn help_and_what_is_said_of_a_wrong_line_heed_the_colour_that_was_asked_for() {
    let scene = Scene::new();
    for words in [&["--help"][..], &["rollbak"]] {
        for (color, coloured) in [("--color=always", true), ("--color=never", false)] {
            let outcome = scene.twelve([&[color], words].concat());
            assert_eq!(outcome.page().contains("\u{1b}["), coloured, "{color} {words:?}: {}", outcome.page());
        }
        let apart = scene.twelve([&["--color", "always"], words].concat());
        assert!(apart.page().contains("\u{1b}["), "{words:?}: {}", apart.page());
    }
}

#[test]
fn a_misspelt_word_gets_its_nearest() {
    let scene = Scene::new();
    let mut slips = vec![
        (vec!["--store", "s4://releases", "releases"], "did you mean `s3://`?"),
        (vec!["rollbak", "production"], "'rollback'"),
        (vec!["rnu", "web"], "'run'"),
        (vec!["evn", "check"], "'env'"),
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
    let deployed = scene.twelve(["deploy", "shop@production", "v1", "--external"]);
    assert_eq!(deployed.code, Some(0), "{}", deployed.page());
    assert!(at_70("deploys").contains("production  v1"));
}

#[test]
#[cfg(feature = "check")]
fn no_colour_is_one_that_vanishes_on_a_light_or_a_dark_background() {
    let scene =
        super::checked::service(&[("src/main.rs", "fn main() { println!(\"{:?}\", std::env::var(\"TOKEN\")) }\n")]);
    scene.write("prod.env", "NAME='a\nURL=http://x y\n");
    for words in [&["check"][..], &["env", "check", "--env-file", "prod.env"], &["show", "v1"]] {
        let outcome = scene.twelve([&["--color", "always"], words].concat());
        let page = outcome.stdout.clone() + &outcome.stderr;
        assert!(page.contains("\u{1b}["), "{words:?} has no colour: {}", outcome.page());
        // SGR 37 and 97 are white, 30 is black, 90 to 97 are the bright ones.
        for code in page
            .split("\u{1b}[")
            .skip(1)
            .filter_map(|rest| rest.split_once('m'))
            .flat_map(|(codes, _)| codes.split(';'))
        {
            assert!(!matches!(code.parse(), Ok(30 | 37 | 90..=97)), "{words:?} writes in colour {code}: {page:?}");
        }
    }
}
