//! One finding in an env file: its place, its rule, what to write, and its drawing. Nothing of a value is ever in it:
//! of the line only `NAME=` is shown, the rest is drawn as stars.

use super::env_code::{Code, Severity};
use crate::report::palette;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Snippet};
use serde::ser::{Serialize, SerializeStruct, Serializer};
use std::borrow::Cow;

/// The widest line that is drawn; a place further right is told by its number alone.
const WIDEST: usize = 120;

/// A broken rule, or a line that another reader takes otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// Which rule.
    pub code: Code,
    /// The rule in words, as a fragment.
    pub rule: Cow<'static, str>,
    /// What to write instead, with `...` for every value.
    pub rewrite: String,
    /// What may be shown of the line: `export NAME=`, or nothing.
    pub(super) head: String,
}

impl Finding {
    /// Whether the file cannot be used.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.code.severity() == Severity::Error
    }

    /// The finding as one line: its place, its rule, its code.
    #[must_use]
    pub fn sentence(&self, file: &str) -> String {
        format!("{file}:{}:{}: {} ({})", self.line, self.column, self.rule, self.code.name())
    }

    /// The finding as rustc draws one, with terminal styles: the rule, the masked line with a caret, the readers that
    /// differ, and what to write.
    #[must_use]
    pub fn draw(&self, file: &str) -> String {
        let level = if self.is_error() { Level::ERROR } else { Level::WARNING };
        let title = level.primary_title(self.rule.as_ref()).id(self.code.name());
        let masked = self.masked();
        let mut group = match &masked {
            Some(line) => title.element(
                Snippet::source(line.as_str())
                    .path(file)
                    .line_start(self.line)
                    .annotation(AnnotationKind::Primary.span(self.column - 1..self.column)),
            ),
            None => Group::with_title(title).element(Origin::path(file).line(self.line).char_column(self.column)),
        };
        if let Some(differs) = self.code.differs() {
            group = group.element(Level::NOTE.message(differs));
        }
        palette::snippets().render(&[group.element(Level::HELP.message(self.rewrite.as_str()))])
    }

    /// The line with stars for all that may be a value, up to the caret; how long the value is stays untold.
    fn masked(&self) -> Option<String> {
        let stars = (self.column + 2).saturating_sub(self.head.len());
        (self.column <= WIDEST).then(|| format!("{}{}", self.head, "*".repeat(stars)))
    }
}

/// All of it but the drawing, with the severity and the readers that the code stands for.
impl Serialize for Finding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut finding = serializer.serialize_struct("Finding", 7)?;
        finding.serialize_field("line", &self.line)?;
        finding.serialize_field("column", &self.column)?;
        finding.serialize_field("severity", &self.code.severity())?;
        finding.serialize_field("code", &self.code)?;
        finding.serialize_field("rule", &self.rule)?;
        finding.serialize_field("differs", &self.code.differs())?;
        finding.serialize_field("rewrite", &self.rewrite)?;
        finding.end()
    }
}

/// What to write instead. `rest` is what stands after `=`: it decides which quotes can hold the value, and no part of
/// it is in the answer.
pub(super) fn rewrite(code: Code, name: Option<&str>, rest: &str) -> String {
    let name = name.unwrap_or("NAME");
    match code {
        Code::NotUtf8 => "save the file as UTF-8".to_owned(),
        Code::ByteOrderMark => "save the file as UTF-8 without a byte order mark".to_owned(),
        Code::Nul => "remove the NUL".to_owned(),
        Code::BareCr | Code::CrLf => "save the file with line feeds as line ends".to_owned(),
        Code::BadKey => format!("write `{name}=...`, or `# ...` where the line is a comment"),
        Code::DuplicateKey => "remove one of the lines".to_owned(),
        Code::TooLong => format!("let a file hold the value, and name it: `{name}_FILE=...`"),
        Code::CommentAfterValue => format!("write `# ...` on a line above `{name}=...`"),
        Code::ExportThenOneSpace => format!("write `{name}=...`, or `export {name}=...`"),
        Code::UnterminatedQuote | Code::TextAfterQuote if rest.starts_with('"') => format!("write `{name}=\"...\"`"),
        Code::UnterminatedQuote | Code::TextAfterQuote => format!("write `{name}='...'`"),
        Code::SpaceAfterEq if rest.trim().is_empty() => format!("write `{name}=`"),
        Code::BackslashBeforeQuote => format!("write `{name}=\"...\"`, with `\\\\` for a backslash"),
        Code::UnknownEscape if rest.contains('\'') => format!("write `{name}=\"...\"`, with `\\\\` for a backslash"),
        Code::UnknownEscape => format!("write `{name}='...'`, and a line's end as a line's end"),
        Code::ShellName => "choose another name".to_owned(),
        Code::TypographicQuote => format!("write `{name}='...'` where it was meant as a quote"),
        Code::CommentBackslash => "write `# ...` without the backslash".to_owned(),
        Code::StraySpace => "remove the white space".to_owned(),
        Code::UnendedComment => "end the line with a line feed".to_owned(),
        Code::LineSeparator => "write `# ...` without the separator".to_owned(),
        Code::MultiLine | Code::Escape | Code::BracesInSingle | Code::BackslashesInSingle => {
            format!("let a file hold the value where another reader must read it: `{name}_FILE=...`")
        }
        Code::LeadingSpace | Code::ExpectedEq | Code::SpaceBeforeEq | Code::Export | Code::TrailingSpace => {
            format!("write `{name}=...`")
        }
        // The quotes that the value does not hold itself: in single quotes everything is literal.
        _ if rest.contains('\'') => {
            format!("write `{name}=\"...\"`, with a backslash before each `\"`, `\\`, `$`, backtick")
        }
        _ => format!("write `{name}='...'`"),
    }
}
