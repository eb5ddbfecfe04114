//! How deep a file's syntax may be nested. The parser, the walk, and what drops a tree all go down by recursion, so a file
//! that is nested deeper than a stack holds would end the program, and who sends it needs no more than brackets.

use proc_macro2::{Delimiter, TokenStream, TokenTree, token_stream};
use std::iter::Peekable;

/// Links of the way from a file to any of its tokens that every stack holds: measured, a parenthesis takes 8 KiB of one
/// without optimisation, and the smallest has two MiB.
pub(super) const USUAL: usize = 128;

/// The most links. A builder's chain of a thousand calls has three a call.
pub(super) const MOST: usize = 4000;

/// The stack of whoever reads what has more than the usual ones, in bytes.
pub(super) const STACK: usize = 64 << 20;

/// One open bracket: what is left in it, and the links of the chain that is being read.
struct Open {
    tokens: Peekable<token_stream::IntoIter>,
    links: usize,
    after_block: bool,
}

/// The line of the first token that has more than `most` links. What stands in a row is counted as if each hung on the one before it, as the
/// operands of `a + b + c` and the calls of `a.b().c()` do; a new row begins where a new expression does.
pub(super) fn deeper(tokens: &TokenStream, most: usize) -> Option<usize> {
    let mut open = vec![Open::of(tokens.clone())];
    let mut depth = 0;
    while let Some(innermost) = open.last_mut() {
        let Some(token) = innermost.tokens.next() else {
            depth -= innermost.links;
            open.pop();
            continue;
        };
        if innermost.begins_anew(&token) {
            depth -= std::mem::take(&mut innermost.links);
        }
        innermost.links += 1;
        depth += 1;
        if depth > most {
            return Some(token.span().start().line);
        }
        if let TokenTree::Group(group) = token {
            innermost.after_block = group.delimiter() == Delimiter::Brace;
            open.push(Open::of(group.stream()));
        } else {
            innermost.after_block = false;
        }
    }
    None
}

impl Open {
    fn of(tokens: TokenStream) -> Self {
        Self { tokens: tokens.into_iter().peekable(), links: 0, after_block: false }
    }

    /// Whether a token does not hang on the one before it.
    fn begins_anew(&mut self, token: &TokenTree) -> bool {
        match token {
            TokenTree::Punct(punct) => match punct.as_char() {
                ';' | ',' | '#' => true,
                // Of an arm of a `match`, what is behind `=>`.
                '=' => matches!(self.tokens.peek(), Some(TokenTree::Punct(next)) if next.as_char() == '>'),
                _ => false,
            },
            TokenTree::Ident(word) => self.after_block && word != "else" && word != "as",
            TokenTree::Literal(_) | TokenTree::Group(_) => self.after_block,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST, deeper};

    fn line(text: &str) -> Option<usize> {
        deeper(&text.parse().expect("tokens"), MOST)
    }

    #[test]
    fn what_hangs_on_what_stands_before_it_is_counted() {
        let many = |text: &str| text.repeat(MOST);
        for deep in [
            format!("\nlet x = {}1{};", many("("), many(")")),
            format!("\nlet x = {}1;", many("!")),
            format!("\nlet x = 1{};", many(" + 1")),
            format!("\nlet x = y{};", many(".z()")),
            format!("\nif a {{}} {}", many("else if a {} ")),
            format!("\ntype X = {}u8{};", many("Box<"), many(">")),
        ] {
            assert_eq!(line(&deep), Some(2), "{}", &deep[..40]);
        }
    }

    #[test]
    fn a_long_file_is_not_deep() {
        let many = |text: &str| text.repeat(3 * MOST);
        for flat in [
            many("fn a() {}\n"),
            many("#[test]\nfn a() { b(1); }\n"),
            format!("let x = [{}];", many("1, ")),
            format!("match x {{ {} }}", many("A => {} ")),
            format!("match x {{ {} }}", many("A | B => c(1).d(), ")),
            format!("fn main() {{ {} }}", many("if a { b(); } ")),
        ] {
            assert_eq!(line(&flat), None, "{}", &flat[..40]);
        }
    }
}
