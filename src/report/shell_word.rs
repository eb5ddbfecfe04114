//! A word as a shell reads it: for commands that people are to type, and for the command that made a file.

/// A word for a POSIX shell, quoted where it has to be.
#[must_use]
pub fn shell_word(text: &str) -> String {
    let plain = |one: char| one.is_ascii_alphanumeric() || "_-./:=@%+,".contains(one);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}
