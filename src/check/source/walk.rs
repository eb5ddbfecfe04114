//! The one walk over a file's syntax.

use super::attribute::{mentions_debug, only_for_tests, variable_of};
use super::loop_end::ends;
use super::tokens::{self, Seen};
use super::type_text::type_text;
use super::value::quote_free::path_text;
use super::{
    Binding, Call, Field, Function, Loop, Macro, MethodCall, Module, Name, Source, Span, Text, TypePlace, TypeUse,
    Value, Within,
};
use proc_macro2::TokenStream;
use std::collections::BTreeSet;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Attribute, Expr, Item, Meta, Type};

/// Walks a file.
pub(super) fn walk(file: &syn::File) -> Source {
    let mut walk = Walk::default();
    walk.visit_file(file);
    let mut source = walk.source;
    let imports = std::mem::take(&mut source.imports);
    for call in &mut source.calls {
        call.path = imports.resolved(&call.path);
    }
    for name in &mut source.names {
        name.path = imports.resolved(&name.path);
    }
    for one in &mut source.macros {
        one.path = imports.resolved(&one.path);
        one.called.iter_mut().for_each(|called| *called = imports.resolved(called));
    }
    source.attributes = source.attributes.iter().map(|path| imports.resolved(path)).collect();
    source.imports = imports;
    source
}

#[derive(Default)]
struct Walk {
    source: Source,
    within: Within,
    modules: Vec<String>,
    in_trait: bool,
}

fn span(of: proc_macro2::Span) -> Span {
    let (start, end) = (of.start(), of.end());
    Span { line: start.line, column: start.column + 1, end_line: end.line, end_column: end.column + 1 }
}

/// The name of a parameter; empty where it is a pattern.
fn parameter(argument: &syn::FnArg) -> String {
    match argument {
        syn::FnArg::Receiver(_) => "self".to_owned(),
        syn::FnArg::Typed(typed) => match &*typed.pat {
            syn::Pat::Ident(name) => name.ident.to_string(),
            _ => String::new(),
        },
    }
}

impl Walk {
    fn function(&mut self, signature: &syn::Signature, attributes: &[Attribute], block: impl FnOnce(&mut Self)) {
        let mut marks = attributes.iter().map(|attribute| path_text(attribute.path()));
        let plain =
            ["doc", "inline", "must_use", "cfg", "allow", "expect", "instrument", "tracing::instrument", "deprecated"];
        let entered_from_outside = self.in_trait || marks.any(|mark| !plain.contains(&mark.as_str()));
        self.source.attributes.extend(attributes.iter().map(|attribute| path_text(attribute.path())));
        self.source.functions.push(Function {
            name: signature.ident.to_string(),
            parameters: signature.inputs.iter().map(parameter).collect(),
            span: span(signature.ident.span()),
            mentions: BTreeSet::new(),
            entered_from_outside,
        });
        let outer = self.within.replace(self.source.functions.len() - 1);
        block(self);
        self.within = outer;
    }

    fn mention(&mut self, path: &str) {
        let name = path.rsplit("::").next().unwrap_or(path).to_owned();
        match self.within.and_then(|within| self.source.functions.get_mut(within)) {
            Some(function) => function.mentions.insert(name),
            None => self.source.mentions.insert(name),
        };
    }

    fn debug_only(&mut self, attributes: &[Attribute]) {
        for attribute in attributes.iter().filter(|attribute| mentions_debug(attribute)) {
            let Meta::List(list) = &attribute.meta else { continue };
            self.source.debug_only.push((span(attribute.span()), list.tokens.to_string()));
        }
    }

