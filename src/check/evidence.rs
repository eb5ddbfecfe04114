//! What a finding rests on: a place in a file, or something that was measured.

use serde::Serialize;

/// What a finding rests on.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Evidence {
    /// A place in a file of the codebase.
    Place(Place),
    /// Something that was measured while the app ran.
    Measurement(Measurement),
}

/// A part of one line of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The file, from the codebase's root.
    pub path: String,
    /// The line, from 1.
    pub line: usize,
    /// The first column, from 1, in characters.
    pub column: usize,
    /// The column after the last.
    pub end_column: usize,
    /// The line's text; what could be a secret in it is blotted out.
    pub text: String,
    /// What stands there, as a fragment.
    pub label: String,
}

/// Something that was measured while the app ran.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Measurement {
    /// The process that it was measured on, `web.1`.
    pub process: String,
    /// What was measured, as a fragment.
    pub what: String,
    /// The number.
    pub value: u64,
    /// Its unit: `ms`, `bytes`, `files`, `processes`, `code`.
    pub unit: &'static str,
    /// What it may be at most, where there is such a limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// Names or words that belong to the number.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<String>,
}

impl Place {
    /// A whole file.
    #[must_use]
    pub fn file(path: &str, label: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line: 1, column: 1, end_column: 1, text: String::new(), label: label.into() }
    }

    /// A part of a line of a text; `words` is what is drawn under, the whole line where it is not in it.
    #[must_use]
    pub fn words(path: &str, line: usize, text: &str, words: &str, label: impl Into<String>) -> Self {
        let start = text.find(words).map_or(0, |at| text[..at].chars().count());
        let indent = text.chars().take_while(|one| one.is_whitespace()).count();
        let (start, length) = if text.contains(words) && !words.is_empty() {
            (start, words.chars().count())
        } else {
            (indent, text.trim().chars().count())
        };
        Self {
            path: path.to_owned(),
            line,
            column: start + 1,
            end_column: start + length + 1,
            text: text.to_owned(),
            label: label.into(),
        }
    }

    /// The same place with everything from a column on blotted out, so that no secret is repeated.
    #[must_use]
    pub fn redacted(mut self, from: usize) -> Self {
        let kept: String = self.text.chars().take(from).collect();
        self.text = format!("{kept}***");
        self.end_column = self.end_column.min(from + 4).max(self.column);
        self
    }
}

impl From<Place> for Evidence {
    fn from(place: Place) -> Self {
        Self::Place(place)
    }
}

impl From<Measurement> for Evidence {
    fn from(measurement: Measurement) -> Self {
        Self::Measurement(measurement)
    }
}
