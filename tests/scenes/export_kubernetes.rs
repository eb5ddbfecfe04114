//! Scenes of `export kubernetes`: the manifests as they are written, and what Kubernetes' own schemas say of them.

use super::ledger::release;
use super::scene::{Outcome, Scene, assert_page};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// What is declared in most scenes.
const SHOP: &str = "[processes.web]\ncommand = \"shop serve\"\nport = true\nready = \"/readyz\"\nstop-timeout = \"3s\"\n\
    count = 2\n\n[processes.mail]\ncommand = \"shop listen --greeting ${GREETING} --key $SESSION_KEY '$(X) $$ 5$'\"\n\
    port = \"SMTP_PORT\"\nstart-timeout = \"15m\"\n\n[processes.worker_2]\ncommand = \"sh -c 'echo up; exec sleep 1000'\"\n\
    stop-signal = \"SIGQUIT\"\ncount = 0\n\n[admin.migrate]\ncommand = \"shop migrate\"\nbefore-deploy = true\n\n\
    [admin.seed]\ncommand = \"shop seed\"\nbefore-deploy = true\n\n[admin.report]\ncommand = \"shop report\"\n\
    schedule = \"0 3 * * *\"\n\n[admin.console]\ncommand = \"shop console $NOBODY\"\n\n[config]\npassthrough = [\"OTEL_*\"]\n\n\
    [config.vars.DATABASE_URL]\ntype = \"service-url\"\nschemes = [\"postgres\"]\nsecret = true\n\n\
    [config.vars.SESSION_KEY]\ntype = \"string\"\nsecret = true\n\n\
    [config.vars.HOOK_KEY]\ntype = \"string\"\nsecret = true\nrequired = false\n\n\
    [config.vars.CACHE_URL]\ntype = \"url\"\n\n[config.vars.GREETING]\ntype = \"string\"\ndefault = \"yes\"\n\n\
    [config.vars.WORKERS]\ntype = \"int\"\ndefault = 4\n\n[sandbox]\nwritable = [\"/var/lib/shop\"]\n";

/// The config that goes with it. `CACHE_URL` is declared for all to see, and has a password in it.
const CONFIG: &str = "DATABASE_URL=postgres://shop:hunter2@db/shop\nSESSION_KEY=hunter3\nGREETING=\"a b\"\n\
                      CACHE_URL=redis://:hunter4@cache\nOTEL_HEADERS=key=hunter5\n";

/// An image, by its digest.
const IMAGE: &str = "registry.example.org/shop@sha256:4355a46b19d348dc2f57c046f8ef63d4538ebb936000f3c9ee954a27460dd865";

fn shop() -> Scene {
    let scene = Scene::new();
    release(&scene, SHOP);
    scene.write("prod.env", CONFIG);
    scene
}

fn export(scene: &Scene, more: &[&str]) -> Outcome {
    let words = ["export", "kubernetes", "--release-id", "shop@v1", "--to", "k8s"];
    scene.twelve(words.iter().chain(more))
}

fn exported(scene: &Scene, more: &[&str]) -> Outcome {
    let outcome = export(scene, &[&["--image", IMAGE, "--env-file", "prod.env"], more].concat());
    assert_eq!(outcome.code, Some(0), "{}", outcome.page());
    outcome
}

/// All files that an export says it wrote, each behind its name.
pub(crate) fn files(folder: &Path, outcome: &Outcome) -> String {
    let file = |path: &str| format!("--- {path}\n{}", std::fs::read_to_string(folder.join(path)).expect("text"));
    outcome.stdout.lines().map(file).collect()
}

#[test]
fn a_release_becomes_manifests() {
    let scene = shop();
    let outcome = exported(&scene, &["--port", "8080", "--namespace", "shop-production"]);
    let page = format!("{}\n{}", outcome.page(), files(&scene.path().join("k8s"), &outcome));
    assert_page("export_kubernetes__manifests", &page);
}

#[test]
fn the_same_release_gives_the_same_manifests_and_no_secret_is_in_them() {
    let scene = shop();
    let first = exported(&scene, &[]);
    let manifests = files(&scene.path().join("k8s"), &first);
    let second = exported(&scene, &[]);
    assert_eq!(files(&scene.path().join("k8s"), &second), manifests);
    for outcome in [&first, &second] {
        assert!(!outcome.page().contains("hunter"), "{}", outcome.page());
    }
    assert!(!manifests.contains("hunter"), "{manifests}");
}

