//! The app at hand: the one whose folder, or a folder below it, the user stands in.

use super::{AppName, Declaration, Error, Rule, Sources};
use std::path::{Path, PathBuf};

/// The declaration of the nearest app at or above a folder, and the app's own folder. A folder is an app's where
/// twelve.toml or a package's Cargo.toml stands in it.
///
/// # Errors
/// Where a file of that app cannot be read or is malformed.
pub fn at_hand(folder: &Path) -> Result<Option<(PathBuf, Declaration)>, Error> {
    for folder in folder.ancestors() {
        let sources = Sources::read(folder)?;
        let package = package_name(folder)?;
        if sources.twelve_toml.is_none() && package.is_none() {
            continue;
        }
        // Without a package beside it, twelve.toml names the app itself.
        return match sources.declaration(package.as_deref().unwrap_or_default()) {
            Ok(declaration) => Ok(Some((folder.to_path_buf(), declaration))),
            // A crate that never meant to be an app may have any name.
            Err(Error::Rule(_)) if sources.twelve_toml.is_none() => Ok(None),
            Err(error) => Err(error),
        };
    }
    Ok(None)
}

/// The name of the app at hand.
///
/// # Errors
/// As [`at_hand`].
pub fn name_at_hand(folder: &Path) -> Result<Option<AppName>, Error> {
    Ok(at_hand(folder)?.map(|(_, declaration)| declaration.app))
}

/// The name of the package whose Cargo.toml stands in a folder. Only the name is read here; the rest is cargo's.
fn package_name(folder: &Path) -> Result<Option<String>, Error> {
    let path = folder.join("Cargo.toml");
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(cause) => return Err(Error::Unreadable { path, cause }),
    };
    let table: toml::Table = text.parse().map_err(|cause: toml::de::Error| {
        let Rule { rule, hint } = Rule::new(cause.message());
        Error::Malformed { place: path.display().to_string(), rule, hint }
    })?;
    Ok(table.get("package").and_then(|package| package.get("name")).and_then(|name| name.as_str()).map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::name_at_hand;
    use std::fs;

    #[test]
    fn the_nearest_app_above_is_at_hand() {
        let folder = tempfile::tempdir().expect("a folder");
        let app = folder.path().join("app");
        fs::create_dir_all(app.join("src/deep")).expect("folders");
        fs::write(app.join("Cargo.toml"), "[package]\nname = 'shop'\n").expect("a file");
        let name = |at: &str| name_at_hand(&folder.path().join(at)).expect("readable").map(|name| name.to_string());
        assert_eq!(name("app/src/deep").as_deref(), Some("shop"));
        fs::write(app.join("twelve.toml"), "[app]\nname = 'store-front'\n").expect("a file");
        assert_eq!(name("app").as_deref(), Some("store-front"));
    }
}
