//! What a binary needs of the system that runs it (twelve-factor: dependencies are declared, also those that are not
//! crates): the libraries that it names as NEEDED, and the highest GLIBC version of its symbols.

use super::Error;
use super::compiled::{Compiled, Program};
use crate::app::BuildSettings;
use crate::artifact::System;
use crate::codebase::Packages;
use object::read::elf::FileHeader;
use object::{Endianness, FileKind, elf};
use std::collections::BTreeSet;

/// The C library's own family: every system of this kind has them.
const FAMILY: [&str; 8] = ["libc.", "libm.", "libgcc_s.", "libpthread.", "libdl.", "librt.", "ld-", "linux-vdso."];

/// A shared library that a binary needs and nobody declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignLibrary {
    /// The binary.
    pub bin: String,
    /// The library's file name.
    pub library: String,
    /// The package that most likely links it.
    pub package: Option<String>,
}

/// What one binary needs.
#[derive(Debug, Default)]
struct Needs {
    libraries: Vec<String>,
    glibc: Option<Version>,
}

/// A version of the C library, compared number by number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Version(Vec<u32>);

impl Version {
    fn parse(text: &str) -> Option<Self> {
        text.split('.').map(|number| number.parse().ok()).collect::<Option<_>>().map(Self)
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0.iter().map(u32::to_string).collect::<Vec<_>>().join("."))
    }
}

/// What the programs of a build need, as far as the declaration allows it.
///
/// # Errors
/// Where one needs a library that is not declared, or a newer C library than allowed.
pub(super) fn system(
    programs: &[Program],
    settings: &BuildSettings,
    compiled: &Compiled,
    packages: &Packages,
) -> Result<System, Error> {
    let most = settings.max_glibc.as_deref().and_then(Version::parse);
    let mut libraries = BTreeSet::new();
    let mut highest: Option<Version> = None;
    for program in programs {
        let bytes = std::fs::read(&program.path).map_err(Error::machine(&program.path, "read"))?;
        let needs =
            needs(&bytes).map_err(|cause| Error::BadBinary { bin: program.name.clone(), rule: cause.to_string() })?;
        for library in &needs.libraries {
            if !is_declared(library, settings) {
                let stem = library.split(".so").next().unwrap_or(library);
                let package = compiled.links(stem.strip_prefix("lib").unwrap_or(stem), packages);
                return Err(Error::Library(ForeignLibrary {
                    bin: program.name.clone(),
                    library: library.clone(),
                    package,
                }));
            }
        }
        if let (Some(found), Some(most)) = (&needs.glibc, &most)
            && found > most
        {
            let (found, most) = (found.to_string(), most.to_string());
            return Err(Error::Glibc { bin: program.name.clone(), found, most });
        }
        libraries.extend(needs.libraries);
        highest = highest.max(needs.glibc);
    }
    Ok(System { needed: libraries.into_iter().collect(), glibc: highest.map(|version| version.to_string()) })
}

/// A library is declared by its file name, with or without its version, or by the name that linkers use.
fn is_declared(library: &str, settings: &BuildSettings) -> bool {
    let stem = library.split(".so").next().unwrap_or(library);
    let names = [library, stem, stem.strip_prefix("lib").unwrap_or(stem)];
    FAMILY.iter().any(|family| library.starts_with(family))
        || settings.system_libraries.iter().any(|declared| {
            names.contains(&declared.as_str())
                || declared.split(".so").next() == Some(stem) && declared.ends_with(".so")
        })
}

fn needs(bytes: &[u8]) -> object::Result<Needs> {
    match FileKind::parse(bytes)? {
        FileKind::Elf64 => needs_of(elf::FileHeader64::<Endianness>::parse(bytes)?, bytes),
        FileKind::Elf32 => needs_of(elf::FileHeader32::<Endianness>::parse(bytes)?, bytes),
        // Other systems have other formats, and no GLIBC.
        _ => Ok(Needs::default()),
    }
}

fn needs_of<Elf: FileHeader<Endian = Endianness>>(header: &Elf, bytes: &[u8]) -> object::Result<Needs> {
    let endian = header.endian()?;
    let sections = header.sections(endian, bytes)?;
    let mut needs = Needs::default();
    let table = sections.dynamic_table(endian, bytes)?;
    for entry in table.iter().filter(|entry| entry.tag == elf::DT_NEEDED) {
        needs.libraries.push(String::from_utf8_lossy(table.string(entry)?).into_owned());
    }
    if let Some((mut versions, link)) = sections.gnu_verneed(endian, bytes)? {
        let strings = sections.strings(endian, bytes, link)?;
        while let Some((_, mut symbols)) = versions.next()? {
            while let Some(symbol) = symbols.next()? {
                let name = String::from_utf8_lossy(symbol.name(endian, strings)?).into_owned();
                let version = name.strip_prefix("GLIBC_").and_then(Version::parse);
                needs.glibc = needs.glibc.max(version);
            }
        }
    }
    Ok(needs)
}

#[cfg(test)]
mod tests {
    use super::{Version, is_declared, needs};
    use crate::app::BuildSettings;

    #[test]
    #[cfg(target_os = "linux")]
    fn a_real_binary_needs_the_c_library_of_some_version() {
        let bytes = std::fs::read("/bin/sh").expect("a shell");
        let needs = needs(&bytes).expect("an ELF file");
        assert!(needs.libraries.iter().any(|library| library.starts_with("libc.")), "{needs:?}");
        assert!(needs.glibc > Version::parse("2.2"), "{needs:?}");
    }

    #[test]
    fn versions_are_compared_number_by_number() {
        assert!(Version::parse("2.34") > Version::parse("2.9"));
        assert!(Version::parse("2.2.5") > Version::parse("2.2"));
        assert_eq!(Version::parse("PRIVATE"), None);
    }

    #[test]
    fn a_library_outside_the_family_must_be_declared() {
        let mut settings = BuildSettings::default();
        assert!(is_declared("libc.so.6", &settings));
        assert!(is_declared("ld-linux-x86-64.so.2", &settings));
        assert!(!is_declared("libssl.so.3", &settings));
        assert!(!is_declared("libcurl.so.4", &settings));
        for declared in ["libssl.so.3", "libssl.so", "libssl", "ssl"] {
            settings.system_libraries = vec![declared.to_owned()];
            assert!(is_declared("libssl.so.3", &settings), "{declared}");
        }
        settings.system_libraries = vec!["libssl.so.1.1".to_owned()];
        assert!(!is_declared("libssl.so.3", &settings));
    }
}
