//! Variables that choose a whole group of settings.

use crate::check::config::read_sites;
use crate::check::source::{Value, ends_in};
use crate::check::{Facts, Found, Judgement, Verdict};

/// The last words of names that group.
const GROUPS: [&str; 8] = ["ENV", "ENVIRONMENT", "PROFILE", "RUN_MODE", "RUN_ENV", "APP_MODE", "STAGE", "TIER"];

/// Endings of configuration files.
const FILES: [&str; 6] = [".yaml", ".yml", ".toml", ".json", ".ini", ".json5"];

pub(super) fn groups(facts: &Facts) -> Judgement {
    let mut found = Vec::new();
    for site in read_sites(facts) {
        let Some(name) = site.name.filter(|name| is_group(name)) else { continue };
        // The file that is chosen by it is made in the same function.
        let within = site.source.calls.iter().find(|call| call.span == site.span).and_then(|call| call.within);
        let names_file = |value: &Value| {
            value.any(&|one| matches!(one, Value::Macro(path, inside) if path == "format" && inside.first().and_then(Value::text).is_some_and(is_file_pattern)))
        };
        let chosen = site
            .source
            .bindings
            .iter()
            .filter(|binding| binding.within == within && within.is_some())
            .any(|binding| names_file(&binding.value))
            || site.source.calls.iter().any(|call| {
                call.within == within
                    && within.is_some()
                    && (call.arguments.iter().any(names_file)
                        || ends_in(&call.path, "File::with_name")
                            && call.arguments.iter().any(|value| {
                                value.any(&|one| matches!(one, Value::Macro(path, _) if path == "format"))
                            }))
            });
        let place = site.source.place(site.span, "read here");
        found.push(if chosen {
            Found::new(
                Verdict::Warn,
                format!("`{name}` chooses a file of settings, so variables are grouped as environments"),
            )
            .at(place)
        } else {
            Found::new(
                Verdict::Note,
                format!("`{name}` names a whole environment; what depends on it is a variable of its own"),
            )
            .at(place)
        });
    }
    Judgement::of(found)
}

fn is_group(name: &str) -> bool {
    GROUPS.iter().any(|group| name.strip_suffix(group).is_some_and(|before| before.is_empty() || before.ends_with('_')))
}

fn is_file_pattern(text: &str) -> bool {
    text.contains('{') && FILES.iter().any(|file| text.ends_with(file))
}
