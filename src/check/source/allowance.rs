//! `// twelve: allow(TF0701, reason = "...")`: an exception where the thing stands. It holds for its own line and the
//! next one that is code.

/// An exception in the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::check) struct Allowance {
    /// The line of the comment, from 1.
    pub(in crate::check) line: usize,
    /// The lines that it speaks of.
    pub(in crate::check) covers: Vec<usize>,
    /// The rule and the reason, or what is wrong with it.
    pub(in crate::check) means: Result<(String, String), &'static str>,
}

/// Every exception of a text, also those that are written wrongly.
pub(super) fn find(text: &str) -> Vec<Allowance> {
    if !text.contains("twelve:") {
        return Vec::new();
    }
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let Some((before, comment)) = line.split_once("//") else { continue };
        let Some(rest) = comment.trim_start().strip_prefix("twelve:") else { continue };
        let mut covers = vec![index + 1];
        if before.trim().is_empty() {
            let code = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with("//");
            if let Some(next) = lines.iter().skip(index + 1).position(code) {
                covers.push(index + 2 + next);
            }
        }
        found.push(Allowance { line: index + 1, covers, means: read(rest.trim()) });
    }
    found
}

fn read(text: &str) -> Result<(String, String), &'static str> {
    let inner = text
        .strip_prefix("allow(")
        .and_then(|rest| rest.trim_end().strip_suffix(')'))
        .ok_or("after `twelve:` stands `allow(RULE, reason = \"...\")`")?;
    let (rule, reason) = inner.split_once(',').ok_or("the exception has no reason")?;
    let reason = reason.trim().strip_prefix("reason").map(str::trim_start).and_then(|rest| rest.strip_prefix('='));
    let reason = reason.map(str::trim).and_then(|rest| rest.strip_prefix('"')?.strip_suffix('"'));
    match reason.map(str::trim) {
        Some(reason) if !reason.is_empty() => Ok((rule.trim().to_owned(), reason.to_owned())),
        _ => Err("the exception has no reason"),
    }
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn an_exception_covers_its_own_line_or_the_next_code() {
        let text = "// twelve: allow(TF0701, reason = \"a test rig\")\n// more\n\nbind(1); // twelve: allow(TF0601, reason = \"x\")\n";
        let found = find(text);
        assert_eq!(found[0].covers, [1, 4]);
        assert_eq!(found[0].means, Ok(("TF0701".to_owned(), "a test rig".to_owned())));
        assert_eq!(found[1].covers, [4]);
    }

    #[test]
    fn an_exception_without_a_reason_is_told() {
        for bad in
            ["// twelve: allow(TF0701)", "// twelve: allow(TF0701, reason = \" \")", "// twelve: allow(TF0701, reason)"]
        {
            assert_eq!(find(bad)[0].means, Err("the exception has no reason"), "{bad}");
        }
        assert!(find("// twelve: alow(TF0701, reason = \"x\")")[0].means.is_err());
        assert_eq!(find("// a twelve: allow"), []);
    }
}
