//! The three-way merge of a text, line by line, as `git merge-file --diff3` makes it.

use git2::{MergeFileInput, MergeFileOptions};

/// What conflict markers are followed by, on the side that was there.
pub const OURS: &str = "yours";

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextMerge {
    /// The text; where both sides changed the same lines, with both between markers.
    pub bytes: Vec<u8>,
    /// Whether there are no such lines.
    pub clean: bool,
}

/// Merges what two sides made of a text. `label` names the side that is new.
///
/// # Errors
/// Where git's own library refuses.
pub fn merge(base: &[u8], ours: &[u8], theirs: &[u8], label: &str) -> Result<TextMerge, git2::Error> {
    // The library has to be started first, and this one call of it does not do that itself.
    git2::Config::new()?;
    let (mut one, mut two, mut three) = (MergeFileInput::new(), MergeFileInput::new(), MergeFileInput::new());
    one.content(base);
    two.content(ours);
    three.content(theirs);
    let mut options = MergeFileOptions::new();
    options.style_diff3(true).ancestor_label("before").our_label(OURS).their_label(label);
    let merged = git2::merge_file(&one, &two, &three, Some(&mut options))?;
    Ok(TextMerge { bytes: merged.content().to_vec(), clean: merged.is_automergeable() })
}

/// Both sides of a text that share no past, between markers.
#[must_use]
pub fn beside(ours: &str, theirs: &str, label: &str) -> TextMerge {
    let whole =
        |text: &str| if text.is_empty() || text.ends_with('\n') { text.to_owned() } else { format!("{text}\n") };
    let (ours, theirs) = (whole(ours), whole(theirs));
    let text = format!("<<<<<<< {OURS}\n{ours}||||||| before\n=======\n{theirs}>>>>>>> {label}\n");
    TextMerge { bytes: text.into_bytes(), clean: false }
}

#[cfg(test)]
mod tests {
    use super::merge;

    #[test]
    fn changes_in_different_places_are_both_taken() -> Result<(), git2::Error> {
        let merged = merge(b"a\nb\nc\nd\n", b"A\nb\nc\nd\n", b"a\nb\nc\nD\n", "new")?;
        assert_eq!((&*merged.bytes, merged.clean), (&b"A\nb\nc\nD\n"[..], true));
        Ok(())
    }

    #[test]
    fn changes_of_one_line_are_both_shown() -> Result<(), git2::Error> {
        let merged = merge(b"a\n", b"x\n", b"y\n", "web 2.0.0")?;
        let text = "<<<<<<< yours\nx\n||||||| before\na\n=======\ny\n>>>>>>> web 2.0.0\n";
        assert_eq!((String::from_utf8_lossy(&merged.bytes).as_ref(), merged.clean), (text, false));
        Ok(())
    }
}
