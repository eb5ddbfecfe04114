//! A package as its manifest declares it: its programs, its library, what it depends on. Nothing is compiled and no
//! toolchain is asked, so a pinned toolchain that is not installed changes nothing.

use crate::codebase::{Manifest, WorkTree, beside, joined};
use std::collections::BTreeSet;
use toml::{Table, Value};

/// One package of the codebase.
#[derive(Debug, Clone)]
pub(in crate::check) struct Package {
    pub(in crate::check) name: String,
    /// Its folder, from the codebase's root.
    pub(in crate::check) folder: String,
    pub(in crate::check) version: Option<String>,
    /// The root file of its library.
    pub(in crate::check) library: Option<String>,
    /// Whether its library runs in the compiler and not in the app.
    pub(in crate::check) is_macro: bool,
    pub(in crate::check) bins: Vec<Bin>,
    pub(in crate::check) default_run: Option<String>,
    pub(in crate::check) dependencies: Vec<Dependency>,
    pub(in crate::check) rust_version: Option<String>,
    /// All features that it declares.
    pub(in crate::check) features: BTreeSet<String>,
    /// What its `default` feature switches on, also through other features.
    pub(in crate::check) default_features: BTreeSet<String>,
}

/// A program of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::check) struct Bin {
    pub(in crate::check) name: String,
    /// Its root file.
    pub(in crate::check) path: String,
}

/// What a package depends on.
#[derive(Debug, Clone)]
pub(in crate::check) struct Dependency {
    /// The package's name.
    pub(in crate::check) package: String,
    pub(in crate::check) requirement: Option<String>,
    /// Its folder, where it is of this codebase.
    pub(in crate::check) folder: Option<String>,
    /// The path that it names, where that leaves the codebase.
    pub(in crate::check) outside: Option<String>,
    pub(in crate::check) git: Option<Git>,
    pub(in crate::check) features: Vec<String>,
    pub(in crate::check) optional: bool,
    pub(in crate::check) kind: Kind,
}

/// Where a git dependency points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::check) struct Git {
    /// Its address.
    pub(in crate::check) url: String,
    /// Whether a commit or a tag is named.
    pub(in crate::check) pinned: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::check) enum Kind {
    Normal,
    Build,
    Test,
}

impl Package {
    /// Reads it from its manifest and that of its workspace.
    pub(super) fn of(manifest: &Manifest, workspace: &Manifest, tree: &WorkTree) -> Option<Self> {
        let (table, shared) = (manifest.table(), workspace.table().get("workspace"));
        let package = table.get("package")?;
        let name = package.get("name")?.as_str()?.to_owned();
        let inherited = |key: &str| match package.get(key)? {
            Value::Table(_) => shared?.get("package")?.get(key)?.as_str(),
            value => value.as_str(),
        };
        let library = table.get("lib").and_then(|lib| lib.get("path")?.as_str()).unwrap_or("src/lib.rs");
        let library = beside(&manifest.folder, library);
        Some(Self {
            version: inherited("version").map(str::to_owned),
            // A workspace that names one for its members names it, also to who forgot to inherit it.
            rust_version: inherited("rust-version")
                .or_else(|| shared?.get("package")?.get("rust-version")?.as_str())
                .map(str::to_owned),
            library: tree.stands(&library).then_some(library),
            is_macro: table.get("lib").and_then(|lib| lib.get("proc-macro")?.as_bool()).unwrap_or(false),
            bins: bins(table, &manifest.folder, &name, tree),
            default_run: package.get("default-run").and_then(Value::as_str).map(str::to_owned),
            dependencies: dependencies(table, shared, &manifest.folder, &workspace.folder),
            features: table
                .get("features")
                .and_then(Value::as_table)
                .into_iter()
                .flat_map(Table::keys)
                .cloned()
                .collect(),
            default_features: default_features(table),
            folder: manifest.folder.clone(),
            name,
        })
    }

    /// The dependencies that its programs are compiled with by default.
    pub(in crate::check) fn compiled(&self) -> impl Iterator<Item = &Dependency> {
        self.dependencies.iter().filter(|one| one.kind == Kind::Normal && (!one.optional || self.switches_on(one)))
    }

