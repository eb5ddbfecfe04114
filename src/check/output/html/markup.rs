//! What all parts of the page share: escaping, names of classes, signs that say a verdict without colour.

use crate::check::Verdict;
use std::fmt::{self, Write};

/// A text as it may stand in markup, also in a quoted attribute. Control characters are shown as what they are.
pub(super) struct Escaped<'a>(pub(super) &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for one in self.0.chars() {
            match one {
                '&' => formatter.write_str("&amp;")?,
                '<' => formatter.write_str("&lt;")?,
                '>' => formatter.write_str("&gt;")?,
                '"' => formatter.write_str("&quot;")?,
                '\'' => formatter.write_str("&#39;")?,
                '\t' => formatter.write_char('\t')?,
                one if one.is_control() || matches!(one, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}') => {
                    write!(formatter, "{}", one.escape_unicode())?;
                }
                one => formatter.write_char(one)?,
            }
        }
        Ok(())
    }
}

/// A sentence whose words between backticks are code.
pub(super) struct Prose<'a>(pub(super) &'a str);

impl fmt::Display for Prose<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<&str> = self.0.split('`').collect();
        for (index, part) in parts.iter().enumerate() {
            // The last odd part would be behind a backtick that nothing closes.
            match index % 2 == 1 && index + 1 < parts.len() {
                true => write!(formatter, "<code>{}</code>", Escaped(part))?,
                false => write!(formatter, "{}", Escaped(part))?,
            }
        }
        Ok(())
    }
}

/// The class of a verdict.
pub(super) fn slug(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Fail => "fail",
        Verdict::Warn => "warn",
        Verdict::Note => "note",
        Verdict::Pass => "pass",
        Verdict::Unknown => "unknown",
        Verdict::NotApplicable => "none",
    }
}

/// The sign of a verdict, for those who do not see the colour.
pub(super) fn glyph(verdict: Verdict) -> char {
    match verdict {
        Verdict::Fail => '✕',
        Verdict::Warn => '!',
        Verdict::Note => 'i',
        Verdict::Pass => '✓',
        Verdict::Unknown => '?',
        Verdict::NotApplicable => '–',
    }
}

#[cfg(test)]
mod tests {
    use super::{Escaped, Prose};

    #[test]
    fn words_between_backticks_are_code() {
        assert_eq!(Prose("a `b<c>` d").to_string(), "a <code>b&lt;c&gt;</code> d");
        assert_eq!(Prose("a `b").to_string(), "a b");
    }

    #[test]
    fn a_text_cannot_become_markup() {
        let text = "<script>alert('x')</script> & \"\u{1b}[2J\u{202e}";
        assert_eq!(
            Escaped(text).to_string(),
            "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;\\u{1b}[2J\\u{202e}"
        );
    }
}
