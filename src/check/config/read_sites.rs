//! Where the service reads the environment. Most of them do so through a library or a wrapper of their own, so the
//! absence of `env::var` means nothing.

use super::readers::{is_variable, reads_config};
use crate::check::Facts;
use crate::check::source::{Source, Span, Value};

/// A place that reads the environment.
pub(in crate::check) struct ReadSite<'a> {
    pub(in crate::check) source: &'a Source,
    pub(in crate::check) span: Span,
    /// The variable, where its name is written there.
    pub(in crate::check) name: Option<String>,
}

/// Every place of the service that reads the environment, apart from what only decides what is logged.
pub(in crate::check) fn read_sites(facts: &Facts) -> Vec<ReadSite<'_>> {
    let mut sites = Vec::new();
    for source in &facts.sources {
        let log_only =
            |name: &Option<String>| name.as_deref() == Some("RUST_LOG") || name.as_deref() == Some("RUST_BACKTRACE");
        for call in &source.calls {
            let first =
                call.arguments.first().and_then(Value::text).filter(|text| is_variable(text)).map(str::to_owned);
            let last = call.path.rsplit("::").next().unwrap_or_default().to_lowercase();
            // A wrapper of the app's own: its name says env, and it is given a name as variables have it.
            let wrapper = first.is_some() && (last.contains("env") || last.starts_with("var"));
            if (reads_config(&call.path) || wrapper) && !log_only(&first) {
                // Of a library that takes all names with a prefix, the text is no name.
                let prefix = ["prefixed", "with_prefix"].contains(&last.as_str());
                sites.push(ReadSite { source, span: call.span, name: first.filter(|_| !prefix) });
            }
        }
        for call in source.methods.iter().filter(|call| call.name == "env") {
            let first =
                call.arguments.first().and_then(Value::text).filter(|text| is_variable(text)).map(str::to_owned);
            if first.is_some() && !log_only(&first) {
                sites.push(ReadSite { source, span: call.span, name: first });
            }
        }
        for one in &source.macros {
            let last = one.path.rsplit("::").next().unwrap_or_default();
            // `env!` and `option_env!` are read when the program is compiled.
            if last != "env" && last != "option_env" && last.contains("env") && !last.contains("log") {
                sites.push(ReadSite { source, span: one.span, name: None });
            }
        }
        for field in &source.fields {
            if field.variable.is_some() && !log_only(&field.variable) {
                sites.push(ReadSite { source, span: field.span, name: field.variable.clone() });
            }
        }
        if (source.attributes.contains("launch") || source.attributes.contains("rocket::launch"))
            && let Some(function) = source.functions.first()
        {
            sites.push(ReadSite { source, span: function.span, name: None });
        }
    }
    sites
}
