//! What a binary needs of the system that runs it (twelve-factor: dependencies are declared, also those that are not
//! crates): the libraries that it names as NEEDED, and the highest GLIBC version of its symbols.

use super::Error;
use super::compiled::Program;
use crate::app::BuildSettings;
use crate::artifact::{GlibcSymbol, GlibcVersion, System};
use object::read::elf::{FileHeader, ProgramHeader, SectionTable};
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
    glibc: Option<GlibcVersion>,
    /// Of the symbols that need that version, the first by its name.
    symbol: Option<String>,
    loader: Option<String>,
    search_path: Vec<String>,
}

/// What the programs of a build need, as far as the declaration allows it. `linking_package` guesses who links a library.
///
/// # Errors
/// Where one needs a library that is not declared, or a newer C library than allowed.
pub(super) fn system(
    programs: &[Program],
    settings: &BuildSettings,
    linking_package: impl Fn(&str) -> Option<String>,
) -> Result<System, Error> {
    let most = settings.max_glibc.as_deref().and_then(GlibcVersion::parse);
    let mut libraries = BTreeSet::new();
    let mut highest: Option<GlibcVersion> = None;
    let mut system = System::default();
    let mut search_path = BTreeSet::new();
    for program in programs {
        let bytes = std::fs::read(&program.path).map_err(Error::machine(&program.path, "read"))?;
        let needs =
            needs(&bytes).map_err(|cause| Error::BadBinary { bin: program.name.clone(), rule: cause.to_string() })?;
        for library in &needs.libraries {
            if !is_declared(library, settings) {
                return Err(Error::Library(ForeignLibrary {
                    bin: program.name.clone(),
                    library: library.clone(),
                    package: linking_package(library),
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
        search_path.extend(needs.search_path);
        system.loader = system.loader.or(needs.loader);
        if needs.glibc > highest {
            system.glibc_symbol = needs.symbol.map(|symbol| GlibcSymbol { symbol, bin: program.name.clone() });
            highest = needs.glibc;
        }
    }
    system.needed = libraries.into_iter().collect();
    system.search_path = search_path.into_iter().collect();
    system.glibc = highest.map(|version| version.to_string());
    Ok(system)
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
    for entry in table.iter() {
        match entry.tag {
            elf::DT_NEEDED => needs.libraries.push(text(table.string(entry)?)),
            elf::DT_RPATH | elf::DT_RUNPATH => {
                needs.search_path.extend(text(table.string(entry)?).split(':').map(str::to_owned));
            }
            _ => {}
        }
    }
    for segment in header.program_headers(endian, bytes)? {
        needs.loader = needs.loader.or(segment.interpreter(endian, bytes)?.map(text));
    }
    read_versions(&sections, endian, bytes, &mut needs)?;
    Ok(needs)
}

/// The highest version of the C library, and who needs it. The loader checks whole versions, whether or not one of
/// their symbols is ever used, and forgives those that are marked as weak (glibc, elf/dl-version.c).
fn read_versions<Elf: FileHeader<Endian = Endianness>>(
    sections: &SectionTable<'_, Elf>,
    endian: Endianness,
    bytes: &[u8],
    needs: &mut Needs,
) -> object::Result<()> {
    let mut highest = None;
    let Some((mut libraries, link)) = sections.gnu_verneed(endian, bytes)? else { return Ok(()) };
    let strings = sections.strings(endian, bytes, link)?;
    while let Some((_, mut versions)) = libraries.next()? {
        while let Some(version) = versions.next()? {
            if version.vna_flags.get(endian).contains(elf::VER_FLG_WEAK) {
                continue;
            }
            let found = text(version.name(endian, strings)?).strip_prefix("GLIBC_").and_then(GlibcVersion::parse);
            if found > needs.glibc {
                (needs.glibc, highest) = (found, version.vna_other(endian).index().into());
            }
        }
    }
    let (Some(highest), Some(table)) = (highest, sections.versions(endian, bytes)?) else { return Ok(()) };
    let symbols = sections.symbols(endian, bytes, elf::SHT_DYNSYM)?;
    for (index, symbol) in symbols.enumerate() {
        if table.version_index(endian, index).index() == highest {
            let name = text(symbols.symbol_name(endian, symbol)?);
            needs.symbol = Some(needs.symbol.take().map_or(name.clone(), |first| first.min(name)));
        }
    }
    Ok(())
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::{is_declared, needs};
    use crate::app::BuildSettings;
    use crate::artifact::GlibcVersion;

    #[test]
    #[cfg(target_os = "linux")]
    fn a_real_binary_needs_the_c_library_of_some_version() {
        let bytes = std::fs::read("/bin/sh").expect("a shell");
        let needs = needs(&bytes).expect("an ELF file");
        assert!(needs.libraries.iter().any(|library| library.starts_with("libc.")), "{needs:?}");
        assert!(needs.glibc > GlibcVersion::parse("2.2"), "{needs:?}");
        assert!(needs.symbol.as_ref().is_some_and(|symbol| !symbol.is_empty()), "{needs:?}");
        assert!(needs.loader.as_ref().is_some_and(|loader| loader.contains("/ld-")), "{needs:?}");
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
