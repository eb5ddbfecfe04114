//! The text of a unit (systemd.syntax(7)). What is put into it must not be read as anything else: `%` starts a
//! specifier, and in a command `$` a variable.

/// The word that systemd replaces by the id of a service's main process (systemd.exec(5), MAINPID).
pub(super) const MAIN_PID: &str = "$MAINPID";

/// A unit that is being written.
pub(super) struct Unit {
    text: String,
}

impl Unit {
    pub(super) fn new() -> Self {
        Self { text: String::new() }
    }

    /// Starts a section.
    pub(super) fn section(&mut self, name: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text += &format!("[{name}]\n");
    }

    /// A setting; `value` is in the unit's own language.
    pub(super) fn set(&mut self, name: &str, value: &str) {
        self.text += &format!("{name}={value}\n");
    }

    /// A comment.
    pub(super) fn remark(&mut self, text: &str) {
        self.text += &format!("# {text}\n");
    }

    /// A variable of the service.
    pub(super) fn environment(&mut self, name: &str, value: &str) {
        self.environment_in(name, &literal(value));
    }

    /// A variable whose value has specifiers.
    pub(super) fn environment_in(&mut self, name: &str, value: &str) {
        self.set("Environment", &quoted(&format!("{name}={value}")));
    }

    /// The command of a service, [`MAIN_PID`] among its words: they are in the unit's own language as far as specifiers go, so that `%i` is the instance.
    pub(super) fn command(&mut self, setting: &str, words: &[String]) {
        let said = |word: &String| if word == MAIN_PID { word.clone() } else { quoted(&word.replace('$', "$$")) };
        let words: Vec<String> = words.iter().map(said).collect();
        self.set(setting, &words.join(" "));
    }

    pub(super) fn text(self) -> String {
        self.text
    }
}

/// A text in which systemd is to find no specifier.
pub(super) fn literal(text: &str) -> String {
    text.replace('%', "%%")
}

/// A path in a list of paths, where white space would begin another.
pub(super) fn path(text: &str) -> String {
    quoted(&literal(text))
}

/// A word that stays one (systemd.syntax(7), Quoting).
fn quoted(word: &str) -> String {
    let plain = |one: char| one.is_ascii_alphanumeric() || "_-./:=@%+,$".contains(one);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    let mut text = String::from("\"");
    for one in word.chars() {
        match one {
            '"' | '\\' => text.extend(['\\', one]),
            _ if one.is_control() => text
                .extend(one.to_string().bytes().flat_map(|byte| format!("\\x{byte:02x}").into_bytes()).map(char::from)),
            _ => text.push(one),
        }
    }
    text + "\""
}

/// A duration in the largest unit that holds it whole (systemd.time(7)).
pub(super) fn duration(milliseconds: u64) -> String {
    if milliseconds.is_multiple_of(1000) { format!("{}s", milliseconds / 1000) } else { format!("{milliseconds}ms") }
}

#[cfg(test)]
mod tests {
    use super::{Unit, duration};

    #[test]
    fn what_is_put_into_a_unit_is_not_read_as_anything_else() {
        let mut unit = Unit::new();
        unit.section("Service");
        unit.command(
            "ExecStart",
            &["/bin/a b".to_owned(), "--x=%i".to_owned(), "$HOME".to_owned(), "\"\\\n".to_owned()],
        );
        unit.environment("A", "50% of \"it\"");
        assert_eq!(
            unit.text(),
            "[Service]\nExecStart=\"/bin/a b\" --x=%i $$HOME \"\\\"\\\\\\x0a\"\nEnvironment=\"A=50%% of \\\"it\\\"\"\n"
        );
    }

    #[test]
    fn durations_are_whole() {
        assert_eq!((duration(30_000), duration(1500), duration(0)), ("30s".into(), "1500ms".into(), "0s".into()));
    }
}
