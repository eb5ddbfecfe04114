//! How a value is spelt in the language of the file that it is put into: `{{toml description}}` is a TOML string with
//! its quotes, whatever the description holds. The helpers nest: `{{rust_str (kebab name)}}`.

use crate::report::shell_word;
use handlebars::{Context, Handlebars, Helper, HelperDef, RenderContext, RenderError, RenderErrorReason, ScopedJson};
use serde_json::Value;

/// Spells a value, or says as a fragment why it cannot.
type Spell = fn(&Value) -> Result<String, String>;

/// Every spelling, by the name that templates call it.
pub(super) const SPELLINGS: [(&str, Spelling); 8] = [
    ("toml", Spelling(toml)),
    ("rust_str", Spelling(|value| text(value).map(|text| format!("{text:?}")))),
    ("json", Spelling(json)),
    // Every JSON document is a YAML document: <https://yaml.org/spec/1.2.2/#12-overview>.
    ("yaml", Spelling(json)),
    ("sh", Spelling(|value| text(value).map(|text| shell_word(&text)))),
    ("snake", Spelling(|value| text(value).map(|text| heck::AsSnakeCase(text).to_string()))),
    ("kebab", Spelling(|value| text(value).map(|text| heck::AsKebabCase(text).to_string()))),
    ("pascal", Spelling(|value| text(value).map(|text| heck::AsPascalCase(text).to_string()))),
];

/// A helper that spells its one parameter.
#[derive(Clone, Copy)]
pub(super) struct Spelling(Spell);

impl HelperDef for Spelling {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Result<ScopedJson<'rc>, RenderError> {
        let wrong = |reason| RenderError::from(RenderErrorReason::Other(reason));
        let [parameter] = helper.params().as_slice() else {
            return Err(wrong(format!("`{}` takes one value", helper.name())));
        };
        if parameter.is_value_missing() {
            return Err(RenderError::strict_error(parameter.relative_path()));
        }
        let spelt = (self.0)(parameter.value());
        let spelt = spelt.map_err(|reason| wrong(format!("`{}`: {reason}", helper.name())))?;
        Ok(ScopedJson::Derived(Value::String(spelt)))
    }
}

fn text(value: &Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(value) => Ok(value.to_string()),
        _ => Err("the value is no text".to_owned()),
    }
}

fn toml(value: &Value) -> Result<String, String> {
    toml::Value::try_from(value).map(|value| value.to_string()).map_err(|cause| cause.to_string())
}

fn json(value: &Value) -> Result<String, String> {
    Ok(value.to_string())
}

/// A text as TOML writes it.
pub(super) fn toml_text(text: &str) -> String {
    toml::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::{SPELLINGS, Spelling};
    use serde_json::{Value, json};

    fn spelt(name: &str, value: &Value) -> String {
        let (_, Spelling(spell)) = SPELLINGS.iter().find(|(known, _)| *known == name).expect("a spelling");
        spell(value).expect("spelt")
    }

    #[test]
    fn every_language_reads_back_what_was_meant() {
        let nasty = "it's \"5\" \\ {{name}} $HOME `x` #é";
        let value = json!(nasty);
        let document: toml::Table = toml::from_str(&format!("x = {}", spelt("toml", &value))).expect("TOML");
        assert_eq!(document["x"].as_str(), Some(nasty));
        assert_eq!(serde_json::from_str::<Value>(&spelt("json", &value)).expect("JSON"), value);
        assert_eq!(spelt("yaml", &value), spelt("json", &value));
        assert_eq!(spelt("rust_str", &value), r##""it's \"5\" \\ {{name}} $HOME `x` #é""##);
        assert_eq!(spelt("sh", &value), r#"'it'\''s "5" \ {{name}} $HOME `x` #é'"#);
    }

    #[test]
    fn what_needs_no_quotes_gets_none() {
        assert_eq!(spelt("sh", &json!("target/x.tar.gz")), "target/x.tar.gz");
        assert_eq!(spelt("sh", &json!("")), "''");
        assert_eq!(spelt("toml", &json!(5000)), "5000");
        assert_eq!(spelt("toml", &json!(true)), "true");
        assert_eq!(spelt("toml", &json!(["a", "b"])), r#"["a", "b"]"#);
    }

    #[test]
    fn a_name_changes_its_case() {
        let name = json!("my-shop 2go");
        assert_eq!(spelt("snake", &name), "my_shop_2go");
        assert_eq!(spelt("kebab", &name), "my-shop-2go");
        assert_eq!(spelt("pascal", &name), "MyShop2go");
    }
}
