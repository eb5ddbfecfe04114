//! Whether a loop ends.

use super::tokens;
use syn::Block;
use syn::visit::Visit;

/// Whether a loop's body breaks it or leaves the function. What a closure or an async block in it returns is its own.
pub(super) fn ends(body: &Block) -> bool {
    #[derive(Default)]
    struct Exits(bool);
    impl<'ast> Visit<'ast> for Exits {
        fn visit_expr_break(&mut self, _: &'ast syn::ExprBreak) {
            self.0 = true;
        }
        fn visit_expr_return(&mut self, _: &'ast syn::ExprReturn) {
            self.0 = true;
        }
        fn visit_expr_closure(&mut self, _: &'ast syn::ExprClosure) {}
        fn visit_expr_async(&mut self, _: &'ast syn::ExprAsync) {}
        fn visit_macro(&mut self, one: &'ast syn::Macro) {
            self.0 |= tokens::exits(one.tokens.clone());
        }
    }
    let mut exits = Exits::default();
    exits.visit_block(body);
    exits.0
}
