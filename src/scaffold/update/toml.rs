//! The three-way merge of a TOML file, key by key. What stands is edited in place, so that its order and its comments
//! stay; a key that both sides changed keeps the value that stands, and the file can always be read.

use super::text::{Conflict, Merged};
use std::collections::BTreeSet;
use toml_edit::{Array, DocumentMut, InlineTable, Item, TableLike, Value};

/// Merges, where all three sides are TOML.
pub(super) fn merged(base: &str, ours: &str, theirs: &str) -> Option<Merged> {
    let [base, mut mine, theirs] = [base, ours, theirs].map(|text| text.parse::<DocumentMut>().ok());
    let (base, mine, theirs) = (base?, mine.as_mut()?, theirs?);
    let mut merge = Merge { place: Vec::new(), conflicts: Vec::new() };
    merge.tables(base.as_table(), mine.as_table_mut(), theirs.as_table());
    let mut text = mine.to_string();
    if ours.contains("\r\n") {
        text = text.replace("\r\n", "\n").replace('\n', "\r\n");
    }
    // What was edited is read again: a file that nobody could read is never written.
    text.parse::<DocumentMut>().ok()?;
    Some(Merged { bytes: text.into_bytes(), conflicts: merge.conflicts })
}

/// Whether two texts are TOML and say the same, apart from comments and order.
pub(super) fn means_the_same(one: &[u8], other: &[u8]) -> bool {
    let meaning = |bytes: &[u8]| toml::from_str::<toml::Table>(std::str::from_utf8(bytes).ok()?).ok();
    meaning(one).is_some_and(|one| meaning(other).is_some_and(|other| sorted(&one.into()) == sorted(&other.into())))
}

struct Merge {
    place: Vec<String>,
    conflicts: Vec<Conflict>,
}

impl Merge {
    fn tables(&mut self, base: &dyn TableLike, ours: &mut dyn TableLike, theirs: &dyn TableLike) {
        let keys: BTreeSet<String> = base.iter().chain(theirs.iter()).map(|(key, _)| key.to_owned()).collect();
        let mut ordered: Vec<&String> = keys.iter().collect();
        // As the template has them, so that what is added stands in its order.
        ordered.sort_by_key(|key| theirs.iter().position(|(known, _)| known == key.as_str()));
        for key in ordered {
            self.place.push(key.clone());
            self.key(key, base.get(key), ours, theirs.get(key));
            self.place.pop();
        }
    }

    fn key(&mut self, key: &str, base: Option<&Item>, ours: &mut dyn TableLike, theirs: Option<&Item>) {
        let standing = ours.get(key);
        let [was, is, wanted] = [base, standing, theirs].map(|item| item.and_then(|item| self.meaning(item)));
        if wanted == was || wanted == is {
            return;
        }
        match (standing.is_some(), theirs) {
            // Taken out stays out.
            (false, _) if base.is_some() => {}
            (_, Some(new)) if is == was => put(ours, key, new),
            (_, None) if is == was => drop(ours.remove(key)),
            (true, Some(new)) => self.both(key, base, ours, new),
            _ => self.conflict(is, wanted),
        }
    }

    /// Both sides changed the same key.
    fn both(&mut self, key: &str, base: Option<&Item>, ours: &mut dyn TableLike, theirs: &Item) {
        let [is, wanted] = [ours.get(key), Some(theirs)].map(|item| item.and_then(|item| self.meaning(item)));
        let Some(standing) = ours.get_mut(key) else { return };
        let (base, theirs) = (base.map(|item| self.as_table(item)), self.as_table(theirs));
        let opened = self.as_table(standing);
        let is_opened = opened.is_inline_table() && !standing.is_inline_table();
        if theirs.is_table_like() && opened.is_table_like() {
            let none = Item::Value(Value::InlineTable(InlineTable::new()));
            let base = base.filter(Item::is_table_like).unwrap_or(none);
            if is_opened {
                replace(standing, opened);
            }
            if let (Some(base), Some(mine), Some(theirs)) =
                (base.as_table_like(), standing.as_table_like_mut(), theirs.as_table_like())
            {
                self.tables(base, mine, theirs);
            }
            close(standing, is_opened);
            return;
        }
        let base = base.unwrap_or_default();
        if let (Some(mine), Some(theirs)) = (standing.as_array_mut(), theirs.as_array())
            && let Some(base) = base.as_array().cloned().or_else(|| base.is_none().then(Array::new))
            && [&base, &*mine, theirs].into_iter().all(holds_words)
        {
            return lists(&base, mine, theirs);
        }
        if let (Some(mine), Some(theirs)) = (standing.as_array_of_tables_mut(), theirs.as_array_of_tables()) {
            return self.named_tables(base.as_array_of_tables(), mine, theirs, (is, wanted));
        }
        self.conflict(is, wanted);
    }

