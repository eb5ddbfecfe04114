//! What can be found in an env file: one code a rule. An error is a line that two readers take for two things; a
//! warning is a line with one meaning here that the named readers do not share. The rules come from nineteen readers
//! on some hundred files: only what all of them read alike has one meaning.

use serde::{Serialize, Serializer};

/// Whether a file with this finding can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// The file has no single meaning and is refused.
    Error,
    /// The file has one meaning here; another reader may differ.
    Warning,
}

/// The rule that a line breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each is worded by `Code::rule`")]
pub enum Code {
    NotUtf8,
    ByteOrderMark,
    Nul,
    BareCr,
    LeadingSpace,
    BadKey,
    ExpectedEq,
    SpaceBeforeEq,
    SpaceAfterEq,
    ExportThenOneSpace,
    DuplicateKey,
    TooLong,
    UnquotedSpace,
    CommentAfterValue,
    UnquotedQuote,
    UnquotedBackslash,
    UnquotedDollar,
    UnquotedHash,
    Backtick,
    UnicodeSpace,
    ControlChar,
    UnterminatedQuote,
    TextAfterQuote,
    BackslashBeforeQuote,
    UnknownEscape,
    DollarInDouble,
    Export,
    CrLf,
    MultiLine,
    ShellMeta,
    ShellName,
    TrailingSpace,
    Escape,
    TypographicQuote,
    BracesInSingle,
    BackslashesInSingle,
    CommentBackslash,
    LineSeparator,
    StraySpace,
    UnendedComment,
}

impl Code {
    /// Its name and its rule.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::NotUtf8 => ("not-utf8", "an env file is UTF-8"),
            Self::ByteOrderMark => {
                ("bom", "an env file has no byte order mark: it renames or hides the first variable")
            }
            Self::Nul => ("nul", "no NUL can stand in an environment"),
            Self::BareCr => ("bare-cr", "a carriage return stands only before a line feed"),
            Self::LeadingSpace => ("leading-space", "a line begins with its name"),
            Self::BadKey => ("bad-key", "a name has letters, digits and `_`, and no digit first"),
            Self::ExpectedEq => ("expected-eq", "a name is followed by `=`"),
            Self::SpaceBeforeEq => ("space-before-eq", "no space stands before `=`"),
            Self::SpaceAfterEq => ("space-after-eq", "no space stands after `=`"),
            Self::ExportThenOneSpace => ("export-then-one-space", "one space, and no tab, follows `export`"),
            Self::DuplicateKey => ("duplicate-key", "a name stands once: one reader takes the first, others the last"),
            Self::TooLong => ("too-long", "the kernel takes at most 131072 bytes for `NAME=value`"),
            Self::UnquotedSpace => ("unquoted-space", "a value with white space stands in quotes"),
            Self::CommentAfterValue => ("comment-after-value", "a comment has a line of its own"),
            Self::UnquotedQuote => ("unquoted-quote", "a value with a quote stands in quotes as a whole"),
            Self::UnquotedBackslash => ("unquoted-backslash", "a value with a backslash stands in single quotes"),
            Self::UnquotedDollar => ("unquoted-dollar", "a value with `$` stands in single quotes: shells expand it"),
            Self::UnquotedHash => ("unquoted-hash", "a value with `#` stands in quotes: some readers see a comment"),
            Self::Backtick => ("backtick", "a value with a backtick stands in single quotes: shells execute it"),
            Self::UnicodeSpace => ("unicode-space", "a value with invisible white space stands in quotes"),
            Self::ControlChar => ("control-char", "a value with a control character stands in quotes"),
            Self::UnterminatedQuote => ("unterminated-quote", "a quote that opens also closes"),
            Self::TextAfterQuote => ("text-after-quote", "nothing follows the closing quote"),
            Self::BackslashBeforeQuote => (
                "backslash-before-quote",
                "no backslash stands before a closing single quote: half the readers skip it",
            ),
            Self::UnknownEscape => {
                ("unknown-escape", "a backslash in double quotes stands only before `\"`, `\\`, `$` or a backtick")
            }
            Self::DollarInDouble => ("dollar-in-double", "a `$` in double quotes is expanded by some readers"),
            Self::Export => ("export", "`export` is not needed"),
            Self::CrLf => ("crlf", "lines end with a line feed alone"),
            Self::MultiLine => ("multi-line", "the value spans lines"),
            Self::ShellMeta => ("shell-meta", "outside quotes this character means something to a shell"),
            Self::ShellName => ("shell-name", "a shell keeps this name for itself"),
            Self::TrailingSpace => ("trailing-space", "white space at the end of the line"),
            Self::Escape => ("escape", "a backslash in double quotes"),
            Self::TypographicQuote => ("typographic-quote", "a typographic quote is part of the value"),
            Self::BracesInSingle => ("braces-in-single", "`${` in single quotes"),
            Self::BackslashesInSingle => ("backslashes-in-single", "two backslashes in single quotes"),
            Self::CommentBackslash => ("comment-backslash", "a comment that ends with a backslash"),
            Self::LineSeparator => ("line-separator", "a comment with a Unicode line separator"),
            Self::StraySpace => ("stray-space", "white space on a blank line or before a comment"),
            Self::UnendedComment => ("unended-comment", "a comment at the end without a line feed"),
        }
    }

    /// Its stable name, `unquoted-dollar`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.words().0
    }

    /// The rule, as a fragment.
    #[must_use]
    pub fn rule(self) -> &'static str {
        self.words().1
    }

    /// The readers that would differ, where one meaning stands and some do not share it.
    #[must_use]
    pub fn differs(self) -> Option<&'static str> {
        Some(match self {
            Self::Export => "docker, systemd and foreman do not read the line",
            Self::CrLf => "bash, dash and docker keep the carriage return in the value",
            Self::MultiLine => "docker, foreman and honcho break at the line's end",
            Self::ShellMeta => "bash and dash read something else",
            Self::ShellName => "bash or dash does not take the value",
            Self::TrailingSpace => "docker and foreman keep it in the value",
            Self::Escape => "npm's dotenv and node keep the backslash",
            Self::TypographicQuote => "no reader takes it for a quote",
            Self::BracesInSingle => "python-dotenv expands it even there",
            Self::BackslashesInSingle => "python-dotenv makes one of them",
            Self::CommentBackslash => "systemd before 254 takes the next line for comment",
            Self::LineSeparator => "npm's dotenv and node begin a new line there",
            Self::StraySpace => "node takes what follows for a name, dotenvy refuses it at the end of a file",
            Self::UnendedComment => "node takes it for a name where it has a `=`",
            _ => return None,
        })
    }

    /// Whether it makes the file unusable.
    #[must_use]
    pub fn severity(self) -> Severity {
        match self.differs() {
            Some(_) => Severity::Warning,
            None => Severity::Error,
        }
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}
