//! Streams that end too early, go on too long, or are larger than they look.

use super::Hostile;
use super::base::{BLOCK, Base, Entry, SIZE, zipped};
use flate2::{Compression, write::GzEncoder};
use std::io::Write;

/// Cut at every block of the tar, one byte to either side of some, and at places of the gzip stream.
pub(crate) fn truncated(base: &Base) -> impl Iterator<Item = Hostile> {
    let (tar, gz) = (base.tar(), zipped(&base.tar()));
    let edges = (0..tar.len()).step_by(BLOCK);
    let beside = (BLOCK..tar.len()).step_by(5 * BLOCK).flat_map(|edge| [edge - 1, edge + 1]);
    let cut = edges.chain(beside).map(|length| base.hostile(format!("cut at {length}"), &tar[..length]));
    let step = gz.len() / 24 + 1;
    let cut_gz = (0..gz.len()).step_by(step).chain([gz.len() - 1, gz.len() - 4, gz.len() - 8]);
    let cut_gz =
        cut_gz.map(|length| base.hostile_stream(format!("its gzip cut at {length}"), &tar, gz[..length].to_vec()));
    cut.chain(cut_gz).collect::<Vec<_>>().into_iter()
}

/// What follows the end, and what is not there when it is unpacked.
pub(crate) fn streams(base: &Base) -> impl Iterator<Item = Hostile> {
    let (tar, gz) = (base.tar(), zipped(&base.tar()));
    let without_end = &tar[..tar.len() - 2 * BLOCK];
    let mut found = Vec::new();
    let tails: [(&str, Vec<u8>); 8] = [
        ("no end", Vec::new()),
        ("half an end", vec![0; BLOCK]),
        ("one block too many", vec![0; 3 * BLOCK]),
        ("a whole record, as tar(1) writes it", vec![0; 20 * BLOCK]),
        ("an end that is not empty", [vec![0; 2 * BLOCK - 1], vec![1]].concat()),
        ("one byte behind the end", vec![0; 2 * BLOCK + 1]),
        ("a second tar behind the end", [vec![0; 2 * BLOCK], tar.clone()].concat()),
        ("a second tar in place of an end", tar.clone()),
    ];
    for (what, tail) in tails {
        found.push(base.hostile(what, &[without_end, &tail].concat()));
    }
    let mut flipped_sum = gz.clone();
    let end = gz.len();
    flipped_sum[end - 8] ^= 1;
    let mut flipped_size = gz.clone();
    flipped_size[end - 1] ^= 1;
    let streams: [(&str, Vec<u8>); 12] = [
        ("a second gzip member", [gz.clone(), zipped(b"x")].concat()),
        ("an empty gzip member behind it", [gz.clone(), zipped(b"")].concat()),
        ("a byte behind the gzip member", [&gz[..], b"x"].concat()),
        ("zeros behind the gzip member", [&gz[..], &[0; BLOCK]].concat()),
        ("a gzip sum that does not fit", flipped_sum),
        ("a gzip size that does not fit", flipped_size),
        ("no gzip", tar.clone()),
        ("nothing", Vec::new()),
        ("two bytes of gzip", gz[..2].to_vec()),
        ("another method of packing", [&gz[..2], b"\x07", &gz[3..]].concat()),
        ("flags of gzip that nobody defined", [&gz[..3], b"\xe0", &gz[4..]].concat()),
        ("gzip in gzip", zipped(&gz)),
    ];
    for (what, stream) in streams {
        found.push(base.hostile_stream(what, &tar, stream));
    }
    // Bombs: some hundred kilobytes that would become gigabytes.
    let bomb = |front: &[u8], megabytes: usize| {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(front).expect("memory");
        let zeros = vec![0; 1 << 20];
        (0..megabytes).for_each(|_| gzip.write_all(&zeros).expect("memory"));
        gzip.finish().expect("memory")
    };
    let huge = |name: &[u8]| Entry::new(b'0', name, b"").with(SIZE, b"77777777777\0").header;
    let manifest = [&base.entries[0].header[..], &base.entries[0].content].concat();
    for (what, front) in [
        ("a bomb from the first byte", Vec::new()),
        ("a bomb that says that it is the manifest", huge(b"app/build.json").to_vec()),
        ("a bomb behind the manifest", manifest.clone()),
        ("a bomb in a file behind the manifest", [&manifest[..], &huge(b"app/bin/shop")].concat()),
        ("a bomb behind the end", tar.clone()),
        (
            "a bomb of a manifest that is just small enough",
            Entry::new(b'0', b"app/build.json", b"").with(SIZE, b"01777777777\0").header.to_vec(),
        ),
    ] {
        found.push(base.hostile_stream(what, &tar, bomb(&front, 300)));
    }
    // Every sixteenth block with one bit flipped: contents, paddings, headers.
    for at in (0..tar.len()).step_by(BLOCK / 2 + 37) {
        let mut flipped = tar.clone();
        flipped[at] ^= 0x20;
        found.push(base.hostile(format!("byte {at} flipped"), &flipped));
    }
    found.into_iter()
}