    /// `[[bin]]` and its like, told apart by their names.
    fn named_tables(
        &mut self,
        base: Option<&toml_edit::ArrayOfTables>,
        ours: &mut toml_edit::ArrayOfTables,
        theirs: &toml_edit::ArrayOfTables,
        sides: (Option<toml::Value>, Option<toml::Value>),
    ) {
        let name = |table: &toml_edit::Table| table.get("name").and_then(Item::as_str).map(str::to_owned);
        let named = |tables: &toml_edit::ArrayOfTables| tables.iter().map(name).collect::<Option<BTreeSet<_>>>();
        let all = [base, Some(&*ours), Some(theirs)];
        let told_apart =
            all.into_iter().flatten().all(|tables| named(tables).is_some_and(|set| set.len() == tables.len()));
        if !told_apart {
            return self.conflict(sides.0, sides.1);
        }
        let of = |tables: Option<&toml_edit::ArrayOfTables>, wanted: &str| {
            tables.and_then(|tables| tables.iter().find(|table| name(table).as_deref() == Some(wanted)).cloned())
        };
        let empty = toml_edit::Table::new();
        for new in theirs {
            let Some(called) = name(new) else { continue };
            let before = of(base, &called);
            let index = ours.iter().position(|table| name(table).as_deref() == Some(&called));
            match index.and_then(|index| ours.get_mut(index)) {
                Some(mine) => self.tables(before.as_ref().unwrap_or(&empty), mine, new),
                None if before.is_none() => ours.push(placeless(new.clone())),
                None => {}
            }
        }
        let wanted = named(theirs).unwrap_or_default();
        let untouched: BTreeSet<String> = ours
            .iter()
            .filter_map(|table| {
                let called = name(table)?;
                let before = of(base, &called)?;
                (self.meaning(&Item::Table(before)) == self.meaning(&Item::Table(table.clone()))).then_some(called)
            })
            .collect();
        ours.retain(|table| name(table).is_none_or(|name| wanted.contains(&name) || !untouched.contains(&name)));
    }

    fn conflict(&mut self, yours: Option<toml::Value>, template: Option<toml::Value>) {
        let shown = |value: Option<toml::Value>| value.map(|value| value.to_string());
        let (yours, template) = (shown(yours), shown(template));
        self.conflicts.push(Conflict::new(&self.place.join("."), yours.as_deref(), template.as_deref()));
    }

    /// What an item says, apart from how it is written. `axum = "0.8"` says `axum = { version = "0.8" }`.
    fn meaning(&self, item: &Item) -> Option<toml::Value> {
        meaning(&self.as_table(item))
    }

    /// An item, written as a table where a dependency is a bare version.
    fn as_table(&self, item: &Item) -> Item {
        let above = self.place.len().checked_sub(2).and_then(|index| self.place.get(index));
        match item.as_str() {
            Some(version) if above.is_some_and(|key| key.ends_with("dependencies")) => {
                let mut table = InlineTable::new();
                table.insert("version", version.into());
                Item::Value(Value::InlineTable(table))
            }
            _ => item.clone(),
        }
    }
}

/// Replaces a value and keeps the space and the comment around the old one.
fn replace(item: &mut Item, new: Item) {
    let decor = item.as_value().map(|value| value.decor().clone());
    *item = new;
    if let (Some(decor), Some(value)) = (decor, item.as_value_mut()) {
        *value.decor_mut() = decor;
    }
}

/// A dependency that was opened for the merge, and says a version and nothing else, is a bare version again.
fn close(item: &mut Item, was_opened: bool) {
    let only =
        item.as_inline_table().filter(|table| was_opened && table.len() == 1).and_then(|table| table.get("version"));
    if let Some(version) = only.and_then(Value::as_str).map(str::to_owned) {
        replace(item, toml_edit::value(version));
    }
}

fn put(ours: &mut dyn TableLike, key: &str, new: &Item) {
    let new = match new.clone() {
        Item::Table(table) => Item::Table(placeless(table)),
        other => other,
    };
    match ours.get_mut(key) {
        Some(standing) => replace(standing, new),
        None => drop(ours.insert(key, new)),
    }
}

/// A table of another document, which will stand after those that are there.
fn placeless(mut table: toml_edit::Table) -> toml_edit::Table {
    table.set_position(None);
    for (_, item) in table.iter_mut() {
        if let Item::Table(inner) = item {
            *inner = placeless(std::mem::take(inner));
        }
    }
    table
}

fn holds_words(array: &Array) -> bool {
    array.iter().all(|value| !value.is_array() && !value.is_inline_table())
}

/// Lists of words are sets: what one side added is added, what one side took out is out.
fn lists(base: &Array, ours: &mut Array, theirs: &Array) {
    let words = |array: &Array| array.iter().map(word).collect::<BTreeSet<String>>();
    let (was, is, wanted) = (words(base), words(ours), words(theirs));
    ours.retain(|value| wanted.contains(&word(value)) || !was.contains(&word(value)));
    let prefix = ours.iter().last().and_then(|value| value.decor().prefix().cloned());
    for value in theirs.iter().filter(|value| !was.contains(&word(value)) && !is.contains(&word(value))) {
        let mut value = value.clone();
        value.decor_mut().clear();
        match &prefix {
            Some(prefix) if !ours.is_empty() => {
                value.decor_mut().set_prefix(prefix.clone());
                ours.push_formatted(value);
            }
            _ => ours.push(value),
        }
    }
}

fn word(value: &Value) -> String {
    match value {
        Value::String(text) => format!("{:?}", text.value()),
        other => other.clone().decorated("", "").to_string(),
    }
}

fn meaning(item: &Item) -> Option<toml::Value> {
    // A value says the same wherever it stands: it is read as the only one of a document.
    let mut document = toml_edit::Table::new();
    document.insert("it", item.clone());
    let text = DocumentMut::from(document).to_string();
    let table: toml::Table = toml::from_str(&text).ok()?;
    table.get("it").map(sorted)
}

/// A value whose tables have their keys sorted.
fn sorted(value: &toml::Value) -> toml::Value {
    match value {
        toml::Value::Table(table) => {
            let mut entries: Vec<_> = table.iter().collect();
            entries.sort_by_key(|(key, _)| key.as_str());
            toml::Value::Table(entries.into_iter().map(|(key, value)| (key.clone(), sorted(value))).collect())
        }
        toml::Value::Array(items) => toml::Value::Array(items.iter().map(sorted).collect()),
        other => other.clone(),
    }
}