#[test]
fn secrets_are_written_where_they_are_asked_for_and_into_one_private_file() {
    let scene = shop();
    let outcome = exported(&scene, &["--with-secrets", "--namespace", "staging"]);
    let secret = scene.path().join("k8s/secret.yaml");
    assert_eq!(secret.metadata().expect("there").permissions().mode() & 0o777, 0o600);
    let text = std::fs::read_to_string(secret).expect("text");
    for value in ["hunter2", "hunter3", "hunter4", "hunter5"] {
        assert_eq!(text.matches(value).count(), 1, "{text}");
    }
    assert!(text.contains("  name: shop-config\n  namespace: staging\n"), "{text}");
    let all = files(&scene.path().join("k8s"), &outcome);
    assert_eq!(all.matches("hunter").count(), text.matches("hunter").count());
    // Asked for, they have to be there.
    scene.write("prod.env", CONFIG.replace("SESSION_KEY=hunter3\n", ""));
    let lacking = export(&scene, &["--image", IMAGE, "--env-file", "prod.env", "--with-secrets"]);
    assert_eq!(lacking.code, Some(78), "{}", lacking.page());
    let elsewhere = exported(&scene, &[]);
    assert!(elsewhere.stderr.contains("`SESSION_KEY`"), "{}", elsewhere.stderr);
}

