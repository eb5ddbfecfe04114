//! Scenes of `export systemd`: the units as they are written, and what systemd itself says of them.

use super::booted::installed;
use super::ledger::release;
use super::scene::{Outcome, PROGRAM, Scene, assert_page};
use jiff::civil::{Date, DateTime, date};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What is declared in most scenes.
const SHOP: &str = "[processes.web]\ncommand = \"shop serve\"\nport = true\nready = \"/readyz\"\nstop-timeout = \"3s\"\n\
    count = 2\n\n[processes.worker]\ncommand = \"sh -c 'echo up; exec sleep 1000'\"\nrestart = \"always\"\n\
    stop-signal = \"SIGQUIT\"\n\n[admin.migrate]\ncommand = \"sh -c 'echo $PROCESS $DATABASE_URL; exit 3'\"\n\
    before-deploy = true\n\n[admin.report]\ncommand = \"shop arguments $GREETING\"\n\
    schedule = \"30 3 1 * mon-fri\"\n\n[config.vars.DATABASE_URL]\ntype = \"service-url\"\nschemes = [\"postgres\"]\nsecret = true\n\n\
    [config.vars.SESSION_KEY]\ntype = \"string\"\nsecret = true\nfrom-file = true\n\n\
    [config.vars.GREETING]\ntype = \"string\"\ndefault = \"hello\"\n\n[sandbox]\nwritable = [\"/var/lib/shop\"]\n";

/// The config that goes with it. No line of it may come into a unit but the path of the key's file.
const CONFIG: &str = "DATABASE_URL=postgres://shop:hunter2@db/shop\nSESSION_KEY_FILE=/etc/shop/session.key\n\
                      GREETING=good-day\n";

fn export(scene: &Scene, more: &[&str]) -> Outcome {
    let words = ["export", "systemd", "--release-id", "shop@v1", "--to", "units", "--server-store", "/srv/store"];
    scene.twelve(words.iter().chain(more))
}

fn shop() -> Scene {
    let scene = Scene::new();
    release(&scene, SHOP);
    scene.write("prod.env", CONFIG);
    scene
}

/// All files of a folder, each behind its name.
fn page(folder: &Path) -> String {
    let mut paths: Vec<PathBuf> = folder.read_dir().expect("a folder").flatten().map(|entry| entry.path()).collect();
    paths.sort();
    let file = |path: &PathBuf| {
        let text = std::fs::read_to_string(path).expect("text");
        format!("--- {}\n{text}", path.file_name().expect("a name").to_string_lossy())
    };
    paths.iter().map(file).collect()
}

