//! The source of the service, as plain facts: each file is parsed once, and every rule asks the same answers.
//!
//! What is only compiled for tests is not here. Nothing is resolved as a compiler would: a path is what the file's own
//! `use` lines make of it, a value is what is written, and what a macro's brackets hold is read as far as it looks
//! like Rust.

mod allowance;
mod attribute;
mod depth;
mod imports;
mod loop_end;
mod tokens;
mod type_text;
mod value;
mod walk;

pub(super) use allowance::Allowance;
pub(super) use value::Value;

use super::Place;
use proc_macro2::TokenStream;
use std::collections::BTreeSet;

/// A part of a line of a file, columns in characters from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Span {
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) end_line: usize,
    pub(super) end_column: usize,
}

/// One file.
#[derive(Debug, Default)]
pub(super) struct Source {
    /// The file, from the codebase's root.
    pub(super) path: String,
    text: String,
    /// `mod NAME;` lines.
    pub(super) modules: Vec<Module>,
    pub(super) functions: Vec<Function>,
    pub(super) calls: Vec<Call>,
    pub(super) methods: Vec<MethodCall>,
    pub(super) macros: Vec<Macro>,
    pub(super) strings: Vec<Text>,
    pub(super) bindings: Vec<Binding>,
    pub(super) types: Vec<TypeUse>,
    pub(super) names: Vec<Name>,
    pub(super) loops: Vec<Loop>,
    pub(super) fields: Vec<Field>,
    /// Variants of enums that a command-line parser makes subcommands of.
    pub(super) subcommands: Vec<String>,
    /// Where `debug_assertions` decides something.
    pub(super) debug_only: Vec<(Span, String)>,
    /// Attributes of functions, by path: `tokio::main`, `launch`.
    pub(super) attributes: BTreeSet<String>,
    pub(super) allowances: Vec<Allowance>,
    /// What is mentioned outside of every function, as in a `static`.
    pub(super) mentions: BTreeSet<String>,
    pub(super) imports: imports::Imports,
}

/// The index of the function that something stands in.
pub(super) type Within = Option<usize>;

/// `mod name;`
#[derive(Debug)]
pub(super) struct Module {
    pub(super) name: String,
    /// `#[path = "..."]`
    pub(super) path: Option<String>,
    /// The inline modules around it.
    pub(super) within: Vec<String>,
}

#[derive(Debug)]
pub(super) struct Function {
    pub(super) name: String,
    /// The names of its parameters, in order.
    pub(super) parameters: Vec<String>,
    pub(super) span: Span,
    /// Names that it mentions, by which what is reachable is found.
    pub(super) mentions: BTreeSet<String>,
    /// Whether somebody else than this codebase calls it: a trait's method, an attribute's function.
    pub(super) entered_from_outside: bool,
}

#[derive(Debug)]
pub(super) struct Call {
    pub(super) path: String,
    pub(super) arguments: Vec<Value>,
    pub(super) span: Span,
    pub(super) within: Within,
}

#[derive(Debug)]
pub(super) struct MethodCall {
    pub(super) name: String,
    pub(super) receiver: Value,
    pub(super) arguments: Vec<Value>,
    pub(super) span: Span,
    pub(super) within: Within,
}

#[derive(Debug)]
pub(super) struct Macro {
    pub(super) path: String,
    pub(super) span: Span,
    /// The paths and methods that are called in its brackets.
    pub(super) called: Vec<String>,
}

#[derive(Debug)]
pub(super) struct Text {
    pub(super) value: String,
    pub(super) span: Span,
}

/// `let name = value`, a `const` or a `static`.
#[derive(Debug)]
pub(super) struct Binding {
    pub(super) name: String,
    pub(super) value: Value,
    pub(super) within: Within,
}