    /// A macro with its brackets, and those of macros in them; what is called in all of them is the answer.
    fn in_brackets(&mut self, path: String, tokens: TokenStream, whole: proc_macro2::Span) -> Vec<String> {
        let mut called = Vec::new();
        if path == "cfg" && tokens.to_string().contains("debug_assertions") {
            self.source.debug_only.push((span(whole), tokens.to_string()));
        }
        for seen in tokens::scan(tokens) {
            match seen {
                Seen::Path { text, called: Some(arguments), span: at } => {
                    self.mention(&text);
                    called.push(text.clone());
                    self.source.calls.push(Call { path: text, arguments, span: span(at), within: self.within });
                }
                Seen::Path { text, called: None, span: at } => {
                    self.mention(&text);
                    self.source.names.push(Name { path: text, span: span(at) });
                }
                Seen::Macro { path, tokens, span: at } => called.extend(self.in_brackets(path, tokens, at)),
                Seen::Method { name, arguments, span: at } => {
                    self.mention(&name);
                    called.push(name.clone());
                    self.source.methods.push(MethodCall {
                        name,
                        receiver: Value::Other,
                        arguments,
                        span: span(at),
                        within: self.within,
                    });
                }
                Seen::Text { value, span: at } => {
                    self.source.strings.push(Text { value, span: span(at) });
                }
                Seen::Loop { ends, span: at } => {
                    self.source.loops.push(Loop { span: span(at), within: self.within, ends });
                }
            }
        }
        self.source.macros.push(Macro { path, span: span(whole), called: called.clone() });
        called
    }

    fn type_use(&mut self, name: String, of: &Type, place: TypePlace, at: Span) {
        self.source.types.push(TypeUse { name, text: type_text(of), place, span: at });
    }

    fn binding(&mut self, name: String, value: &Expr) {
        self.source.bindings.push(Binding { name, value: Value::of(value), within: self.within });
    }
}

