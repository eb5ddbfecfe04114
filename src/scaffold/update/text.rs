//! Two sides of one file become one: by its kind, or not at all.

use super::{lock, toml};
use crate::codebase::text_merge::{self, OURS};
use crate::report::Printable;
use crate::scaffold::{Error, ProjectPath};
use std::borrow::Cow;

/// The most of one side of a conflict that is shown.
const SHOWN: usize = 300;

/// What both sides changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// Where: `line 12`, or `dependencies.axum.version`.
    pub place: String,
    /// What stands, escaped; nothing, where it was taken out.
    pub yours: Option<String>,
    /// What the template has now, escaped.
    pub template: Option<String>,
}

/// A merged file.
pub(super) struct Merged {
    pub(super) bytes: Vec<u8>,
    pub(super) conflicts: Vec<Conflict>,
}

impl Conflict {
    pub(super) fn new(place: &str, yours: Option<&str>, template: Option<&str>) -> Self {
        let shown = |text: &str| {
            let cut: String = text.chars().take(SHOWN).collect();
            let more = if cut.len() < text.len() { " ..." } else { "" };
            format!("{}{more}", Printable(cut.trim_end()))
        };
        Self { place: Printable(place).to_string(), yours: yours.map(shown), template: template.map(shown) }
    }

    /// Of a file as a whole.
    pub(super) fn whole(yours: &str, template: Option<&[u8]>) -> Self {
        let template = template.map(|bytes| match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => format!("{} bytes that are no text", bytes.len()),
        });
        Self::new("the file", Some(yours), template.as_deref())
    }
}

/// Merges what two sides made of a file, by its kind. Without a base, both sides came by it on their own.
pub(super) fn merged(
    path: &ProjectPath,
    base: Option<&[u8]>,
    ours: &[u8],
    theirs: &[u8],
    label: &str,
) -> Result<Merged, Error> {
    let before = base.unwrap_or_default();
    let texts = [before, ours, theirs].map(|bytes| std::str::from_utf8(bytes).ok().filter(|text| !text.contains('\0')));
    let [Some(old), Some(mine), Some(new)] = texts else {
        // Neither side can be put between markers: what stands stays.
        let conflict = Conflict::whole(&format!("{} bytes that were changed", ours.len()), Some(theirs));
        return Ok(Merged { bytes: ours.to_vec(), conflicts: vec![conflict] });
    };
    if path.file_name() == "Cargo.lock" {
        return Ok(lock::merged(old, mine, new));
    }
    let lines = match base {
        Some(base) => text_merge::merge(base, ours, theirs, label).map_err(Error::Merge)?,
        // Two texts that share no past have nothing to be merged by.
        None => text_merge::beside(mine, new, label),
    };
    if path.file_name().ends_with(".toml")
        && let Some(keys) = toml::merged(old, mine, new)
    {
        // Line by line, what only a comment says is kept; where that means the same, it is better.
        let same = lines.clean && keys.conflicts.is_empty() && toml::means_the_same(&lines.bytes, &keys.bytes);
        return Ok(if same { Merged { bytes: lines.bytes, conflicts: Vec::new() } } else { keys });
    }
    let conflicts = if lines.clean { Vec::new() } else { conflicts(&String::from_utf8_lossy(&lines.bytes)) };
    Ok(Merged { bytes: lines.bytes, conflicts })
}

/// The conflicts between the markers of a merged text.
fn conflicts(text: &str) -> Vec<Conflict> {
    let (mut found, mut sides, mut side) = (Vec::new(), [String::new(), String::new(), String::new()], None);
    let mut start = 0;
    for (index, line) in text.lines().enumerate() {
        match line {
            _ if line.starts_with(&format!("<<<<<<< {OURS}")) => (side, start) = (Some(0), index + 1),
            _ if line.starts_with("||||||| ") && side == Some(0) => side = Some(1),
            "=======" | "=======\r" if side == Some(1) => side = Some(2),
            _ if line.starts_with(">>>>>>> ") && side == Some(2) => {
                let [yours, _, template] = std::mem::take(&mut sides);
                let shown = |text: &str| (!text.is_empty()).then(|| text.to_owned());
                let place = format!("line {start}");
                found.push(Conflict::new(&place, shown(&yours).as_deref(), shown(&template).as_deref()));
                side = None;
            }
            _ => {
                if let Some(side) = side.and_then(|side: usize| sides.get_mut(side)) {
                    side.push_str(line);
                    side.push('\n');
                }
            }
        }
    }
    found
}

/// Whether a file still holds the markers of an earlier update.
pub(super) fn is_unresolved(bytes: &[u8]) -> bool {
    let marker = format!("<<<<<<< {OURS}");
    bytes.split(|byte| *byte == b'\n').any(|line| line.starts_with(marker.as_bytes()))
}

/// Both sides of the template with the line ends of what stands: a checkout may have turned them all.
pub(super) fn like<'a>(ours: &[u8], base: &'a [u8], theirs: &'a [u8]) -> (Cow<'a, [u8]>, Cow<'a, [u8]>) {
    let lines = |bytes: &[u8]| bytes.iter().filter(|byte| **byte == b'\n').count();
    let turned = |bytes: &[u8]| bytes.windows(2).filter(|pair| pair == b"\r\n").count();
    let all_turned = turned(ours) > 0 && turned(ours) == lines(ours);
    if !all_turned || turned(base) > 0 || turned(theirs) > 0 {
        return (base.into(), theirs.into());
    }
    let turn = |bytes: &[u8]| {
        bytes.iter().flat_map(|byte| if *byte == b'\n' { vec![b'\r', b'\n'] } else { vec![*byte] }).collect::<Vec<u8>>()
    };
    (turn(base).into(), turn(theirs).into())
}
