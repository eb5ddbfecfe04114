//! What a member takes from its workspace. A value that would break the member is not taken: an older edition, a
//! dependency of another major version.

use toml::{Table, Value};
use toml_edit::{DocumentMut, InlineTable, Item, TableLike};

/// The package's fields that are taken where the workspace has them.
const FIELDS: [&str; 8] =
    ["authors", "edition", "homepage", "license", "publish", "repository", "rust-version", "version"];

/// The manifest of a member, with what the workspace gives taken from there.
pub(super) fn inherited(manifest: &str, root: &Table) -> Result<String, toml_edit::TomlError> {
    let mut document: DocumentMut = manifest.parse()?;
    let empty = Table::new();
    let given =
        |key: &str| root.get("workspace").and_then(|workspace| workspace.get(key)?.as_table()).unwrap_or(&empty);
    if let Some(package) = document.get_mut("package").and_then(Item::as_table_like_mut) {
        for field in FIELDS {
            if let Some(value) = given("package").get(field)
                && is_enough(field, package.get(field), value)
            {
                package.insert(field, from_workspace());
            }
        }
    }
    if !given("lints").is_empty() {
        let mut lints = toml_edit::Table::new();
        lints.insert("workspace", toml_edit::value(true));
        document.insert("lints", Item::Table(lints));
    }
    // Profiles hold in a workspace's root only; cargo warns of them in a member.
    document.remove("profile");
    for kind in ["dependencies", "dev-dependencies", "build-dependencies"] {
        let Some(dependencies) = document.get_mut(kind).and_then(Item::as_table_like_mut) else { continue };
        inherit_dependencies(dependencies, given("dependencies"));
    }
    Ok(document.to_string())
}

/// `edition.workspace = true`.
fn from_workspace() -> Item {
    let mut table = toml_edit::Table::new();
    table.insert("workspace", toml_edit::value(true));
    table.set_dotted(true);
    Item::Table(table)
}

/// Whether the workspace's value serves where the member's own stood.
fn is_enough(field: &str, own: Option<&Item>, given: &Value) -> bool {
    let numbers = |text: &str| text.split('.').map(|part| part.parse().unwrap_or(0)).collect::<Vec<u64>>();
    match (field, own.and_then(Item::as_str), given.as_str()) {
        ("edition" | "rust-version", Some(own), Some(given)) => numbers(given) >= numbers(own),
        ("edition" | "rust-version", ..) => false,
        _ => true,
    }
}

fn inherit_dependencies(own: &mut dyn TableLike, given: &Table) {
    let names: Vec<String> = own.iter().map(|(name, _)| name.to_owned()).collect();
    for name in names {
        let (Some(item), Some(shared)) = (own.get(&name), given.get(&name)) else { continue };
        let wanted = version(item.as_str().or_else(|| item.as_table_like()?.get("version")?.as_str()));
        let has = version(shared.as_str().or_else(|| shared.get("version")?.as_str()));
        if wanted.is_none() || wanted != has {
            continue;
        }
        let mut table = InlineTable::new();
        table.insert("workspace", true.into());
        let array = |item: &Item| item.as_array().cloned();
        let shared_features: Vec<&str> =
            shared.get("features").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        let features = item.as_table_like().and_then(|table| array(table.get("features")?));
        if let Some(mut features) = features {
            features.retain(|feature| feature.as_str().is_none_or(|feature| !shared_features.contains(&feature)));
            if let Some(first) = features.get_mut(0) {
                first.decor_mut().clear();
                table.insert("features", features.into());
            }
        }
        if let Some(optional) = item.as_table_like().and_then(|table| table.get("optional")?.as_bool()) {
            table.insert("optional", optional.into());
        }
        // A member may switch default features on, and never off.
        let off = |value: Option<bool>| value == Some(false);
        let wants_none = off(item.as_table_like().and_then(|table| table.get("default-features")?.as_bool()));
        if off(shared.get("default-features").and_then(Value::as_bool)) && !wants_none {
            table.insert("default-features", true.into());
        }
        own.insert(&name, toml_edit::value(table));
    }
}

/// What has to agree for two requirements to be of one line of versions: `0.8.4` and `0.8` are both `0.8`.
fn version(requirement: Option<&str>) -> Option<(u64, u64)> {
    let text = requirement?.trim().trim_start_matches(['^', '=', '~', '>', ' ']);
    let mut parts = text.split('.').map_while(|part| part.parse::<u64>().ok());
    match (parts.next()?, parts.next().unwrap_or(0)) {
        (0, minor) => Some((0, minor)),
        (major, _) => Some((major, 0)),
    }
}

#[cfg(test)]
mod tests {
    use super::inherited;

    #[test]
    fn a_member_takes_what_its_workspace_gives_and_what_serves_it() {
        let manifest = "[package]\nname = \"m\"\nversion = \"0.1.0\"\nedition = \"2024\"\nrust-version = \"1.88\"\n\n\
            [dependencies]\naxum = { version = \"0.8\", default-features = false, features = [\"json\", \"tokio\"] }\n\
            serde = \"1.0\"\ntokio = \"1.54\"\nold = \"2\"\n\n[lints.rust]\nunsafe_code = \"forbid\"\n\n[profile.release]\nstrip = true\n";
        let root = "[workspace.package]\nversion = \"3.0.0\"\nedition = \"2021\"\nrust-version = \"1.90\"\nlicense = \"MIT\"\n\
            [workspace.lints.rust]\nunsafe_code = \"deny\"\n[workspace.dependencies]\n\
            axum = { version = \"0.8.4\", features = [\"json\"] }\nserde = { version = \"1\", default-features = false }\nold = \"1\"\n";
        let text = inherited(manifest, &toml::from_str(root).expect("TOML")).expect("a manifest");
        let expected = "[package]\nname = \"m\"\nversion.workspace = true\nedition = \"2024\"\nrust-version.workspace = true\n\
            license.workspace = true\n\n[dependencies]\naxum = { workspace = true, features = [\"tokio\"] }\n\
            serde = { workspace = true, default-features = true }\ntokio = \"1.54\"\nold = \"2\"\n\n[lints]\nworkspace = true\n";
        assert_eq!(text, expected);
    }
}