#[test]
fn a_release_becomes_units() {
    let scene = shop();
    let outcome = export(&scene, &["--env-file", "prod.env", "--port", "6000"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.page());
    assert_page("export_systemd__units", &format!("{}\n{}", outcome.page(), page(&scene.path().join("units"))));
}

#[test]
fn a_store_in_a_users_home_which_root_without_rights_may_not_read_is_warned_of() {
    let scene = shop();
    let exported = |store: &str| {
        let words = ["export", "systemd", "--release-id", "shop@v1", "--to", "units", "--server-store", store];
        let outcome = scene.twelve(words.iter().chain(&["--env-file", "prod.env"]));
        assert_eq!(outcome.code, Some(0), "{}", outcome.page());
        std::fs::remove_dir_all(scene.path().join("units")).expect("it was written");
        outcome.stderr
    };
    let told = exported("/home/ada/.local/share/cargo-twelve");
    let hint =
        "hint: `mv /home/ada/.local/share/cargo-twelve /srv/cargo-twelve && export TWELVE_STORE=/srv/cargo-twelve`";
    assert!(told.contains("warning: the store lies in a user's home") && told.contains(hint), "{told}");
    for store in ["/srv/cargo-twelve", "/root/.local/share/cargo-twelve", "s3://home/shop"] {
        let told = exported(store);
        assert!(!told.contains("warning") && told.contains(&format!("the store `{store}`")), "{told}");
    }
}

#[test]
fn units_name_a_store_as_the_server_reaches_it_and_an_env_file_where_it_lies_there() {
    let scene = shop();
    let absolute = scene.path().join("prod.env");
    let words = [
        "export",
        "systemd",
        "--release-id",
        "shop@v1",
        "--to",
        "units",
        "--server-store",
        "s3://rel/team",
        "--env-file",
    ];
    let mut command = scene.command(PROGRAM);
    command.args(words).arg(&absolute).args(["--format", "json"]);
    let outcome = scene.outcome(command.env("AWS_ENDPOINT_URL", "https://ada:hunter2@s3.example.org/?token=hunter2"));
    assert_eq!(outcome.code, Some(0), "{}", outcome.page());
    assert_page("export_systemd__json", &outcome.stdout);
    let units = page(&scene.path().join("units"));
    // Both, in the units of processes as well: what stands in the cache is known by the store that it is from.
    assert_eq!(units.matches("Environment=TWELVE_STORE=s3://rel/team\n").count(), 5, "{units}");
    assert_eq!(units.matches("Environment=AWS_ENDPOINT_URL=https://s3.example.org\n").count(), 5, "{units}");
    assert!(units.contains(&format!("LoadCredential=env:{}\n", absolute.display())), "{units}");
    assert!(!units.contains("hunter2"));
}

#[test]
fn the_same_release_gives_the_same_bytes_and_no_value_of_the_config_is_in_them() {
    let scene = shop();
    let first = export(&scene, &["--env-file", "prod.env"]);
    assert_eq!(first.code, Some(0), "{}", first.page());
    let units = page(&scene.path().join("units"));
    let second = export(&scene, &["--env-file", "prod.env"]);
    assert_eq!(second.code, Some(0), "{}", second.page());
    assert_eq!(page(&scene.path().join("units")), units);
    for value in ["hunter2", "postgres://", "good-day"] {
        assert!(!units.contains(value) && !first.page().contains(value), "{value}");
    }
}

#[test]
fn what_cannot_start_is_not_exported() {
    let scene = shop();
    let refused = export(&scene, &[]);
    assert_eq!(refused.code, Some(78), "{}", refused.page());
    assert!(refused.stderr.contains("`DATABASE_URL` is missing"), "{}", refused.stderr);
    assert!(!scene.path().join("units").exists());
}

#[test]
fn a_folder_that_is_not_an_export_is_left_alone() {
    let scene = shop();
    scene.write("units/mine.service", "[Unit]\n");
    let refused = export(&scene, &["--env-file", "prod.env"]);
    assert_eq!(refused.code, Some(73), "{}", refused.page());
    assert!(refused.stderr.contains("holds `mine.service`, which no export wrote"), "{}", refused.stderr);
    assert_eq!(scene.path().join("units").read_dir().expect("a folder").count(), 1);
}

#[test]
fn systemd_finds_nothing_wrong_with_the_units_and_little_exposed() {
    if !installed("systemd-analyze") {
        return;
    }
    let scene = shop();
    for more in [&[][..], &["--own-sockets"], &["--port", "80"]] {
        let outcome = export(&scene, &[&["--env-file", "prod.env", "--server-program", PROGRAM], more].concat());
        assert_eq!(outcome.code, Some(0), "{}", outcome.page());
        let units: Vec<PathBuf> = outcome.stdout.lines().map(|unit| scene.path().join("units").join(unit)).collect();
        let mut command = Command::new("systemd-analyze");
        let verified = command.args(["verify", "--man=no"]).args(&units).output().expect("it starts");
        assert_eq!(String::from_utf8_lossy(&verified.stderr), "", "{more:?}");
        assert!(verified.status.success());
        let services = units.iter().filter(|unit| unit.extension().is_some_and(|kind| kind == "service"));
        for service in services {
            let mut command = Command::new("systemd-analyze");
            let command = command.args(["security", "--offline=true", "--threshold=20", "--no-pager"]).arg(service);
            let seen = command.output().expect("it starts");
            let said = String::from_utf8_lossy(&seen.stdout).into_owned();
            println!("{} {}", service.display(), said.lines().last().unwrap_or_default());
            assert!(seen.status.success(), "{}\n{said}", service.display());
        }
    }
}

#[test]
fn the_command_in_the_first_line_makes_the_same_units_again() {
    let scene = shop();
    let words =
        ["--env-file", "prod.env", "--server-program", "/opt/my programs/twelve", "--server-signers", "/etc/keys"];
    assert_eq!(
        export(&scene, &[&words[..], &["--server-cache", "/srv/cache", "--own-sockets"]].concat()).code,
        Some(0)
    );
    let first = page(&scene.path().join("units"));
    let (_, said) =
        first.lines().nth(1).and_then(|line| line.split_once("exported by: cargo twelve ")).expect("a line");
    let mut shell = scene.command("sh");
    let again = scene.outcome(shell.args(["-c", &format!("exec {PROGRAM} {said} --to again")]));
    assert_eq!(again.code, Some(0), "{}", again.page());
    assert_eq!(page(&scene.path().join("again")), first);
}

#[test]
fn a_folder_whose_name_has_a_space_is_one_folder_to_systemd() {
    if !installed("systemd-analyze") {
        return;
    }
    let scene = Scene::new();
    release(&scene, &SHOP.replace("\"/var/lib/shop\"", "\"/var/lib/my shop\", \"/srv/my shop\""));
    scene.write("prod.env", CONFIG);
    let words = ["--env-file", "prod.env", "--server-program", PROGRAM, "--server-cache", "/srv/a cache"];
    let outcome = export(&scene, &words);
    assert_eq!(outcome.code, Some(0), "{}", outcome.page());
    let units = scene.path().join("units");
    let web = std::fs::read_to_string(units.join("shop-web@.service")).expect("text");
    assert!(web.contains("\nStateDirectory=\"my shop\"\nReadWritePaths=\"/srv/my shop\"\n"), "{web}");
    for unit in ["shop-web@.service", "shop-pull.service"] {
        let mut command = Command::new("systemd-analyze");
        let verified = command.args(["verify", "--man=no"]).arg(units.join(unit)).output().expect("it starts");
        assert_eq!(String::from_utf8_lossy(&verified.stderr), "");
    }
}

/// The moments of a cron by the book (crontab(5)): day by day, hour by hour, minute by minute.
fn moments(cron: &str, start: Date) -> impl Iterator<Item = DateTime> {
    let fields: Vec<String> = cron.split(' ').map(str::to_owned).collect();
    let values = |index: usize, first: i8, last: i8| -> Vec<i8> {
        (first..=last).filter(|value| admits(&fields[index], *value, first, last)).collect()
    };
    let (minutes, hours) = (values(0, 0, 59), values(1, 0, 23));
    let (days, months, week) = (values(2, 1, 31), values(3, 1, 12), values(4, 0, 6));
    let both = fields[2] == "*" || fields[4] == "*";
    let due = move |day: &Date| {
        let weekday = day.weekday().to_sunday_zero_offset();
        let (of_month, of_week) = (days.contains(&day.day()), week.contains(&weekday));
        months.contains(&day.month()) && if both { of_month && of_week } else { of_month || of_week }
    };
    let times: Vec<(i8, i8)> = hours.iter().flat_map(|hour| minutes.iter().map(|minute| (*hour, *minute))).collect();
    let days = std::iter::successors(Some(start), |day| day.tomorrow().ok()).filter(due);
    days.flat_map(move |day| times.clone().into_iter().map(move |(hour, minute)| day.at(hour, minute, 0, 0)))
}

/// Whether a field, of numbers, ranges, steps and lists, admits a value.
fn admits(field: &str, value: i8, first: i8, last: i8) -> bool {
    let number = |text: &str| text.parse::<i8>().expect("a number");
    field.split(',').any(|part| {
        let (range, step) = part.split_once('/').unwrap_or((part, "1"));
        let (low, high) = match range.split_once('-') {
            _ if range == "*" => (first, last),
            Some((low, high)) => (number(low), number(high)),
            None => (number(range), number(range)),
        };
        (low..=high).contains(&value) && (value - low) % number(step) == 0
    })
}

/// Schedules of every shape, the same at each run.
fn schedules(count: usize) -> Vec<String> {
    let mut seed = 42_u64;
    let mut below = |limit: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % limit
    };
    let mut field = |first: u64, last: u64, stepped: bool| {
        let mut one = || first + below(last - first + 1);
        let (low, high) = {
            let (a, b) = (one(), one());
            (a.min(b), a.max(b))
        };
        match one() % if stepped { 6 } else { 5 } {
            0 | 1 => "*".to_owned(),
            2 => low.to_string(),
            3 => format!("{low}-{high}"),
            4 => format!("{low},{high}"),
            _ => format!("*/{}", 2 + low % 10),
        }
    };
    (0..count)
        .map(|_| {
            let (minute, hour) = (field(0, 59, true), field(0, 23, true));
            format!("{minute} {hour} {} {} {}", field(1, 28, false), field(1, 12, true), field(0, 6, false))
        })
        .collect()
}

