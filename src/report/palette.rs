//! The colours of what people read: the six that a terminal's owner has made readable on their own background, dark or light.
//! No bright one, no white and no black: each of them vanishes on one of the two.

use annotate_snippets::Renderer;
use anstyle::{AnsiColor, Style};

/// What went well.
pub const GOOD: Style = AnsiColor::Green.on_default().bold();

/// What needs care.
pub const CAREFUL: Style = AnsiColor::Yellow.on_default().bold();

/// What is wrong.
pub const BAD: Style = AnsiColor::Red.on_default().bold();

/// What is said beside it.
pub const PLAIN: Style = AnsiColor::Cyan.on_default().bold();

/// What matters least: the terminal's own colour, dimmed.
pub const FAINT: Style = Style::new().dimmed();

/// Draws lines of files in these colours.
#[must_use]
pub const fn snippets() -> Renderer {
    const FRAME: Style = AnsiColor::Blue.on_default().bold();
    Renderer::styled()
        .error(BAD)
        .warning(CAREFUL)
        .note(PLAIN)
        .info(PLAIN)
        .help(GOOD)
        .line_num(FRAME)
        .context(FRAME)
        .emphasis(Style::new().bold())
        .addition(GOOD)
        .removal(BAD)
}
