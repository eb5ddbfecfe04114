//! One more member in a workspace's manifest. The text is not written anew: the member is put between two of its bytes.

use std::ops::Range;
use toml_edit::{Document, Item};

/// The manifest with one more member; none, where the members are written in a way that cannot be added to.
pub(super) fn added(text: &str, member: &str) -> Option<String> {
    let document = Document::parse(text).ok()?;
    let workspace = document.get("workspace")?.as_table_like()?;
    let word = toml_edit::Value::from(member).to_string();
    let (at, insertion) = match workspace.get("members") {
        Some(members) => into_array(text, members, &word, member)?,
        None => with_key(text, document.get("workspace")?, &word)?,
    };
    let result = format!("{}{insertion}{}", text.get(..at)?, text.get(at..)?);
    // What was made is read again: it says what was meant, and nothing else.
    let expected = |table: &toml::Table| {
        let members = table.get("workspace")?.get("members")?.as_array()?;
        members.iter().any(|one| one.as_str() == Some(member)).then_some(())
    };
    expected(&toml::from_str(&result).ok()?)?;
    Some(result)
}

/// The place and the text of a new element.
fn into_array(text: &str, members: &Item, word: &str, member: &str) -> Option<(usize, String)> {
    let array = members.as_array()?;
    let span = members.span()?;
    let spans: Vec<Range<usize>> = array.iter().map(toml_edit::Value::span).collect::<Option<_>>()?;
    let names: Vec<&str> = array.iter().map(|value| value.as_str().unwrap_or_default()).collect();
    // Members that are in order stay in order.
    let sorted = names.len() > 1 && names.is_sorted();
    let before = if sorted { names.iter().take_while(|name| **name < member).count() } else { names.len() };
    let Some(previous) = before.checked_sub(1).and_then(|index| spans.get(index)) else {
        return into_front(text, &span, spans.first(), word);
    };
    let line = line_of(text, previous.start);
    let alone = text.get(line..previous.start)?.trim().is_empty();
    let (comma, after) = behind_comma(text, previous.end, span.end);
    if !alone {
        // `["a", "b"]`: the elements share a line.
        return match comma {
            Some(comma) if before < spans.len() => Some((comma, format!(" {word},"))),
            Some(comma) => Some((comma, format!(" {word}"))),
            None => Some((previous.end, format!(", {word}"))),
        };
    }
    let indent = text.get(line..previous.start)?;
    let end = if text.get(after..)?.starts_with("\r\n") { "\r\n" } else { "\n" };
    match comma {
        Some(_) => Some((after, format!("{end}{indent}{word},"))),
        // The last element has no comma: it gets one, and its comment stays with it.
        None => {
            let gap = text.get(previous.end..after)?;
            let moved = format!("{end}{indent}{word}");
            if gap.trim().is_empty() { Some((previous.end, format!(",{moved}"))) } else { None }
        }
    }
}

/// Into an array before its first element, or with none.
fn into_front(text: &str, span: &Range<usize>, first: Option<&Range<usize>>, word: &str) -> Option<(usize, String)> {
    let Some(first) = first else { return Some((span.start + 1, word.to_owned())) };
    let line = line_of(text, first.start);
    let indent = text.get(line..first.start)?;
    match indent.trim().is_empty() && line > span.start {
        true => {
            let end = if text.get(..line)?.ends_with("\r\n") { "\r\n" } else { "\n" };
            Some((first.start, format!("{word},{end}{indent}")))
        }
        false => Some((first.start, format!("{word}, "))),
    }
}

/// Where the comma after an element ends, where there is one; and where the line ends, behind a comment.
fn behind_comma(text: &str, from: usize, to: usize) -> (Option<usize>, usize) {
    let rest = text.get(from..to).unwrap_or_default();
    let comma = rest.find(|one: char| !one.is_whitespace()).filter(|at| rest[*at..].starts_with(','));
    let start = comma.map_or(from, |at| from + at + 1);
    let line = text.get(start..to).unwrap_or_default();
    let end = line.find('\n').unwrap_or(line.len());
    let end = if line[..end].ends_with('\r') { end - 1 } else { end };
    // Another element on the same line is no comment.
    let code = line[..end].split('#').next().unwrap_or_default();
    (comma.map(|_| start), if code.trim().is_empty() { start + end } else { start })
}