#[test]
fn systemd_is_due_when_cron_is() {
    if !installed("systemd-analyze") {
        return;
    }
    let schedules = schedules(60);
    let admin = |(index, schedule): (usize, &String)| {
        format!("[admin.a{index}]\ncommand = \"shop\"\nschedule = \"{schedule}\"\n")
    };
    let scene = Scene::new();
    let declared: String = schedules.iter().enumerate().map(admin).collect();
    release(&scene, &format!("[processes.web]\ncommand = \"shop\"\n{declared}"));
    let outcome = export(&scene, &[]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.page());
    let (start, count) = (date(2027, 1, 1), 12);
    for (index, schedule) in schedules.iter().enumerate() {
        let timer =
            std::fs::read_to_string(scene.path().join(format!("units/shop-admin-a{index}.timer"))).expect("a timer");
        let events: Vec<&str> = timer.lines().filter_map(|line| line.strip_prefix("OnCalendar=")).collect();
        let mut command = Command::new("systemd-analyze");
        command
            .args(["calendar", &format!("--iterations={count}"), "--base-time=2026-12-31 23:59:59 UTC"])
            .args(&events);
        let said = String::from_utf8(command.output().expect("it starts").stdout).expect("text");
        let of_line = |line: &str| {
            let moment = line.split_once(": ").filter(|(name, _)| name.contains("elapse") || name.contains("Iter."))?.1;
            let moment = moment.split_once(' ')?.1.strip_suffix(" UTC")?;
            Some(moment.parse::<DateTime>().expect(line))
        };
        let mut theirs: Vec<_> = said.lines().filter_map(of_line).collect();
        theirs.sort();
        theirs.dedup();
        theirs.truncate(count);
        assert_eq!(theirs.len(), count, "{schedule}: {events:?}\n{said}");
        let ours: Vec<_> = moments(schedule, start).take(count).collect();
        assert_eq!(theirs, ours, "{schedule}: {events:?}");
    }
}
