//! What stands in a macro's brackets. It is no Rust until the macro says so, and yet most of it reads like Rust: names
//! followed by parentheses are calls, as in `tokio::select!`, `json!`, `vec!`.

use super::Value;
use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};

/// One thing that was seen in a macro's brackets.
#[derive(Debug, Clone)]
pub(super) enum Seen {
    /// A path, with what it is called with where it is called.
    Path { text: String, called: Option<Vec<Value>>, span: Span },
    /// A macro with its own brackets.
    Macro { path: String, tokens: TokenStream, span: Span },
    /// A method that is called.
    Method { name: String, arguments: Vec<Value>, span: Span },
    /// A string.
    Text { value: String, span: Span },
    /// The keyword `loop`, and whether its body leaves it.
    Loop { ends: bool, span: Span },
}

/// All that can be seen, in the order of the text.
pub(super) fn scan(tokens: TokenStream) -> Vec<Seen> {
    let mut seen = Vec::new();
    scan_into(tokens, &mut seen);
    seen
}

/// Whether `break` or `return` stands among tokens, however deep.
pub(super) fn exits(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(word) => word == "break" || word == "return",
        TokenTree::Group(group) => exits(group.stream()),
        _ => false,
    })
}

/// The strings, numbers and names, for an argument that is a macro.
pub(super) fn values(tokens: TokenStream) -> Vec<Value> {
    tokens
        .into_iter()
        .filter_map(|token| match token {
            TokenTree::Literal(literal) => literal_value(&literal.to_string()),
            TokenTree::Ident(name) => Some(Value::Name(name.to_string())),
            TokenTree::Group(group) => Some(Value::List(values(group.stream()))),
            TokenTree::Punct(_) => None,
        })
        .collect()
}

fn literal_value(text: &str) -> Option<Value> {
    match syn::parse_str(text) {
        Ok(syn::Lit::Str(text)) => Some(Value::Text(text.value())),
        Ok(syn::Lit::Int(number)) => number.base10_parse().ok().map(Value::Number),
        _ => None,
    }
}

fn scan_into(tokens: TokenStream, seen: &mut Vec<Seen>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        match token {
            TokenTree::Ident(first) => {
                let after_dot = at > 0 && is_punct(&tokens[at - 1], '.');
                let (text, next) = path(&tokens, at);
                let called = match tokens.get(next) {
                    Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis => {
                        Some(values(group.stream()))
                    }
                    _ => None,
                };
                let span = first.span();
                if let (Some(mark), Some(TokenTree::Group(group))) = (tokens.get(next), tokens.get(next + 1))
                    && is_punct(mark, '!')
                {
                    let whole = span.join(group.span()).unwrap_or(span);
                    seen.push(Seen::Macro { path: text, tokens: group.stream(), span: whole });
                    at = next + 2;
                    continue;
                }
                match called {
                    _ if text == "loop" => {
                        let body = tokens.get(next).filter(|token| matches!(token, TokenTree::Group(_)));
                        let ends = body.is_some_and(|body| exits(body.clone().into()));
                        seen.push(Seen::Loop { ends, span });
                    }
                    Some(arguments) if after_dot => seen.push(Seen::Method { name: text, arguments, span }),
                    called if !after_dot => seen.push(Seen::Path { text, called, span }),
                    _ => {}
                }
                at = next;
                continue;
            }
            TokenTree::Group(group) => scan_into(group.stream(), seen),
            TokenTree::Literal(literal) => {
                if let Some(Value::Text(value)) = literal_value(&literal.to_string()) {
                    seen.push(Seen::Text { value, span: literal.span() });
                }
            }
            TokenTree::Punct(_) => {}
        }
        at += 1;
    }
}

/// A path that begins at an identifier, and the index after it.
fn path(tokens: &[TokenTree], start: usize) -> (String, usize) {
    let mut text = tokens[start].to_string();
    let mut at = start + 1;
    while let (Some(one), Some(two), Some(TokenTree::Ident(name))) =
        (tokens.get(at), tokens.get(at + 1), tokens.get(at + 2))
        && is_punct(one, ':')
        && is_punct(two, ':')
    {
        text.push_str("::");
        text.push_str(&name.to_string());
        at += 3;
    }
    (text, at)
}

fn is_punct(token: &TokenTree, character: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == character)
}