    fn switches_on(&self, dependency: &Dependency) -> bool {
        let name = &dependency.package;
        self.default_features
            .iter()
            .any(|one| one == name || one.strip_prefix("dep:") == Some(name) || one.split('/').next() == Some(name))
    }
}

fn bins(table: &Table, folder: &str, package: &str, tree: &WorkTree) -> Vec<Bin> {
    let mut bins = Vec::new();
    let source = beside(folder, "src");
    for declared in table.get("bin").and_then(Value::as_array).into_iter().flatten() {
        let Some(name) = declared.get("name").and_then(Value::as_str) else { continue };
        let named = declared.get("path").and_then(Value::as_str).map(|path| beside(folder, path));
        let usual =
            [format!("{source}/bin/{name}.rs"), format!("{source}/bin/{name}/main.rs"), format!("{source}/main.rs")];
        let path = named.or_else(|| usual.into_iter().find(|path| tree.stands(path)));
        bins.extend(path.map(|path| Bin { name: name.to_owned(), path }));
    }
    let discovers = table.get("package").and_then(|package| package.get("autobins")?.as_bool()) != Some(false);
    if discovers {
        let mut found = vec![(package.to_owned(), format!("{source}/main.rs"))];
        let below = format!("{source}/bin");
        for path in tree.below(&below) {
            let rest = path.strip_prefix(&below).unwrap_or(path).trim_start_matches('/');
            let name = rest.strip_suffix("/main.rs").or_else(|| rest.strip_suffix(".rs"));
            found.extend(name.filter(|name| !name.contains('/')).map(|name| (name.to_owned(), path.to_owned())));
        }
        for (name, path) in found {
            if tree.stands(&path) && !bins.iter().any(|bin| bin.path == path || bin.name == name) {
                bins.push(Bin { name, path });
            }
        }
    }
    bins
}

fn dependencies(table: &Table, shared: Option<&Value>, folder: &str, root: &str) -> Vec<Dependency> {
    let mut found = Vec::new();
    let mut collect = |table: &Table| {
        for (key, kind) in
            [("dependencies", Kind::Normal), ("build-dependencies", Kind::Build), ("dev-dependencies", Kind::Test)]
        {
            let declared = table.get(key).and_then(Value::as_table);
            for (name, value) in declared.into_iter().flatten() {
                found.push(dependency(name, value, kind, shared, folder, root));
            }
        }
    };
    collect(table);
    for target in table.get("target").and_then(Value::as_table).into_iter().flat_map(Table::values) {
        target.as_table().into_iter().for_each(&mut collect);
    }
    found
}

fn dependency(name: &str, value: &Value, kind: Kind, shared: Option<&Value>, folder: &str, root: &str) -> Dependency {
    let inherits = value.get("workspace").and_then(Value::as_bool) == Some(true);
    let of_workspace = shared.and_then(|shared| shared.get("dependencies")?.get(name)).filter(|_| inherits);
    let source = of_workspace.unwrap_or(value);
    let from = if of_workspace.is_some() { root } else { folder };
    let text = |key: &str| source.get(key).and_then(Value::as_str);
    let features = |value: &Value| -> Vec<String> {
        let list = value.get("features").and_then(Value::as_array);
        list.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let mut all = features(source);
    if of_workspace.is_some() {
        all.extend(features(value));
    }
    Dependency {
        package: text("package").unwrap_or(name).to_owned(),
        requirement: source.as_str().or_else(|| text("version")).map(str::to_owned),
        folder: text("path").and_then(|path| joined(from, path)),
        outside: text("path").filter(|path| joined(from, path).is_none()).map(str::to_owned),
        git: text("git").map(|url| Git { url: url.to_owned(), pinned: text("rev").or_else(|| text("tag")).is_some() }),
        features: all,
        optional: value.get("optional").and_then(Value::as_bool).unwrap_or(false),
        kind,
    }
}

fn default_features(table: &Table) -> BTreeSet<String> {
    let features = table.get("features").and_then(Value::as_table);
    let mut on = BTreeSet::new();
    let mut asked = vec!["default".to_owned()];
    while let Some(feature) = asked.pop() {
        let list = features.and_then(|features| features.get(&feature)?.as_array());
        for one in list.into_iter().flatten().filter_map(Value::as_str) {
            if on.insert(one.to_owned()) {
                asked.push(one.to_owned());
            }
        }
    }
    on
}
