//! The contract as a person first meets it: an example of an env file, and a table for the documentation. Both hold
//! only what is declared; no value that anybody gave is ever in them.

use super::contract::{Contract, Variable};
use super::quote::quote;

/// An example of an env file: every variable with its words and, where that is not a secret, a value that would do.
/// What may be left out stands as a comment. It has one meaning in every reader.
#[must_use]
pub fn example_file(contract: &Contract) -> String {
    let mut text = String::from("# Every config variable of the app, from the contract in twelve.toml.\n");
    for variable in &contract.variables {
        text.push('\n');
        for line in variable.doc.iter().flat_map(|doc| doc.lines()) {
            comment(&mut text, line);
        }
        comment(&mut text, &words(variable));
        let value = if variable.secret { None } else { variable.default.clone().or_else(|| variable.example()) };
        let value = value.and_then(|value| quote(&value)).filter(|value| !value.contains('\n')).unwrap_or_default();
        let mark = if variable.required { "" } else { "# " };
        text += &format!("{mark}{}={value}\n", variable.name);
    }
    if !contract.passthrough.is_empty() {
        text.push('\n');
        comment(&mut text, &format!("These pass unchecked: {}", contract.passthrough.join(", ")));
    }
    text
}

/// A comment that no reader takes for anything else: no line separator, and no backslash at its end.
fn comment(text: &mut String, line: &str) {
    let plain: String = line.chars().filter(|one| !one.is_control() && !"\u{2028}\u{2029}".contains(*one)).collect();
    *text += format!("# {}", plain.trim_end_matches(['\\', ' '])).trim_end();
    text.push('\n');
}

fn words(variable: &Variable) -> String {
    let mut words = variable.expectation();
    for (holds, word) in
        [(variable.secret, "secret"), (!variable.required, "may be left out"), (variable.allow_empty, "may be empty")]
    {
        if holds {
            words += &format!("; {word}");
        }
    }
    if variable.from_file {
        words += &format!("; {}_FILE may name a file that holds it", variable.name);
    }
    words
}

/// The contract as a table in Markdown.
#[must_use]
pub fn variable_table(contract: &Contract) -> String {
    let cell = |text: &str| text.replace('\\', "\\\\").replace('|', "\\|").replace(['\n', '\r'], " ");
    let mut table =
        "| variable | value | required | default | what it is for |\n| --- | --- | --- | --- | --- |\n".to_owned();
    for variable in &contract.variables {
        let default = variable.default.as_ref().map(|default| format!("`{}`", cell(default))).unwrap_or_default();
        let secret = if variable.secret { ", secret" } else { "" };
        let required = if variable.required { "yes" } else { "no" };
        let doc = cell(variable.doc.as_deref().unwrap_or_default());
        let expected = cell(&variable.expectation());
        table += &format!("| `{}` | {expected}{secret} | {required} | {default} | {doc} |\n", variable.name);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::{example_file, variable_table};
    use crate::config::{Contract, EnvFile, Variable, VariableType};

    fn contract() -> Contract {
        let doc = Some("Primary database\nsee C:\\".to_owned());
        let database =
            Variable { secret: true, from_file: true, doc, ..Variable::new("DATABASE_URL", VariableType::ServiceUrl) };
        let default = Some("it's $5 | a \\ b".to_owned());
        let greeting = Variable { required: false, default, ..Variable::new("GREETING", VariableType::String) };
        let variables = vec![database, greeting, Variable::new("WORKERS", VariableType::Int)];
        Contract { passthrough: vec!["OTEL_*".to_owned()], variables }
    }

    #[test]
    fn an_example_has_one_meaning_in_every_reader() {
        let text = example_file(&contract());
        let file = EnvFile::parse(".env.example", text.as_bytes());
        assert_eq!(file.findings(), [], "{text}");
        let names: Vec<&str> = file.entries().iter().map(|entry| entry.name.as_str()).collect();
        assert_eq!(names, ["DATABASE_URL", "WORKERS"]);
        assert!(text.contains("\nDATABASE_URL=\n") && text.contains("# see C:\n"), "{text}");
        assert!(text.contains("# GREETING=\"it's \\$5 | a \\\\ b\"\n"), "{text}");
        assert!(text.contains("\nWORKERS=10\n"), "{text}");
    }

    #[test]
    fn a_table_keeps_its_columns_whatever_a_default_holds() {
        let table = variable_table(&contract());
        assert!(table.contains("| `it's $5 \\| a \\\\ b` |"), "{table}");
        assert!(table.contains("Primary database see C:\\\\ |"), "{table}");
    }
}