/// A type that is written as an alias, of a field, or of a static.
#[derive(Debug)]
pub(super) struct TypeUse {
    pub(super) name: String,
    pub(super) text: String,
    pub(super) place: TypePlace,
    pub(super) span: Span,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TypePlace {
    Alias,
    Field,
    Static,
}

/// A path that is mentioned and not called.
#[derive(Debug)]
pub(super) struct Name {
    pub(super) path: String,
    pub(super) span: Span,
}

/// A `loop`, or a `while true`.
#[derive(Debug)]
pub(super) struct Loop {
    pub(super) span: Span,
    pub(super) within: Within,
    /// Whether something in it ends it, as that of a retry.
    pub(super) ends: bool,
}

/// A field of a struct that a command-line parser fills.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: String,
    /// The variable that fills it too, where one does.
    pub(super) variable: Option<String>,
    /// Whether it is an option of its own name, as `--port`.
    pub(super) option: bool,
    pub(super) span: Span,
}

impl Source {
    /// Reads one file.
    ///
    /// # Errors
    /// Where it is not Rust, with the line and what the parser said.
    pub(super) fn read(path: &str, text: String) -> Result<Self, Refusal> {
        // The parser keeps a copy of every text that it has read; these are read by the hundred.
        proc_macro2::extra::invalidate_current_thread_spans();
        let tokens = tokens(&text)?;
        let mut source = match depth::deeper(&tokens, depth::USUAL) {
            None => parsed(tokens)?,
            Some(line) => deep(&text, line)?,
        };
        source.allowances = allowance::find(&text);
        source.path = path.to_owned();
        source.text = text;
        Ok(source)
    }

    /// A line of its text, from 1.
    pub(super) fn line(&self, line: usize) -> &str {
        self.text.lines().nth(line.saturating_sub(1)).unwrap_or_default()
    }

    /// How many lines it has.
    pub(super) fn lines(&self) -> usize {
        self.text.lines().count()
    }

    /// A place in it.
    pub(super) fn place(&self, span: Span, label: impl Into<String>) -> Place {
        let text = self.line(span.line).to_owned();
        let length = text.chars().count();
        let end = if span.end_line == span.line { span.end_column } else { length + 1 };
        Place {
            path: self.path.clone(),
            line: span.line,
            column: span.column,
            end_column: end.min(length + 1).max(span.column + 1),
            text,
            label: label.into(),
        }
    }

    /// The name of the function that something stands in.
    pub(super) fn function(&self, within: Within) -> Option<&Function> {
        self.functions.get(within?)
    }
}

/// A place in a file, and what is wrong there.
type Refusal = (usize, String);

fn worded(cause: &syn::Error) -> Refusal {
    (cause.span().start().line, cause.to_string())
}

fn tokens(text: &str) -> Result<TokenStream, Refusal> {
    code(text).parse().map_err(|cause| worded(&syn::Error::from(cause)))
}

fn parsed(tokens: TokenStream) -> Result<Source, Refusal> {
    syn::parse2(tokens).map(|file| walk::walk(&file)).map_err(|cause| worded(&cause))
}

/// What is nested deeply, read where the stack holds it.
fn deep(text: &str, line: usize) -> Result<Source, Refusal> {
    let read = || {
        let tokens = tokens(text)?;
        match depth::deeper(&tokens, depth::MOST) {
            None => parsed(tokens),
            Some(line) => Err((line, "it is nested deeper than this program follows".to_owned())),
        }
    };
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(depth::STACK).spawn_scoped(scope, read);
        let read = thread.ok().and_then(|thread| thread.join().ok());
        read.unwrap_or_else(|| {
            Err((line, "it is nested deeply, and this machine gives no thread to read it".to_owned()))
        })
    })
}

/// A file's text without the line that a shell reads (the Rust reference, "Shebang"); the line end stays, and so do the numbers of lines.
fn code(text: &str) -> &str {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match text.strip_prefix("#!") {
        Some(rest) if !rest.trim_start().starts_with('[') => &text[text.find('\n').unwrap_or(text.len())..],
        _ => text,
    }
}

/// Whether a path ends in these segments.
pub(super) fn ends_in(path: &str, tail: &str) -> bool {
    path.strip_suffix(tail).is_some_and(|rest| rest.is_empty() || rest.ends_with("::"))
}