impl<'ast> Visit<'ast> for Walk {
    fn visit_item(&mut self, item: &'ast Item) {
        let attributes = match item {
            Item::Const(one) => &one.attrs,
            Item::Fn(one) => &one.attrs,
            Item::Impl(one) => &one.attrs,
            Item::Macro(one) => &one.attrs,
            Item::Mod(one) => &one.attrs,
            Item::Static(one) => &one.attrs,
            Item::Struct(one) => &one.attrs,
            Item::Use(one) => &one.attrs,
            _ => return visit::visit_item(self, item),
        };
        if !only_for_tests(attributes) {
            self.debug_only(attributes);
            visit::visit_item(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.source.imports.add(&item.tree);
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        let name = item.ident.to_string();
        if item.content.is_some() {
            self.modules.push(name);
            visit::visit_item_mod(self, item);
            self.modules.pop();
            return;
        }
        let path = item.attrs.iter().find_map(|attribute| match &attribute.meta {
            Meta::NameValue(pair) if pair.path.is_ident("path") => Value::of(&pair.value).text().map(str::to_owned),
            _ => None,
        });
        self.source.modules.push(Module { name, path, within: self.modules.clone() });
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.function(&item.sig, &item.attrs, |walk| visit::visit_item_fn(walk, item));
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        let outer = std::mem::replace(&mut self.in_trait, item.trait_.is_some());
        visit::visit_item_impl(self, item);
        self.in_trait = outer;
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        if only_for_tests(&item.attrs) {
            return;
        }
        self.function(&item.sig, &item.attrs, |walk| visit::visit_impl_item_fn(walk, item));
    }

    fn visit_item_static(&mut self, item: &'ast syn::ItemStatic) {
        let name = item.ident.to_string();
        self.type_use(name.clone(), &item.ty, TypePlace::Static, span(item.ident.span()));
        self.binding(name, &item.expr);
        visit::visit_item_static(self, item);
    }

    fn visit_item_const(&mut self, item: &'ast syn::ItemConst) {
        self.binding(item.ident.to_string(), &item.expr);
        visit::visit_item_const(self, item);
    }

    fn visit_item_type(&mut self, item: &'ast syn::ItemType) {
        self.type_use(item.ident.to_string(), &item.ty, TypePlace::Alias, span(item.ident.span()));
    }

    fn visit_field(&mut self, field: &'ast syn::Field) {
        if let Some(name) = &field.ident {
            self.type_use(name.to_string(), &field.ty, TypePlace::Field, span(name.span()));
            let parsers = ["arg", "clap", "structopt", "argh", "command"];
            let parsed = field.attrs.iter().filter(|one| parsers.iter().any(|parser| one.path().is_ident(parser)));
            for attribute in parsed {
                let Meta::List(list) = &attribute.meta else { continue };
                let tokens = list.tokens.to_string();
                let variable = variable_of(&tokens, &name.to_string());
                let option = tokens.split(',').any(|part| ["long", "option"].contains(&part.trim()));
                self.source.fields.push(Field { name: name.to_string(), variable, option, span: span(name.span()) });
            }
        }
        visit::visit_field(self, field);
    }

    fn visit_item_enum(&mut self, item: &'ast syn::ItemEnum) {
        let derives = |attribute: &Attribute| {
            let Meta::List(list) = &attribute.meta else { return false };
            let text = list.tokens.to_string();
            list.path.is_ident("derive")
                && ["Subcommand", "Parser", "FromArgs", "StructOpt"].iter().any(|one| text.contains(one))
        };
        if item.attrs.iter().any(derives) {
            self.source.subcommands.extend(item.variants.iter().map(|variant| variant.ident.to_string()));
        }
        visit::visit_item_enum(self, item);
    }

    fn visit_local(&mut self, local: &'ast syn::Local) {
        let name = match &local.pat {
            syn::Pat::Ident(name) => Some(name.ident.to_string()),
            syn::Pat::Type(typed) => match &*typed.pat {
                syn::Pat::Ident(name) => Some(name.ident.to_string()),
                _ => None,
            },
            _ => None,
        };
        if let (Some(name), Some(init)) = (name, &local.init) {
            self.binding(name, &init.expr);
        }
        if !only_for_tests(&local.attrs) {
            self.debug_only(&local.attrs);
            visit::visit_local(self, local);
        }
    }

    fn visit_expr_block(&mut self, block: &'ast syn::ExprBlock) {
        self.debug_only(&block.attrs);
        visit::visit_expr_block(self, block);
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        if let Expr::Path(function) = &*call.func {
            let path = path_text(&function.path);
            self.mention(&path);
            self.source.calls.push(Call {
                path,
                arguments: call.args.iter().map(Value::of).collect(),
                span: span(call.span()),
                within: self.within,
            });
            call.args.iter().for_each(|argument| self.visit_expr(argument));
        } else {
            visit::visit_expr_call(self, call);
        }
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        let name = call.method.to_string();
        self.mention(&name);
        let whole = span(call.method.span());
        let end = span(call.span());
        self.source.methods.push(MethodCall {
            name,
            receiver: Value::of(&call.receiver),
            arguments: call.args.iter().map(Value::of).collect(),
            span: Span { end_line: end.end_line, end_column: end.end_column, ..whole },
            within: self.within,
        });
        visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_path(&mut self, path: &'ast syn::ExprPath) {
        let text = path_text(&path.path);
        self.mention(&text);
        if text.contains("::") || text.chars().next().is_some_and(char::is_uppercase) {
            self.source.names.push(Name { path: text, span: span(path.span()) });
        }
    }

    fn visit_expr_loop(&mut self, one: &'ast syn::ExprLoop) {
        self.source.loops.push(Loop { span: span(one.span()), within: self.within, ends: ends(&one.body) });
        visit::visit_expr_loop(self, one);
    }

    fn visit_expr_while(&mut self, one: &'ast syn::ExprWhile) {
        if matches!(&*one.cond, Expr::Lit(literal) if matches!(&literal.lit, syn::Lit::Bool(value) if value.value)) {
            self.source.loops.push(Loop { span: span(one.span()), within: self.within, ends: ends(&one.body) });
        }
        visit::visit_expr_while(self, one);
    }

    fn visit_lit_str(&mut self, text: &'ast syn::LitStr) {
        self.source.strings.push(Text { value: text.value(), span: span(text.span()) });
    }

    fn visit_macro(&mut self, one: &'ast syn::Macro) {
        self.in_brackets(path_text(&one.path), one.tokens.clone(), one.span());
    }

    // Documentation holds examples, not code; of other attributes only strings matter, which are often defaults.
    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        let Meta::List(list) = &attribute.meta else { return };
        for seen in tokens::scan(list.tokens.clone()) {
            if let Seen::Text { value, span: at } = seen {
                self.source.strings.push(Text { value, span: span(at) });
            }
        }
    }
}
