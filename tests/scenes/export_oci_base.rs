//! Scenes of `export oci` over a base: it is taken by digest, verified, and asked for what the build needs.

use super::containers::{ImageRegistry, podman, podman_is_here};
use super::export_oci::{SHOP, config_of, digest, document, export};
use super::export_oci_registry::{Counted, breaking_way_to};
use super::ledger::{release, release_needing};
use super::scene::{Outcome, Scene};
use cargo_twelve::artifact::{Digest, System};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use tar::{Builder, EntryType, Header};

/// What is in a layer.
enum Entry<'a> {
    Folder(&'a str, u32),
    File(&'a str, &'a [u8]),
    Link(&'a str, &'a str),
    HardLink(&'a str, &'a str),
}
use Entry::{File, Folder, HardLink, Link};

/// A C library that defines versions up to this one.
fn libc(version: &str) -> Vec<u8> {
    format!("\0GLIBC_2.2.5\0GLIBC_{version}\0GLIBC_PRIVATE\0").into_bytes()
}

fn layer(entries: &[Entry<'_>]) -> Vec<u8> {
    let mut tar = Builder::new(Vec::new());
    for entry in entries {
        let (path, kind, mode, content, target): (_, _, _, &[u8], _) = match entry {
            Folder(path, mode) => (path, EntryType::Directory, *mode, b"", None),
            File(path, content) => (path, EntryType::Regular, 0o755, content, None),
            Link(path, target) => (path, EntryType::Symlink, 0o777, b"", Some(target)),
            HardLink(path, target) => (path, EntryType::Link, 0o755, b"", Some(target)),
        };
        let mut header = Header::new_gnu();
        header.set_entry_type(kind);
        header.set_mode(mode);
        header.set_size(content.len() as u64);
        match target {
            Some(target) => tar.append_link(&mut header, path, target).expect("memory"),
            None => tar.append_data(&mut header, path, content).expect("memory"),
        }
    }
    tar.into_inner().expect("memory")
}

/// What docker calls a layer, a config and a manifest, and what the image specification does.
const DOCKERS: [&str; 3] = [
    "application/vnd.docker.image.rootfs.diff.tar.gzip",
    "application/vnd.docker.container.image.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
];
const SPECIFIED: [&str; 3] = [
    "application/vnd.oci.image.layer.v1.tar+gzip",
    "application/vnd.oci.image.config.v1+json",
    "application/vnd.oci.image.manifest.v1+json",
];

/// An image in a folder.
struct Layout(PathBuf);

impl Layout {
    fn at(folder: &Path) -> Self {
        std::fs::create_dir_all(folder.join("blobs/sha256")).expect("folders");
        Self(folder.to_path_buf())
    }

    /// Keeps a part, and gives its descriptor.
    fn keep(&self, kind: &str, bytes: &[u8]) -> Value {
        let digest = Digest::of(bytes);
        std::fs::write(self.0.join(format!("blobs/sha256/{digest}")), bytes).expect("a part");
        json!({"mediaType": kind, "digest": format!("sha256:{digest}"), "size": bytes.len()})
    }

    /// Keeps an image of these layers as docker writes it, and gives its descriptor.
    fn image(&self, architecture: &str, layers: &[Vec<u8>]) -> Value {
        self.image_of(DOCKERS, architecture, layers)
    }

    fn image_of(&self, [of_layer, of_config, of_manifest]: [&str; 3], architecture: &str, layers: &[Vec<u8>]) -> Value {
        let (mut ids, mut descriptors) = (Vec::new(), Vec::new());
        for layer in layers {
            ids.push(format!("sha256:{}", Digest::of(layer)));
            let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
            packed.write_all(layer).expect("memory");
            let packed = packed.finish().expect("memory");
            descriptors.push(self.keep(of_layer, &packed));
        }
        let config = json!({
            "architecture": architecture, "os": "linux",
            "config": {"Env": ["PATH=/usr/bin:/bin", "SSL_CERT_FILE=/etc/ssl/all.pem", "HOME=/root", "PORT=80"], "User": "root", "Cmd": ["sh"]},
            "rootfs": {"type": "layers", "diff_ids": ids},
        });
        let config = self.keep(of_config, config.to_string().as_bytes());
        let manifest = json!({"schemaVersion": 2, "mediaType": of_manifest, "config": config, "layers": descriptors});
        let mut descriptor = self.keep(of_manifest, manifest.to_string().as_bytes());
        descriptor["platform"] = json!({"architecture": architecture, "os": "linux"});
        descriptor
    }

    /// `--base` for what a descriptor names.
    fn base(&self, descriptor: &Value) -> String {
        format!("oci:{}@{}", self.0.display(), descriptor["digest"].as_str().expect("a digest"))
    }
}

/// A system with a C library, as a distribution lays it out.
fn system(version: &str) -> Vec<u8> {
    layer(&[
        Folder("./usr/lib/x86_64-linux-gnu", 0o755),
        Folder("tmp", 0o1777),
        Link("lib", "usr/lib"),
        Link("lib64", "usr/lib64"),
        Link("usr/lib64/ld-linux-x86-64.so.2", "../lib/x86_64-linux-gnu/ld-2.so"),
        File("usr/lib/x86_64-linux-gnu/ld-2.so", b"loader"),
        File("usr/lib/x86_64-linux-gnu/libc-2.so", &libc(version)),
        Link("usr/lib/x86_64-linux-gnu/libc.so.6", "libc-2.so"),
        File("usr/lib/x86_64-linux-gnu/libgcc_s.so.1", b"gcc"),
    ])
}

fn needs(libraries: &[&str]) -> System {
    System {
        needed: libraries.iter().map(|name| (*name).to_owned()).collect(),
        glibc: Some("2.34".to_owned()),
        loader: Some("/lib64/ld-linux-x86-64.so.2".to_owned()),
        ..System::default()
    }
}

/// A release that needs a C library, and an empty layout.
fn scene() -> (Scene, Layout) {
    let scene = Scene::new();
    release_needing(&scene, SHOP, needs(&["libc.so.6", "libgcc_s.so.1"]));
    let layout = Layout::at(&scene.path().join("base"));
    (scene, layout)
}

fn over(scene: &Scene, base: &str) -> Outcome {
    export(scene, &["--to", "image", "--base", base])
}

#[test]
fn a_base_becomes_the_lower_layers() {
    let (scene, layout) = scene();
    let base = layout.image("amd64", &[system("2.36"), layer(&[File("usr/bin/tool", b"tool")])]);
    let digest = digest(&over(&scene, &layout.base(&base)));
    let image = scene.path().join("image");
    let (own, of_base) = (document(&image, &digest), document(&layout.0, base["digest"].as_str().expect("a digest")));
    let digests = |manifest: &Value| {
        let layers = manifest["layers"].as_array().expect("layers").clone();
        layers.into_iter().map(|layer| layer["digest"].clone()).collect::<Vec<_>>()
    };
    // It has a folder for temporary files, so there is the build's layer alone.
    assert_eq!(digests(&own)[..2], digests(&of_base)[..]);
    assert_eq!(digests(&own).len(), 3);
    let config = config_of(&image, &digest);
    assert_eq!(config["rootfs"]["diff_ids"].as_array().expect("digests").len(), 3);
    assert_eq!(config["history"].as_array().expect("entries").len(), 3);
    let config = &config["config"];
    let environment: Vec<_> =
        config["Env"].as_array().expect("an environment").iter().filter_map(Value::as_str).collect();
    assert!(environment.contains(&"SSL_CERT_FILE=/etc/ssl/all.pem"), "{environment:?}");
    assert!(environment.contains(&"PATH=/app/bin:/usr/bin:/bin"), "{environment:?}");
    // What every process is told is never the base's to say.
    let own = environment.iter().filter(|one| one.starts_with("HOME=") || one.starts_with("PORT="));
    assert_eq!(own.copied().collect::<Vec<_>>(), ["HOME=/", "PORT=5000"]);
    assert_eq!((&config["User"], &config["Cmd"]), (&"65532:65532".into(), &json!(["drain"])));
    assert_eq!(config["Labels"]["org.opencontainers.image.base.digest"], base["digest"]);
}

#[test]
fn an_index_is_searched_for_the_platform() {
    let (scene, layout) = scene();
    let images = json!({"schemaVersion": 2, "manifests": [
        layout.image("arm64", &[layer(&[])]), layout.image("amd64", &[system("2.36")]),
    ]});
    let index = layout.keep("application/vnd.oci.image.index.v1+json", images.to_string().as_bytes());
    let found = config_of(&scene.path().join("image"), &digest(&over(&scene, &layout.base(&index))));
    assert_eq!(found["architecture"], "amd64");
    let other = layout.base(&layout.image("arm64", &[system("2.36")]));
    over(&scene, &other).refused(77, &["is not for linux/amd64", "it is for `linux/arm64`"]);
}

#[test]
fn what_a_base_lacks_is_named() {
    let (scene, layout) = scene();
    let refused = |layers: &[Vec<u8>], why: &str| {
        over(&scene, &layout.base(&layout.image("amd64", layers))).refused(77, &[why]);
    };
    refused(&[system("2.31")], "has glibc 2.31, and the build needs 2.34");
    refused(&[layer(&[])], "has no `/lib64/ld-linux-x86-64.so.2`, which loads the build's programs");
    // What a later layer takes away is not there, whichever way it is written down.
    let missing = "has no `libgcc_s.so.1`, which the build needs";
    refused(&[system("2.36"), layer(&[File("usr/lib/x86_64-linux-gnu/.wh.libgcc_s.so.1", b"")])], missing);
    refused(
        &[
            system("2.36"),
            layer(&[
                File("usr/lib/x86_64-linux-gnu/.wh..wh..opq", b""),
                File("usr/lib/x86_64-linux-gnu/ld-2.so", b"loader"),
                File("usr/lib/x86_64-linux-gnu/libc.so.6", &libc("2.36")),
            ]),
        ],
        missing,
    );
    // The loader does not look there.
    let elsewhere = [File("opt/libgcc_s.so.1", b"gcc"), File("usr/lib/x86_64-linux-gnu/.wh.libgcc_s.so.1", b"")];
    refused(&[system("2.36"), layer(&elsewhere)], missing);
    assert!(!scene.path().join("image").exists());
}

#[test]
fn what_a_later_layer_brings_is_there() {
    let (scene, layout) = scene();
    let cases: [&[Entry<'_>]; 3] = [
        &[File("usr/lib/libgcc_s.so.1", b"gcc")],
        &[HardLink("usr/lib/libgcc_s.so.1", "usr/lib/x86_64-linux-gnu/ld-2.so")],
        // As ldconfig writes it down.
        &[File("etc/ld.so.cache", b"x\0libgcc_s.so.1\0/opt/libgcc_s.so.1\0")],
    ];
    for later in cases {
        let gone = layer(&[File("usr/lib/x86_64-linux-gnu/.wh.libgcc_s.so.1", b"")]);
        let base = layout.image("amd64", &[system("2.36"), gone, layer(later)]);
        digest(&over(&scene, &layout.base(&base)));
    }
}

#[test]
fn a_base_is_not_believed_but_by_its_digest() {
    let (scene, layout) = scene();
    over(&scene, "debian:12").refused(2, &["skopeo inspect --format '{{.Digest}}' docker://debian:12"]);
    let base = layout.image("amd64", &[system("2.36")]);
    let manifest = document(&layout.0, base["digest"].as_str().expect("a digest"));
    let part =
        |digest: &Value| layout.0.join("blobs/sha256").join(&digest.as_str().expect("a digest")["sha256:".len()..]);
    for digest in [&base["digest"], &manifest["config"]["digest"], &manifest["layers"][0]["digest"]] {
        let path = part(digest);
        let whole = std::fs::read(&path).expect("a part");
        let mut changed = whole.clone();
        changed[whole.len() / 2] ^= 1;
        std::fs::write(&path, &changed).expect("written");
        over(&scene, &layout.base(&base)).refused(65, &["cannot be a base: its", "is not what its digest says"]);
        std::fs::remove_file(&path).expect("removed");
        over(&scene, &layout.base(&base)).refused(66, &["cannot be had: there is no"]);
        std::fs::write(&path, &whole).expect("written");
    }
    digest(&over(&scene, &layout.base(&base)));
}

#[test]
fn a_layer_that_is_another_than_its_config_says_is_refused() {
    let (scene, layout) = scene();
    let base = layout.image("amd64", &[system("2.36")]);
    let manifest = document(&layout.0, base["digest"].as_str().expect("a digest"));
    let other = layout.image("amd64", &[system("2.31")]);
    let other = document(&layout.0, other["digest"].as_str().expect("a digest"));
    let mixed = json!({"schemaVersion": 2, "config": manifest["config"], "layers": other["layers"]});
    let mixed = layout.keep("application/vnd.oci.image.manifest.v1+json", mixed.to_string().as_bytes());
    over(&scene, &layout.base(&mixed)).refused(65, &["is not the one of its config"]);
    let mut zstd = manifest;
    zstd["layers"][0]["mediaType"] = json!("application/vnd.oci.image.layer.v1.tar+zstd");
    let zstd = layout.keep("application/vnd.oci.image.manifest.v1+json", zstd.to_string().as_bytes());
    over(&scene, &layout.base(&zstd)).refused(77, &["a layer of the kind", "--dest-compress-format gzip"]);
}

#[test]
fn links_of_a_base_never_lead_out_of_it_or_in_circles() {
    let (scene, layout) = scene();
    let circle = layer(&[Link("lib64", "/lib32"), Link("lib32", "lib64"), Link("usr", "../../../../usr")]);
    let base = layout.base(&layout.image("amd64", &[circle]));
    // This machine has the loader at that path; the base has not.
    over(&scene, &base).refused(77, &["has no `/lib64/ld-linux-x86-64.so.2`"]);
    let out = layer(&[Link("lib64", "../../../../../../../lib64")]);
    over(&scene, &layout.base(&layout.image("amd64", &[out]))).refused(77, &["has no `/lib64/ld-linux-x86-64.so.2`"]);
}

/// A base of this machine's own C library and shell.
fn real_system() -> Vec<u8> {
    let read = |path: &str| std::fs::read(path).expect(path);
    let folder = "usr/lib/x86_64-linux-gnu";
    let library = |name: &str| (format!("{folder}/{name}"), read(&format!("/lib/x86_64-linux-gnu/{name}")));
    let libraries = ["libc.so.6", "libgcc_s.so.1"].map(library);
    let (loader, shell) = (read("/lib64/ld-linux-x86-64.so.2"), read("/bin/dash"));
    let mut entries = vec![
        Folder("tmp", 0o1777),
        Link("lib", "usr/lib"),
        Link("lib64", "usr/lib64"),
        Link("bin", "usr/bin"),
        File("usr/lib64/ld-linux-x86-64.so.2", &loader),
        File("usr/bin/sh", &shell),
    ];
    entries.extend(libraries.iter().map(|(path, bytes)| File(path, bytes)));
    layer(&entries)
}

/// Brings a base of one layer into a registry, and gives its digest.
fn brought(scene: &Scene, place: &str, system: Vec<u8>) -> String {
    let layout = Layout::at(&scene.path().join("base"));
    let mut base = layout.image_of(SPECIFIED, "amd64", &[system]);
    base["annotations"] = json!({"org.opencontainers.image.ref.name": "1"});
    let index = json!({"schemaVersion": 2, "manifests": [base]}).to_string();
    std::fs::write(layout.0.join("index.json"), index).expect("written");
    std::fs::write(layout.0.join("oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}").expect("written");
    let mut copy = scene.command("skopeo");
    copy.args(["copy", "-q", "--insecure-policy", "--dest-tls-verify=false", "oci:base:1"]);
    let copied = scene.outcome(copy.arg(place));
    assert_eq!(copied.code, Some(0), "{}", copied.stderr);
    base["digest"].as_str().expect("a digest").to_owned()
}

#[test]
fn a_layer_of_a_base_that_breaks_off_is_read_again_from_its_start() {
    if !super::containers::skopeo_is_here() {
        return;
    }
    let Some(registry) = ImageRegistry::open() else { return };
    let scene = Scene::new();
    release(&scene, SHOP);
    let noise: String = (0..10_000_u32).map(|number| Digest::of(&number.to_le_bytes()).to_string()).collect();
    let digest = brought(&scene, &registry.place("bases/big:1"), layer(&[File("noise", noise.as_bytes())]));
    let (port, broken) = breaking_way_to(&registry, Counted::Answers, &[100_000, 150_000]);
    let exported = over(&scene, &format!("127.0.0.1:{port}/bases/big@{digest}"));
    assert_eq!(exported.code, Some(0), "{}", exported.page());
    assert_eq!(broken.load(Ordering::SeqCst), 2);
}

#[test]
#[cfg(target_arch = "x86_64")]
fn a_base_in_a_registry_lends_its_layers_and_its_programs_run() {
    let scene = Scene::new();
    if !podman_is_here(&scene) || !Path::new("/bin/dash").exists() {
        return;
    }
    let Some(registry) = ImageRegistry::open() else { return };
    if !super::containers::skopeo_is_here() {
        return;
    }
    release(&scene, "[processes.web]\ncommand = \"sh -c 'echo $0 $PROCESS; shop exit 5' run\"\n");
    let digest = brought(&scene, &registry.place("bases/sh:1"), real_system());
    let mut read = 0;
    registry.asked(&mut read);
    let base = format!("{}@{digest}", registry.name("bases/sh"));
    let pushed = export(&scene, &["--to", &registry.place("shop"), "--base", &base]);
    assert_eq!(pushed.code, Some(0), "{}", pushed.page());
    // The base's layer was there already under another name; uploaded are the build, the config and the manifest.
    let puts = registry.asked(&mut read).into_iter().filter(|one| one.starts_with("PUT ")).collect::<Vec<_>>();
    let part = "PUT /v2/shop/blobs/uploads/";
    assert_eq!(puts, [part, part, "PUT /v2/shop/manifests/v1"]);
    let image = pushed.stdout.trim();
    let ran = scene.outcome(podman(&scene).args(["run", "--rm", "-q", "--network=host", "--read-only", image]));
    assert_eq!((ran.stdout.as_str(), ran.code), ("run web.1\n", Some(5)), "{}", ran.stderr);
    let inspected = scene.outcome(podman(&scene).args(["image", "inspect", "--format", "{{.Labels}}", image]));
    assert!(inspected.stdout.contains(&format!("base.name:{base}")), "{}", inspected.stdout);
}
