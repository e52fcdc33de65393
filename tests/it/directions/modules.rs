//! The modules of a crate: which file each is in, and which file a path leads to.

use std::collections::BTreeMap;

use super::reader::{Mention, Module, read};

/// Source files by their path, such as `src/ledger/mod.rs`.
pub(super) type Sources = BTreeMap<String, String>;

/// The modules of one crate by their path; the empty one is the crate itself.
#[derive(Debug)]
pub(super) struct Modules {
    modules: BTreeMap<Vec<String>, InFile>,
    /// What other crates call this one.
    crate_name: String,
}

#[derive(Debug)]
struct InFile {
    file: String,
    module: Module,
}

/// Imports that lead from one name to the next, before the search for a file ends: more are a circle of names.
const IMPORTS_MAX: usize = 32;

impl Modules {
    /// Follows the `mod` lines from `lib.rs` on, and those of `main.rs`, as a module of this name. Modules for tests
    /// are left out.
    pub(super) fn of(sources: &Sources, crate_name: &str, directory: &str) -> Self {
        let mut modules = Self {
            modules: BTreeMap::new(),
            crate_name: crate_name.to_owned(),
        };
        for (file, path) in [("lib.rs", Vec::new()), ("main.rs", vec!["main".to_owned()])] {
            let file = format!("{directory}/{file}");
            if let Some(text) = sources.get(&file) {
                modules.add(sources, path, file, directory, parsed(text));
            }
        }
        modules
    }

    /// Adds a module and those in it, whose files are in `directory`.
    fn add(
        &mut self,
        sources: &Sources,
        path: Vec<String>,
        file: String,
        directory: &str,
        mut module: Module,
    ) {
        for name in &module.declared {
            let inner = format!("{directory}/{name}");
            let files = [format!("{inner}.rs"), format!("{inner}/mod.rs")];
            let found = files.into_iter().find(|file| sources.contains_key(file));
            let file = found.unwrap_or_else(|| panic!("{directory} has no file for mod {name}"));
            let module = parsed(&sources[&file]);
            self.add(sources, with(&path, name), file, &inner, module);
        }
        for (name, inner) in std::mem::take(&mut module.inline) {
            let directory = format!("{directory}/{name}");
            self.add(sources, with(&path, &name), file.clone(), &directory, inner);
        }
        self.modules.insert(path, InFile { file, module });
    }

    /// Every path in the crate: the module that mentions it, the file, and the path itself.
    pub(super) fn mentions(&self) -> impl Iterator<Item = (&[String], &str, &Mention)> {
        self.modules.iter().flat_map(|(path, InFile { file, module })| {
            let mentions = module.mentions.iter();
            mentions.map(move |mention| (path.as_slice(), file.as_str(), mention))
        })
    }

    /// Every module, by its path.
    pub(super) fn paths(&self) -> impl Iterator<Item = &[String]> {
        self.modules.keys().map(Vec::as_slice)
    }

    /// The same path from the root of the crate, of one that says where it begins: with `crate`, `self`,
    /// `super` or the name of the crate.
    pub(super) fn from_root(&self, module: &[String], segments: &[String]) -> Option<Vec<String>> {
        let (first, rest) = segments.split_first()?;
        let mut path = match first.as_str() {
            // The program is a crate of its own.
            "crate" if module.first().is_some_and(|root| root == "main") => module[..1].to_vec(),
            "crate" => Vec::new(),
            "self" => module.to_vec(),
            "super" => module.split_last()?.1.to_vec(),
            name if name == self.crate_name => Vec::new(),
            _ => return None,
        };
        for segment in rest {
            if segment == "super" {
                path.pop();
            } else {
                path.push(segment.clone());
            }
        }
        Some(path)
    }

    /// The file that defines what a path in `module` leads to, if it is one of this crate: behind a name that
    /// is passed on, the file that it comes from.
    pub(super) fn file_of(&self, module: &[String], segments: &[String]) -> Option<&str> {
        let found = self.find(module, segments, IMPORTS_MAX)?;
        Some(&self.modules[&found].file)
    }

    /// The module that defines what a path leads to, or that it leads to.
    fn find(&self, module: &[String], segments: &[String], imports_left: usize) -> Option<Vec<String>> {
        if let Some(path) = self.from_root(module, segments) {
            return self.walk(&[], &path, imports_left);
        }
        let (first, rest) = segments.split_first()?;
        let here = &self.modules[module].module;
        let is_module = self.modules.contains_key(&with(module, first));
        // A module alone is no value: what has its name is a function, or a variable.
        if (is_module && !rest.is_empty())
            || here.imports.contains_key(first)
            || here.items.contains(first)
        {
            return self.walk(module, segments, imports_left);
        }
        None
    }

    /// Goes from module to module along `segments`, to where the next name is defined.
    fn walk(&self, module: &[String], segments: &[String], imports_left: usize) -> Option<Vec<String>> {
        let Some((first, rest)) = segments.split_first() else {
            return Some(module.to_vec());
        };
        let here = &self.modules.get(module)?.module;
        let inner = with(module, first);
        if self.modules.contains_key(&inner) && !(rest.is_empty() && here.items.contains(first)) {
            return self.walk(&inner, rest, imports_left);
        }
        if here.items.contains(first) {
            return Some(module.to_vec());
        }
        let imports_left = imports_left.checked_sub(1)?;
        let imported = here.imports.get(first).cloned();
        let of_globs = here.globs.iter().map(|glob| with(glob, first));
        let found = imported.into_iter().chain(of_globs).find_map(|path| {
            let path = [path.as_slice(), rest].concat();
            self.find(module, &path, imports_left)
        });
        // What is left is made by a macro of the module itself, or comes from another crate.
        found.or_else(|| (!here.imports.contains_key(first)).then(|| module.to_vec()))
    }
}

fn parsed(text: &str) -> Module {
    read(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn with(path: &[String], name: &str) -> Vec<String> {
    [path, &[name.to_owned()]].concat()
}