fn line_of(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |line| line + 1)
}

/// A new key below `[workspace]`.
fn with_key(text: &str, workspace: &Item, word: &str) -> Option<(usize, String)> {
    let table = workspace.as_table().filter(|table| !table.is_implicit() && !table.is_dotted())?;
    let header = table.span()?;
    let rest = text.get(header.start..)?;
    let line = rest.find('\n').map_or(text.len(), |end| header.start + end + 1);
    let end = if text.get(..line)?.ends_with("\r\n") { "\r\n" } else { "\n" };
    let start = if text.get(..line)?.ends_with('\n') { "" } else { end };
    Some((line, format!("{start}members = [{word}]{end}")))
}

#[cfg(test)]
mod tests {
    use super::added;

    #[test]
    fn no_byte_changes_but_the_new_member() {
        for (before, after) in [
            ("[workspace]\nmembers = [\"a\"]\n", "[workspace]\nmembers = [\"a\", \"m\"]\n"),
            ("[workspace]\nmembers = [\"a\", \"z\"] # all\n", "[workspace]\nmembers = [\"a\", \"m\", \"z\"] # all\n"),
            ("[workspace]\nmembers = [\"z\", \"a\"]\n", "[workspace]\nmembers = [\"z\", \"a\", \"m\"]\n"),
            ("[workspace]\nmembers = [\"x\", \"z\"]\n", "[workspace]\nmembers = [\"m\", \"x\", \"z\"]\n"),
            ("[workspace]\nmembers = []\n", "[workspace]\nmembers = [\"m\"]\n"),
            ("[workspace]\nmembers = [\"a\",]\n", "[workspace]\nmembers = [\"a\", \"m\"]\n"),
            (
                "[workspace]\r\nmembers = [\r\n\t\"a\", # first\r\n\t# about z\r\n\t\"z\",\r\n]\r\n",
                "[workspace]\r\nmembers = [\r\n\t\"a\", # first\r\n\t\"m\",\r\n\t# about z\r\n\t\"z\",\r\n]\r\n",
            ),
            (
                "[workspace]\nmembers = [\n    \"a\",\n    \"b\"\n]\nexclude = [\"x\"]  # why\n",
                "[workspace]\nmembers = [\n    \"a\",\n    \"b\",\n    \"m\"\n]\nexclude = [\"x\"]  # why\n",
            ),
            (
                "[workspace]\nmembers = [\n  \"x\",\n  \"z\",\n]\n",
                "[workspace]\nmembers = [\n  \"m\",\n  \"x\",\n  \"z\",\n]\n",
            ),
            ("[workspace] # root\nresolver = \"3\"\n", "[workspace] # root\nmembers = [\"m\"]\nresolver = \"3\"\n"),
            ("[workspace]", "[workspace]\nmembers = [\"m\"]\n"),
            ("workspace = { members = ['a'] }\n", "workspace = { members = ['a', \"m\"] }\n"),
            ("workspace.members = [\"a\"]\n", "workspace.members = [\"a\", \"m\"]\n"),
            ("# \u{e9}\n[workspace]\nmembers=[ \"a\" ]\n", "# \u{e9}\n[workspace]\nmembers=[ \"a\", \"m\" ]\n"),
        ] {
            assert_eq!(added(before, "m").as_deref(), Some(after), "{before}");
        }
    }

    #[test]
    fn what_cannot_be_added_to_is_left() {
        assert_eq!(added("workspace.resolver = \"3\"\n", "m"), None);
        assert_eq!(added("[package]\nname = \"x\"\n", "m"), None);
        assert_eq!(added("[workspace]\nmembers = 3\n", "m"), None);
    }
}