#[test]
fn the_command_that_makes_the_secret_can_be_typed_also_where_a_file_has_a_space_in_its_name() {
    let scene = shop();
    scene.write("the prod.env", CONFIG);
    let outcome = export(&scene, &["--image", IMAGE, "--env-file", "the prod.env"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.page());
    assert!(outcome.stderr.contains("--env-file 'the prod.env' | kubectl apply"), "{}", outcome.stderr);
}

#[test]
fn another_config_has_another_name_and_the_same_secret() {
    let scene = shop();
    let name = |outcome: &Outcome| {
        let text = files(&scene.path().join("k8s"), outcome);
        let start = text.find("name: shop-config-").expect("a name") + 6;
        (text[start..start + 22].to_owned(), text.matches(&text[start..start + 22]).count())
    };
    let (first, count) = name(&exported(&scene, &[]));
    assert!(count > 3, "every container names it");
    scene.write("prod.env", CONFIG.replace("hunter3", "hunter6"));
    assert_eq!(name(&exported(&scene, &[])).0, first);
    scene.write("prod.env", format!("{CONFIG}WORKERS=5\n"));
    assert_ne!(name(&exported(&scene, &[])).0, first);
}

#[test]
fn an_image_that_may_be_another_tomorrow_is_refused() {
    let scene = shop();
    for (image, says) in [
        ("registry.example.org/shop:v1", "names no digest"),
        ("shop", "names no digest"),
        ("docker://shop@sha256:ab", "is no image"),
        ("", "is no image"),
    ] {
        let refused = export(&scene, &["--image", image, "--env-file", "prod.env"]);
        assert_eq!(refused.code, Some(2), "{}", refused.page());
        assert!(refused.stderr.contains(says) && refused.stderr.contains("hint: "), "{}", refused.stderr);
    }
    let refused = export(&scene, &["--image", IMAGE, "--namespace", "Shop_1"]);
    assert_eq!(refused.code, Some(2), "{}", refused.page());
    assert!(!scene.path().join("k8s").exists());
}

#[test]
fn what_cannot_start_in_a_pod_is_not_exported() {
    let scene = Scene::new();
    release(
        &scene,
        "[processes.web]\ncommand = \"shop serve $TZ $OPTIONAL\"\n[config.vars.OPTIONAL]\ntype = \"string\"\n\
                     secret = true\nrequired = false\n[config.vars.LEVEL]\ntype = \"int\"\n",
    );
    let refused = export(&scene, &["--image", IMAGE]);
    assert_eq!(refused.code, Some(78), "{}", refused.page());
    assert!(refused.stderr.contains("`LEVEL` is missing"), "{}", refused.stderr);
    scene.write("prod.env", "LEVEL=1\n");
    let refused = export(&scene, &["--image", IMAGE, "--env-file", "prod.env"]);
    assert_eq!(refused.code, Some(78), "{}", refused.page());
    assert!(refused.stderr.contains("names `TZ`, `OPTIONAL`, which nobody sets"), "{}", refused.stderr);
    assert!(!scene.path().join("k8s").exists());
}

#[test]
fn a_program_reads_the_files_in_the_last_line() {
    let scene = shop();
    let outcome = exported(&scene, &["--format", "json"]);
    let document: serde_json::Value = outcome.stdout.lines().last().expect("a line").parse().expect("a document");
    assert_eq!((&document["release"], &document["files"][0]), (&"v1".into(), &"configmap.yaml".into()));
    assert!(outcome.stdout.contains("env export --to k8s-secret") && !outcome.page().contains("hunter"));
}

#[test]
fn without_a_contract_every_name_may_be_a_secret() {
    let scene = Scene::new();
    release(&scene, "[processes.web]\ncommand = \"shop serve\"\nport = true\n");
    scene.write("prod.env", "GREETING=hunter1\nPORT=8000\n");
    let outcome = exported(&scene, &[]);
    let all = files(&scene.path().join("k8s"), &outcome);
    assert!(!all.contains("ConfigMap") && !all.contains("hunter"), "{all}");
    assert!(all.contains("key: GREETING") && all.contains("containerPort: 8000"), "{all}");
}

#[test]
fn kubernetes_own_schemas_find_nothing_wrong_in_three_versions() {
    let python = "import kubernetes_validate, yaml, sys\nbad = 0\nfor version in ('1.30', '1.34', '1.37'):\n  for path in sys.argv[1:]:\n    \
        try: kubernetes_validate.validate(yaml.safe_load(open(path)), version, strict=True)\n    \
        except kubernetes_validate.ValidationError as error:\n      bad += 1; print(version, path, error.message)\n\
        print('seen', len(sys.argv) - 1, 'bad', bad)";
    let scene = shop();
    let validate = |paths: &str| {
        let paths: Vec<_> = paths.lines().map(|path| scene.path().join("k8s").join(path)).collect();
        let home = std::env::var_os("HOME").unwrap_or_default();
        scene.outcome(scene.command("python3").env("HOME", home).args(["-c", python]).args(paths))
    };
    if validate("").stderr.contains("No module named") {
        eprintln!("SKIPPED: this machine's python3 has no kubernetes_validate");
        return;
    }
    for more in [&[][..], &["--with-secrets", "--namespace", "staging"]] {
        let outcome = exported(&scene, more);
        let seen = validate(&outcome.stdout);
        let count = outcome.stdout.lines().count();
        assert_eq!(seen.stdout, format!("seen {count} bad 0\n"), "{}", seen.page());
    }
    // It is seen to refuse what is wrong, in every version.
    let path = scene.path().join("k8s/processes/web.deployment.yaml");
    let text = std::fs::read_to_string(&path).expect("text");
    std::fs::write(&path, text.replace("readOnlyRootFilesystem", "readOnlyRootFileSystem")).expect("written");
    let seen = validate("processes/web.deployment.yaml");
    assert!(seen.stdout.ends_with("seen 1 bad 3\n"), "{}", seen.page());
}

#[test]
fn a_reader_of_yaml_gets_back_what_was_declared() {
    let scene = shop();
    scene.write("prod.env", CONFIG.replace("\"a b\"", "'1e3: \"x\" # $(PORT) é'"));
    exported(&scene, &[]);
    let python = "import yaml, json\nmail = yaml.safe_load(open('k8s/processes/mail.deployment.yaml'))\n\
        container = mail['spec']['template']['spec']['containers'][0]\n\
        print(json.dumps([container['args'], yaml.safe_load(open('k8s/configmap.yaml'))['data'], \
        {one['name']: one.get('value') for one in container['env']}], sort_keys=True, ensure_ascii=False))";
    let home = std::env::var_os("HOME").unwrap_or_default();
    let read = scene.outcome(scene.command("python3").env("HOME", home).args(["-c", python]));
    if read.stderr.contains("No module named") {
        eprintln!("SKIPPED: this machine's python3 has no yaml");
        return;
    }
    let read: serde_json::Value = serde_json::from_str(&read.stdout).expect(&read.stderr);
    let greeting = "1e3: \"x\" # $(PORT) é";
    // A `$(` of the config stays one where Kubernetes expands arguments; the ConfigMap is not expanded.
    let argument = greeting.replace('$', "$$");
    let arguments = ["listen", "--greeting", &argument, "--key", "$(SESSION_KEY)", "$$(X) $$$ 5$"];
    assert_eq!(read[0], serde_json::json!(arguments));
    assert_eq!(read[1], serde_json::json!({"GREETING": greeting, "WORKERS": "4"}));
    assert_eq!(read[2]["SMTP_PORT"], "5000");
    assert_eq!(read[2]["PORT"], "5000");
    assert!(read[2]["PROCESS"].is_null() && read[2]["SESSION_KEY"].is_null());
}
