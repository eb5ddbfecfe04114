//! Canonical JSON: one text for one meaning, so that it can be hashed and signed. UTF-8, keys sorted by their bytes,
//! no white space, integers only, the shortest escapes, an absent thing is an absent key, one newline at the end.
//!
//! Keys are sorted here, since any crate of the tree can switch on the feature of `serde_json` that keeps them in
//! another order.

use super::Error;
use serde::Serialize;
use serde_json::Value;

/// The canonical form of a value.
///
/// # Errors
/// Where the value holds a number that is not an integer.
pub fn canonical_json(value: &impl Serialize) -> Result<Vec<u8>, Error> {
    let refuse = |why: String| Error::damaged("a document", why);
    let value = serde_json::to_value(value).map_err(|cause| refuse(cause.to_string()))?;
    let mut bytes = Vec::new();
    write_value(&value, &mut bytes).map_err(refuse)?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn write_value(value: &Value, out: &mut Vec<u8>) -> Result<(), String> {
    match value {
        Value::Null => out.extend(b"null"),
        Value::Bool(true) => out.extend(b"true"),
        Value::Bool(false) => out.extend(b"false"),
        Value::Number(number) if number.is_f64() => return Err(format!("{number} is not an integer")),
        Value::Number(number) => out.extend(number.to_string().bytes()),
        Value::String(text) => write_text(text, out),
        Value::Array(items) => {
            out.push(b'[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write_value(item, out)?;
            }
            out.push(b']');
        }
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().filter(|(_, value)| !value.is_null()).collect();
            members.sort_by(|one, other| one.0.as_bytes().cmp(other.0.as_bytes()));
            out.push(b'{');
            for (index, (key, value)) in members.into_iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write_text(key, out);
                out.push(b':');
                write_value(value, out)?;
            }
            out.push(b'}');
        }
    }
    Ok(())
}

/// A string with the shortest escape of each character that needs one (RFC 8259, section 7).
fn write_text(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    for character in text.chars() {
        match character {
            '"' => out.extend(b"\\\""),
            '\\' => out.extend(b"\\\\"),
            '\u{8}' => out.extend(b"\\b"),
            '\u{c}' => out.extend(b"\\f"),
            '\n' => out.extend(b"\\n"),
            '\r' => out.extend(b"\\r"),
            '\t' => out.extend(b"\\t"),
            control if control < ' ' => out.extend(format!("\\u{:04x}", u32::from(control)).bytes()),
            other => out.extend(other.encode_utf8(&mut [0; 4]).bytes()),
        }
    }
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::canonical_json;
    use serde_json::json;

    #[test]
    fn one_meaning_has_one_text() {
        let value = json!({ "b": [1, -2, true, null], "a": null, "A": "é/\"\\\n\u{1}\u{7f}", "ab": {}, "a!": [] });
        let text = String::from_utf8(canonical_json(&value).expect("canonical")).expect("UTF-8");
        assert_eq!(text, "{\"A\":\"é/\\\"\\\\\\n\\u0001\u{7f}\",\"a!\":[],\"ab\":{},\"b\":[1,-2,true,null]}\n");
    }

    #[test]
    fn a_number_that_is_not_an_integer_is_refused() {
        assert!(canonical_json(&json!([1.5])).is_err());
    }
}
