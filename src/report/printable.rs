//! Text from elsewhere as it may be shown to people: control characters are escaped, so that neither a path nor an
//! answer can command a terminal, and so are those that turn the direction of writing, so that none can lie.

use std::fmt::{self, Write};

/// Displays the text with its control and direction characters escaped, all else as it is.
#[derive(Debug, Clone)]
pub struct Printable<T>(pub T);

impl<T: AsRef<str>> fmt::Display for Printable<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_ref().chars().try_for_each(|one| match one.is_control() || turns(one) {
            true => write!(formatter, "{}", one.escape_default()),
            false => formatter.write_char(one),
        })
    }
}

/// Whether a character turns the direction of writing (Unicode TR 9: marks, embeddings, overrides, isolates).
fn turns(one: char) -> bool {
    matches!(one, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::Printable;

    #[test]
    fn text_cannot_command_the_terminal() {
        assert_eq!(Printable("it's\u{1b}[2J\n\"é\"\u{9b}").to_string(), "it's\\u{1b}[2J\\n\"é\"\\u{9b}");
        assert_eq!(Printable("exe.\u{202e}gpj").to_string(), "exe.\\u{202e}gpj");
    }
}
