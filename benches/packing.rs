//! What `benches/packing.sh` measures: `packing pack FOLDER TARBALL` packs the files of a folder as a build is packed, and
//! `packing manifest PACKAGES ASSETS FILE` writes the manifest of a build that large. Both print one line.

use cargo_twelve::app::Sources;
use cargo_twelve::artifact::{
    BuildManifest, Content, Digest, LockedPackage, Lockfile, Member, Mode, PackageKind, SourcePath, System, Toolchain,
    TreeFile, hash_file, pack,
};
use cargo_twelve::report::Progress;
use std::error::Error;
use std::path::Path;
use std::time::Instant;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["pack", folder, tarball] => pack_folder(Path::new(folder), Path::new(tarball)),
        ["manifest", packages, assets, file] => write_manifest(packages.parse()?, assets.parse()?, Path::new(file)),
        // `cargo bench` calls it with words of its own.
        _ => {
            println!("run benches/packing.sh");
            Ok(())
        }
    }
}

/// Hashes and packs the files of a flat folder.
fn pack_folder(folder: &Path, tarball: &Path) -> Outcome<()> {
    let mut members = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).ok_or("a name that is no text")?;
        let (sha256, size) = hash_file(&path)?;
        let file = TreeFile { path: format!("app/{name}").parse()?, mode: Mode::Plain, size, sha256 };
        members.push(Member { file, content: Content::File(path) });
    }
    members.sort_by(|one, other| one.file.path.as_str().cmp(other.file.path.as_str()));
    let files = members.iter().map(|member| member.file.clone()).collect();
    let out = std::io::BufWriter::new(std::fs::File::create(tarball)?);
    let packed = pack(&manifest(Vec::new(), files)?, &members, out, &Progress::unseen())?;
    println!("{} {}", packed.id, packed.gz_size);
    Ok(())
}

/// Writes the manifest of a large build.
fn write_manifest(packages: usize, assets: usize, file: &Path) -> Outcome<()> {
    let package = |number: usize| LockedPackage {
        name: format!("package-{number:05}"),
        version: semver::Version::new(1, 0, number as u64),
        source: Some("registry+https://github.com/rust-lang/crates.io-index".to_owned()),
        checksum: Some(Digest::of(&number.to_le_bytes())),
        compiled: true,
        kinds: vec![PackageKind::Normal],
        features: ["default", "derive", "std"].map(str::to_owned).to_vec(),
    };
    let asset = |number: usize| -> Outcome<TreeFile> {
        let path = format!("app/static/images/{number:06}.webp").parse()?;
        Ok(TreeFile { path, mode: Mode::Plain, size: 1000, sha256: Digest::of(&number.to_le_bytes()) })
    };
    let files = (0..assets).map(asset).collect::<Outcome<_>>()?;
    let manifest = manifest((0..packages).map(package).collect(), files)?;
    let started = Instant::now();
    let bytes = manifest.to_bytes()?;
    std::fs::write(file, &bytes)?;
    println!("{} {}", started.elapsed().as_micros(), bytes.len());
    Ok(())
}

fn manifest(packages: Vec<LockedPackage>, files: Vec<TreeFile>) -> Outcome<BuildManifest> {
    Ok(BuildManifest {
        format: 1,
        app: "shop".parse()?,
        package: "shop".to_owned(),
        version: semver::Version::new(1, 0, 0),
        commit: "c".repeat(40),
        commit_time: "2026-11-22T17:00:00Z".parse()?,
        target: "x86_64-unknown-linux-gnu".to_owned(),
        lockfile: Lockfile { sha256: Digest::of(b"lock"), packages },
        toolchain: Toolchain {
            rustc: Vec::new(),
            cargo: "cargo".to_owned(),
            cc: None,
            profile: "release".to_owned(),
            features: Vec::new(),
            rustflags: Vec::new(),
            source_path: SourcePath::Canonical,
        },
        system: System::default(),
        declaration: Sources::default().declaration("shop")?,
        files,
    })
}
