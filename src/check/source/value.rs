//! An expression, as far as a rule needs to know it: what is written there, not what it computes.

use quote_free::path_text;
use syn::{Expr, Lit};

/// What an expression is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::check) enum Value {
    /// A string.
    Text(String),
    /// A whole number.
    Number(u64),
    /// An array or a tuple.
    List(Vec<Value>),
    /// A path, or fields of one: `ADDRESS`, `config.port`, `Ipv4Addr::UNSPECIFIED`.
    Name(String),
    /// A call of a function.
    Call(String, Vec<Value>),
    /// A call of a method.
    Method(Box<Value>, String, Vec<Value>),
    /// A macro with its name and the strings and names in it.
    Macro(String, Vec<Value>),
    /// A closure or a block, by what it ends in.
    Block(Box<Value>),
    /// Anything else.
    Other,
}

impl Value {
    /// Reads an expression. References, `?`, `.await`, parentheses and casts are looked through.
    pub(super) fn of(expression: &Expr) -> Self {
        match expression {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Str(text) => Self::Text(text.value()),
                Lit::ByteStr(text) => Self::Text(String::from_utf8_lossy(&text.value()).into_owned()),
                Lit::Int(number) => number.base10_parse().map_or(Self::Other, Self::Number),
                _ => Self::Other,
            },
            Expr::Path(path) => Self::Name(path_text(&path.path)),
            Expr::Field(field) => match (Self::of(&field.base), &field.member) {
                (Self::Name(base), syn::Member::Named(name)) => Self::Name(format!("{base}.{name}")),
                _ => Self::Other,
            },
            Expr::Array(array) => Self::List(array.elems.iter().map(Self::of).collect()),
            Expr::Tuple(tuple) => Self::List(tuple.elems.iter().map(Self::of).collect()),
            Expr::Call(call) => match Self::of(&call.func) {
                Self::Name(name) => Self::Call(name, call.args.iter().map(Self::of).collect()),
                _ => Self::Other,
            },
            Expr::MethodCall(call) => Self::Method(
                Box::new(Self::of(&call.receiver)),
                call.method.to_string(),
                call.args.iter().map(Self::of).collect(),
            ),
            Expr::Macro(one) => {
                let name = path_text(&one.mac.path);
                Self::Macro(name, super::tokens::values(one.mac.tokens.clone()))
            }
            Expr::Reference(inner) => Self::of(&inner.expr),
            Expr::Try(inner) => Self::of(&inner.expr),
            Expr::Await(inner) => Self::of(&inner.base),
            Expr::Paren(inner) => Self::of(&inner.expr),
            Expr::Group(inner) => Self::of(&inner.expr),
            Expr::Cast(inner) => Self::of(&inner.expr),
            Expr::Closure(closure) => Self::Block(Box::new(Self::of(&closure.body))),
            Expr::Block(block) => match block.block.stmts.last() {
                Some(syn::Stmt::Expr(last, None)) => Self::Block(Box::new(Self::of(last))),
                _ => Self::Other,
            },
            _ => Self::Other,
        }
    }

    /// The string that it is.
    pub(in crate::check) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Whether anything in it satisfies a question.
    pub(in crate::check) fn any(&self, asked: &dyn Fn(&Self) -> bool) -> bool {
        asked(self)
            || match self {
                Self::List(all) | Self::Call(_, all) | Self::Macro(_, all) => all.iter().any(|one| one.any(asked)),
                Self::Method(receiver, _, all) => receiver.any(asked) || all.iter().any(|one| one.any(asked)),
                Self::Block(inner) => inner.any(asked),
                _ => false,
            }
    }
}

/// Texts of syntax, without its spacing.
pub(super) mod quote_free {
    /// A path as it is written, without generics.
    pub(in crate::check) fn path_text(path: &syn::Path) -> String {
        let mut text = String::new();
        for segment in &path.segments {
            if !text.is_empty() {
                text.push_str("::");
            }
            text.push_str(&segment.ident.to_string());
        }
        text
    }
}
