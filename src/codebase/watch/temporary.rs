//! Names under which editors keep what is not saved yet. They come and go beside the files that are meant.

/// Whether an editor keeps something of its own under this name.
pub(super) fn is_an_editors(name: &str) -> bool {
    let swap = name.starts_with('.') && [".swp", ".swo", ".swx", ".swn"].iter().any(|end| name.ends_with(end));
    // Vim writes 4913 to see whether it may write at all; Emacs locks with `.#name` and keeps `#name#`; JetBrains'
    // editors save to `name___jb_tmp___` first; KDE's to `name.part`-like names that end in `~`.
    let lock = name.starts_with(".#") || name.starts_with('#') && name.ends_with('#');
    swap || lock || name == "4913" || name.ends_with('~') || name.contains("___jb_")
}

#[cfg(test)]
mod tests {
    use super::is_an_editors;

    #[test]
    fn what_an_editor_keeps_for_itself_is_no_source() {
        for name in [".main.rs.swp", "4913", "main.rs~", ".#main.rs", "#main.rs#", "main.rs___jb_tmp___"] {
            assert!(is_an_editors(name), "{name}");
        }
        for name in ["main.rs", ".env", "Cargo.toml", "#notes", "4913.rs", "swp"] {
            assert!(!is_an_editors(name), "{name}");
        }
    }
}
