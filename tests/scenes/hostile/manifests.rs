//! Manifests that are hostile themselves: the record names them, and their archive is put together as they say.

use super::Hostile;
use super::base::{Base, Entry, zipped};
use cargo_twelve::artifact::Digest;
use serde_json::{Value, json};

/// A hostile archive whose record names this manifest; `entries` follow it.
fn hostile(base: &Base, name: impl Into<String>, manifest: &[u8], entries: &[Entry]) -> Hostile {
    let first =
        Entry::new(b'0', b"app/build.json", manifest).with(super::base::TIME, &base.entries[0].header[136..148]);
    let tar = base.with_end(&[&[first], entries].concat());
    Hostile { name: name.into(), gz: zipped(&tar), id: Digest::of(&tar), manifest: Digest::of(manifest) }
}

pub(crate) fn manifests(base: &Base) -> impl Iterator<Item = Hostile> {
    let good: Value = serde_json::from_slice(&base.manifest.to_bytes().expect("bytes")).expect("JSON");
    let digest = Digest::of(b"x").to_string();
    let mut found = Vec::new();
    let mut with = |name: String, change: &dyn Fn(&mut Value), entries: &[Entry]| {
        let mut manifest = good.clone();
        change(&mut manifest);
        let bytes = serde_json::to_vec(&manifest).expect("bytes");
        found.push(hostile(base, name, &bytes, entries));
    };

    // One file at a path that leaves the tree, or that two readers would take for two.
    let long = format!("app/{}", "d/".repeat(120));
    for path in [
        "../victim",
        "app/../../victim",
        "/tmp/victim",
        "victim",
        "app",
        "app/",
        "app//x",
        "app/./x",
        "app/x/.",
        "app/x/",
        "app/x/..",
        "app/\0",
        "app/x\n",
        "app/\u{1b}[2J",
        "application/x",
        "APP/x",
        "",
        "app/build.json",
        "app/build.json/x",
        long.as_str(),
    ] {
        let file = json!({"mode": "0644", "path": path, "sha256": digest, "size": 1});
        let entries = [Entry::new(b'5', b"app/", b""), Entry::new(b'0', path.as_bytes(), b"x")];
        with(format!("a manifest with the path {path:?}"), &|manifest| manifest["files"] = json!([file]), &entries);
    }
    let file = |path: &str, size: Value| json!({"mode": "0644", "path": path, "sha256": digest, "size": size});
    let one = [Entry::new(b'5', b"app/", b""), Entry::new(b'0', b"app/x", b"x")];
    for size in [
        json!(-1),
        json!(1e30),
        json!(u64::MAX),
        json!(1_u64 << 62),
        json!(1_u64 << 40),
        json!("1"),
        json!(1.5),
        json!(null),
    ] {
        with(format!("a size of {size}"), &|manifest| manifest["files"] = json!([file("app/x", size.clone())]), &one);
    }
    for mode in ["4755", "0777", "0000", "644", "", "-1", "0o644"] {
        let file = json!({"mode": mode, "path": "app/x", "sha256": digest, "size": 1});
        with(format!("a mode of {mode:?}"), &|manifest| manifest["files"] = json!([file]), &one);
    }
    for sha256 in ["", "x", &digest[..63], &digest.to_uppercase(), &format!("{digest}0"), &"0".repeat(64)] {
        let file = json!({"mode": "0644", "path": "app/x", "sha256": sha256, "size": 1});
        with(format!("a digest of {sha256:?}"), &|manifest| manifest["files"] = json!([file]), &one);
    }
    let lists: [(&str, Value); 7] = [
        ("a file twice", json!([file("app/x", json!(1)), file("app/x", json!(1))])),
        ("files in another order", json!([file("app/y", json!(1)), file("app/x", json!(1))])),
        ("a file that is a folder too", json!([file("app/x", json!(1)), file("app/x/y", json!(1))])),
        ("sizes whose sum is too large", json!([file("app/x", json!(u64::MAX)), file("app/y", json!(u64::MAX))])),
        ("no list of files", json!({})),
        ("a list of nothing", json!([null])),
        ("a list of lists", json!([[]])),
    ];
    for (name, list) in lists {
        with(format!("a manifest with {name}"), &|manifest| manifest["files"] = list.clone(), &one);
    }
    for format in [json!(0), json!(2), json!(u64::MAX), json!(-1), json!("1"), json!(null)] {
        with(format!("format {format}"), &|manifest| manifest["format"] = format.clone(), &one);
    }
    for time in [
        "",
        "yesterday",
        "1969-12-31T23:59:59Z",
        "9999-12-31T23:59:59Z",
        "2026-11-22T17:00:00",
        "-000001-01-01T00:00:00Z",
    ] {
        with(format!("the time {time:?}"), &|manifest| manifest["commit_time"] = json!(time), &one);
    }
    for key in
        ["app", "commit", "commit_time", "declaration", "files", "format", "lockfile", "target", "toolchain", "version"]
    {
        let without = |manifest: &mut Value| drop(manifest.as_object_mut().expect("an object").remove(key));
        with(format!("no `{key}`"), &without, &one);
    }
    let texts: [(&str, Vec<u8>); 8] = [
        ("no JSON", b"build".to_vec()),
        ("nothing", Vec::new()),
        ("a number", b"1".to_vec()),
        ("lists in lists", b"[".repeat(200_000)),
        ("objects in objects", br#"{"a":"#.repeat(200_000)),
        ("bytes that are no text", b"{\"format\":1,\"app\":\"\xff\"}".to_vec()),
        ("UTF-16", "{\"format\":1}".encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("a mark before it", [b"\xef\xbb\xbf".to_vec(), serde_json::to_vec(&good).expect("bytes")].concat()),
    ];
    for (name, text) in texts {
        found.push(hostile(base, format!("a manifest of {name}"), &text, &one));
    }
    found.into_iter()
}
