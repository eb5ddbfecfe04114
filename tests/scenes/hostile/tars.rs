//! Tars that say something else than their manifest: types, names, sizes, modes, and entries that nobody asked for.

use super::Hostile;
use super::base::{
    BLOCK, Base, Entry, FLAG, GID, GROUP, LINK, MAGIC, MAJOR, MINOR, MODE, NAME, PREFIX, REST, SIZE, SUM, TIME, UID,
    USER,
};

/// The entries that are changed: the manifest, the first folder, a file, the last.
fn places(base: &Base) -> [usize; 4] {
    let program = base.entries.iter().position(|one| one.name() == "app/bin/shop").expect("it is there");
    [0, 1, program, base.entries.len() - 1]
}

/// One field of one header is another.
pub(crate) fn headers(base: &Base) -> impl Iterator<Item = Hostile> {
    let mut found = Vec::new();
    // Every type that POSIX, GNU, Solaris or star gives a meaning, and some that nobody does.
    let types = b"\x00012345679gxLKSNMVDAXEIZ\xff ";
    let sizes: [(&str, &[u8]); 14] = [
        ("negative", b"-0000000001\0"),
        ("the largest octal one", b"77777777777\0"),
        ("octal without an end", b"777777777777"),
        ("base-256", b"\x80\0\0\0\0\0\0\0\0\0\0\x05"),
        ("base-256, huge", b"\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff"),
        ("base-256, negative", b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"),
        ("empty", b""),
        ("spaces", b"           \0"),
        ("leading spaces", b"         12\0"),
        ("not octal", b"00000000009\0"),
        ("decimal point", b"000000001.0\0"),
        ("a plus", b"+0000000001\0"),
        ("0", b"00000000000\0"),
        ("1", b"00000000001\0"),
    ];
    let others: [(&str, (usize, usize), &[u8]); 22] = [
        ("setuid", MODE, b"0004755\0"),
        ("setgid", MODE, b"0002755\0"),
        ("sticky", MODE, b"0001777\0"),
        ("writable for all", MODE, b"0000777\0"),
        ("closed", MODE, b"0000000\0"),
        ("a mode that is none", MODE, b"rwxr-xr\0"),
        ("a mode in base-256", MODE, b"\x80\0\0\0\0\0\x09\xed"),
        ("a user", UID, b"0001750\0"),
        ("a group", GID, b"0001750\0"),
        ("a user in base-256", UID, b"\x80\0\0\0\0\0\0\x01"),
        ("a user's name", USER, b"root"),
        ("a group's name", GROUP, b"root"),
        ("another time", TIME, b"00000000001\0"),
        ("a time before 1970", TIME, b"-0000000001\0"),
        ("a time in base-256", TIME, b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00"),
        ("GNU's magic", MAGIC, b"ustar  \0"),
        ("no magic", MAGIC, b""),
        ("a version that is none", MAGIC, b"ustar\x0099"),
        ("a device", MAJOR, b"0000010\0"),
        ("a minor device", MINOR, b"0000377\0"),
        ("bytes behind the fields", REST, b"star\0tar"),
        ("a link's target", LINK, b"../../../victim"),
    ];
    for place in places(base) {
        let own = base.entries[place].clone();
        let name = own.name();
        let mut add = |what: String, entry: Entry| {
            if entry.header != own.header {
                found.push(base.hostile(format!("{name}: {what}"), &base.changed(place, |_| entry.clone())));
            }
        };
        for one in types {
            let entry = own.with(FLAG, &[*one]);
            let entry = if matches!(one, b'1' | b'2') { entry.with(LINK, b"../../../victim") } else { entry };
            add(format!("type {:?}", char::from(*one)), entry);
        }
        for (what, bytes) in sizes {
            add(format!("size {what}"), own.with(SIZE, bytes));
        }
        for (what, field, bytes) in others {
            add(what.to_owned(), own.with(field, bytes));
        }
        add("a checksum that does not fit".to_owned(), own.raw(SUM, b"000000\0 "));
        add("no checksum".to_owned(), own.raw(SUM, b""));
        add("a checksum in another form".to_owned(), {
            let sum = String::from_utf8_lossy(&own.header[148..154]).into_owned();
            own.raw(SUM, format!(" {}\0 ", &sum[1..]).as_bytes())
        });
    }
    found.into_iter()
}

/// An entry has another name: one that leaves the tree, or one that only looks like its own.
pub(crate) fn names(base: &Base) -> impl Iterator<Item = Hostile> {
    let names: [&[u8]; 30] = [
        b"../victim",
        b"../../victim",
        b"app/../../victim",
        b"app/../../../../../../../../tmp/victim",
        b"/tmp/victim",
        b"//tmp/victim",
        b"app/./bin/shop",
        b"./app/bin/shop",
        b"app//bin/shop",
        b"app/bin/shop/",
        b"app/bin/shop/..",
        b"app/bin/../bin/shop",
        b"..",
        b".",
        b"/",
        b"",
        b"app/bin/SHOP",
        b"APP/bin/shop",
        "app/bin/sho\u{70}\u{301}".as_bytes(),
        "app/bin/\u{455}hop".as_bytes(),
        "app/bin/shop\u{200b}".as_bytes(),
        "app/bin/\u{202e}pohs".as_bytes(),
        b"app/bin/shop ",
        b"app/bin/shop\n",
        b"app/bin/\x1b[2Jshop",
        b"app/bin/sh\xffop",
        b"app\\bin\\shop",
        b"C:\\victim",
        b"app/bin/shop\0/../../victim",
        &[b'a'; 100],
    ];
    let prefixes: [(&[u8], &[u8]); 6] = [
        (b"..", b"victim"),
        (b"/tmp", b"victim"),
        (b"app", b"bin/shop"),
        (b"app/bin", b"shop"),
        (b"app/", b"bin/shop"),
        (b"app/bin/..", b"../../victim"),
    ];
    let [_, folder, program, _] = places(base);
    let mut found = Vec::new();
    for place in [folder, program] {
        for name in names {
            let tar = base.changed(place, |own| own.with(NAME, name));
            found.push(base.hostile(format!("the name {}", name.escape_ascii()), &tar));
        }
        for (prefix, name) in prefixes {
            let tar = base.changed(place, |own| own.with(PREFIX, prefix).with(NAME, name));
            found.push(base.hostile(format!("{}, {}", prefix.escape_ascii(), name.escape_ascii()), &tar));
        }
    }
    found.into_iter()
}

/// Entries that nobody asked for, or in another order, or missing.
pub(crate) fn entries(base: &Base) -> impl Iterator<Item = Hostile> {
    let pax = |record: &str| {
        // "LENGTH KEY=VALUE\n", its own length included.
        let mut length = record.len() + 3;
        while format!("{length} {record}\n").len() != length {
            length += 1;
        }
        format!("{length} {record}\n").into_bytes()
    };
    let link = |flag: u8, name: &[u8], target: &[u8]| Entry::new(flag, name, b"").with(LINK, target);
    let sparse = Entry::new(b'S', b"app/bin/shop", b"x")
        .with((386, 24), b"00000000000\x00000000000001")
        .with((483, 12), b"77777777777");
    let own = |name: &str| base.entries.iter().find(|one| one.name() == name).expect("it is there").clone();
    let more: Vec<(&str, Vec<Entry>)> = vec![
        ("a link out of the tree", vec![link(b'2', b"app/out", b"../../../..")]),
        (
            "a file through a link",
            vec![link(b'2', b"app/out", b"../../../.."), Entry::new(b'0', b"app/out/victim", b"x")],
        ),
        ("a link in place of a folder", vec![link(b'2', b"app/bin", b"/tmp")]),
        ("a hard link to a file outside", vec![link(b'1', b"app/passwd", b"/etc/passwd")]),
        ("a hard link, then a write", vec![link(b'1', b"app/v", b"../../../victim"), Entry::new(b'0', b"app/v", b"x")]),
        (
            "a character device",
            vec![Entry::new(b'3', b"app/null", b"").with(MAJOR, b"0000001\0").with(MINOR, b"0000003\0")],
        ),
        ("a block device", vec![Entry::new(b'4', b"app/sda", b"").with(MAJOR, b"0000010\0")]),
        ("a fifo", vec![Entry::new(b'6', b"app/fifo", b"")]),
        ("a contiguous file", vec![Entry::new(b'7', b"app/contiguous", b"x")]),
        ("PAX: another path", vec![Entry::new(b'x', b"PaxHeaders/shop", &pax("path=../../../victim"))]),
        ("PAX: another size", vec![Entry::new(b'x', b"PaxHeaders/shop", &pax("size=99999999999"))]),
        ("PAX: a link", vec![Entry::new(b'x', b"PaxHeaders/shop", &pax("linkpath=/etc/passwd"))]),
        ("PAX: a sparse file", vec![Entry::new(b'x', b"PaxHeaders/shop", &pax("GNU.sparse.realsize=60000000000"))]),
        ("PAX: a length that lies", vec![Entry::new(b'x', b"PaxHeaders/shop", b"9999999999 path=x\n")]),
        ("PAX: no length", vec![Entry::new(b'x', b"PaxHeaders/shop", b"path=x\n")]),
        ("PAX for all: another path", vec![Entry::new(b'g', b"GlobalHead", &pax("path=../../../victim"))]),
        ("PAX for all: a comment", vec![Entry::new(b'g', b"pax_global_header", &pax("comment=c0ffee"))]),
        ("GNU: a long name", vec![Entry::new(b'L', b"././@LongLink", b"../../../../../../../../victim\0")]),
        ("GNU: a long link", vec![Entry::new(b'K', b"././@LongLink", b"/etc/passwd\0")]),
        ("GNU: a sparse file of 8 GiB", vec![sparse]),
        ("GNU: a volume", vec![Entry::new(b'V', b"backup", b"")]),
        ("GNU: a file that goes on", vec![Entry::new(b'M', b"app/bin/shop", b"x")]),
        ("GNU: a listing of a folder", vec![Entry::new(b'D', b"app/", b"Yvictim\0\0")]),
        ("a file twice", vec![own("app/bin/shop")]),
        ("a folder twice", vec![own("app/bin/")]),
        ("the manifest twice", vec![base.entries[0].clone()]),
        ("a twin by case", vec![Entry::new(b'0', b"app/cargo.lock", b"x")]),
        ("a twin by composition", vec![Entry::new(b'0', "app/static/caf\u{65}\u{301}".as_bytes(), b"x")]),
        ("a file that is not in the manifest", vec![Entry::new(b'0', b"app/bin/extra", b"x")]),
        ("a folder that is not in the manifest", vec![Entry::new(b'5', b"app/extra/", b"")]),
        ("2,000 folders in one another", (0..20).map(|at| Entry::new(b'5', &b"d/".repeat(at + 30), b"")).collect()),
        ("an empty block", vec![Entry { header: [0; BLOCK], content: Vec::new() }]),
    ];
    let mut found = Vec::new();
    let last = base.entries.len();
    for (what, entries) in &more {
        for (where_, at) in
            [("before all", 0), ("behind the manifest", 1), ("in the middle", last / 2), ("at the end", last)]
        {
            found.push(base.hostile(format!("{what}, {where_}"), &base.inserted(at, entries)));
        }
    }
    for at in 0..last {
        let mut without = base.entries.clone();
        let name = without.remove(at).name();
        found.push(base.hostile(format!("without `{name}`"), &base.with_end(&without)));
    }
    for at in 0..last - 1 {
        let mut swapped = base.entries.clone();
        swapped.swap(at, at + 1);
        found.push(base.hostile(format!("{at} and {} swapped", at + 1), &base.with_end(&swapped)));
    }
    found.into_iter()
}
