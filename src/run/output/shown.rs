//! A line as it may be shown at a terminal: what a process says there can be coloured, but neither clear the screen, nor
//! write over the name before it, nor colour what others say after it. Elsewhere bytes stay bytes.

/// Who reads the lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// People, at a terminal.
    Terminal,
    /// A file or a program.
    Elsewhere,
}

const ESCAPE: u8 = 0x1b;

/// Writes the line. Of the commands to a terminal only those for colours and weight (ECMA-48, SGR) pass, and are ended with the
/// line; all other control characters but the tab are spelled out.
pub(super) fn show(line: &[u8], out: &mut Vec<u8>) {
    // What ends the line where its newline is that of another system.
    let (mut rest, end) = line.strip_suffix(b"\r").map_or((line, &b""[..]), |line| (line, b"\r"));
    let mut styled = false;
    while let Some(at) = first_control(rest) {
        let (plain, from) = rest.split_at(at);
        out.extend_from_slice(plain);
        let length = match style(from) {
            Some(length) => {
                styled = true;
                out.extend_from_slice(from.get(..length).unwrap_or_default());
                length
            }
            None => spell(from, out),
        };
        rest = from.get(length..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
    if styled {
        out.extend_from_slice(b"\x1b[0m");
    }
    out.extend_from_slice(end);
}

/// Where a terminal would be told something: a control character, or one of the second set (U+0080 to U+009F) in UTF-8.
fn first_control(line: &[u8]) -> Option<usize> {
    let second = |at: usize| line.get(at + 1).is_some_and(|next| (0x80..=0x9f).contains(next));
    line.iter().enumerate().position(|(at, byte)| match byte {
        b'\t' => false,
        0xc2 => second(at),
        byte => byte.is_ascii_control(),
    })
}

/// How long the command for colours and weight is that stands here, in bytes.
fn style(from: &[u8]) -> Option<usize> {
    let parameters = from.strip_prefix(&[ESCAPE, b'['])?;
    let end = parameters.iter().position(|byte| !matches!(byte, b'0'..=b'9' | b';' | b':'))?;
    (parameters.get(end) == Some(&b'm')).then_some(end + 3)
}

/// Spells the control character out that stands here, and tells how long it was, in bytes.
fn spell(from: &[u8], out: &mut Vec<u8>) -> usize {
    let (one, length) = match *from {
        [0xc2, second, ..] => (char::from(second), 2),
        [first, ..] => (char::from(first), 1),
        [] => return 0,
    };
    out.extend(one.escape_default().map(|one| one as u8));
    length
}

#[cfg(test)]
mod tests {
    use super::show;
    use proptest::prelude::{any, prop, proptest};

    fn shown(line: &str) -> String {
        let mut out = Vec::new();
        show(line.as_bytes(), &mut out);
        String::from_utf8_lossy(&out).into_owned()
    }

    #[test]
    fn a_colour_ends_with_its_line() {
        assert_eq!(shown("\u{1b}[1;41mred"), "\u{1b}[1;41mred\u{1b}[0m");
        assert_eq!(shown("\u{1b}[38:5:208mo\u{1b}[mk\r"), "\u{1b}[38:5:208mo\u{1b}[mk\u{1b}[0m\r");
        assert_eq!(shown("plain\tline, \u{e9}\r"), "plain\tline, \u{e9}\r");
    }

    #[test]
    fn a_line_neither_clears_the_screen_nor_writes_over_the_name_before_it() {
        assert_eq!(shown("\u{1b}[2J\u{1b}[Hcleared"), "\\u{1b}[2J\\u{1b}[Hcleared");
        assert_eq!(shown("10 %\r20 %"), "10 %\\r20 %");
        assert_eq!(shown("\u{1b}]0;title\u{7}"), "\\u{1b}]0;title\\u{7}");
        assert_eq!(shown("\u{9b}2J\u{8}"), "\\u{9b}2J\\u{8}");
        assert_eq!(shown("\u{1b}[31"), "\\u{1b}[31");
    }

    proptest! {
        #[test]
        fn only_commands_for_colours_reach_the_terminal(line in prop::collection::vec(any::<u8>(), 0..60)) {
            let mut out = Vec::new();
            show(&line, &mut out);
            let body = out.strip_suffix(b"\r").unwrap_or(&out);
            let mut rest = body;
            while let Some(at) = rest.iter().position(|byte| byte.is_ascii_control() && *byte != b'\t') {
                let length = super::style(&rest[at..]);
                assert!(length.is_some(), "{out:?}");
                rest = &rest[at + length.unwrap_or(1)..];
            }
        }
    }
}
