//! A type as text: its path with what it is made of, references and brackets left out.

use syn::Type;

pub(super) fn type_text(of: &Type) -> String {
    let mut text = String::new();
    write_type(of, &mut text);
    text
}

fn write_type(of: &Type, text: &mut String) {
    match of {
        Type::Path(path) => {
            for (index, segment) in path.path.segments.iter().enumerate() {
                if index > 0 {
                    text.push_str("::");
                }
                text.push_str(&segment.ident.to_string());
                if let syn::PathArguments::AngleBracketed(arguments) = &segment.arguments {
                    text.push('<');
                    for argument in &arguments.args {
                        if let syn::GenericArgument::Type(inner) = argument {
                            write_type(inner, text);
                            text.push(',');
                        }
                    }
                    text.push('>');
                }
            }
        }
        Type::Reference(inner) => write_type(&inner.elem, text),
        Type::Paren(inner) => write_type(&inner.elem, text),
        Type::Tuple(tuple) => tuple.elems.iter().for_each(|inner| {
            write_type(inner, text);
            text.push(',');
        }),
        _ => text.push('_'),
    }
}
