//! The modules of a crate: which file each is in, and which file a path leads to.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::reader::{Mention, Module, read};

/// The text of source files, by their path in the repository, such as `src/ledger/mod.rs`.
pub(super) type Sources = BTreeMap<String, String>;

/// A module by the names on the way to it. The empty path is the crate itself.
type ModulePath = [String];

/// The modules of one crate.
#[derive(Debug)]
pub(super) struct Modules {
    modules: BTreeMap<Vec<String>, Located>,
    /// The name of the crate in other crates, and in its own program.
    crate_name: String,
}

#[derive(Debug)]
struct Located {
    file: String,
    module: Module,
}

/// The program is a crate of its own beside the library. Here it is a module of the library.
const PROGRAM: &str = "main";

/// Longest row of imports that lead from one to the next. A longer one never ends.
const IMPORTS_MAX: usize = 32;

/// Reads the Rust files below a directory of the repository.
pub(super) fn sources(repository: &Path, directory: &str) -> Sources {
    let mut sources = Sources::new();
    for entry in fs::read_dir(repository.join(directory)).expect("a directory") {
        let entry = entry.expect("an entry");
        let name = entry.file_name().into_string().expect("a name in UTF-8");
        let path = format!("{directory}/{name}");
        if entry.path().is_dir() {
            sources.extend(self::sources(repository, &path));
        } else if name.ends_with(".rs") {
            let text = fs::read_to_string(entry.path()).expect("a source file");
            sources.insert(path, text);
        }
    }
    sources
}

impl Modules {
    /// Follows the `mod` lines from `lib.rs` and `main.rs` in this directory.
    pub(super) fn of(sources: &Sources, crate_name: &str, directory: &str) -> Self {
        let mut modules = Self {
            modules: BTreeMap::new(),
            crate_name: crate_name.to_owned(),
        };
        for (name, path) in [("lib", Vec::new()), (PROGRAM, vec![PROGRAM.to_owned()])] {
            let file = format!("{directory}/{name}.rs");
            if sources.contains_key(&file) {
                let module = parsed(sources, &file);
                modules.add(sources, path, file, directory, module);
            }
        }
        modules
    }

    /// Adds a module and those in it; the files of these are in `directory`.
    fn add(
        &mut self,
        sources: &Sources,
        path: Vec<String>,
        file: String,
        directory: &str,
        mut module: Module,
    ) {
        for name in &module.files {
            let inner = format!("{directory}/{name}");
            let files = [format!("{inner}.rs"), format!("{inner}/mod.rs")];
            let found = files.into_iter().find(|file| sources.contains_key(file));
            let file = found.unwrap_or_else(|| panic!("{file}: there is no file for mod {name}"));
            let module = parsed(sources, &file);
            self.add(sources, with(&path, name), file, &inner, module);
        }
        for (name, inner) in std::mem::take(&mut module.inline) {
            let directory = format!("{directory}/{name}");
            self.add(sources, with(&path, &name), file.clone(), &directory, inner);
        }
        self.modules.insert(path, Located { file, module });
    }

    /// Every module, with its file.
    pub(super) fn all(&self) -> impl Iterator<Item = (&ModulePath, &str)> {
        let modules = self.modules.iter();
        modules.map(|(path, located)| (path.as_slice(), located.file.as_str()))
    }

    /// Every string in production code, with its file and line.
    pub(super) fn literals(&self) -> impl Iterator<Item = (&str, usize, &str)> {
        self.modules.values().flat_map(|Located { file, module }| {
            let literals = module.literals.iter();
            literals.map(|(line, text)| (file.as_str(), *line, text.as_str()))
        })
    }

    /// Every path that a module mentions, with the module and its file.
    pub(super) fn mentions(&self) -> impl Iterator<Item = (&ModulePath, &str, &Mention)> {
        self.modules
            .iter()
            .flat_map(|(path, Located { file, module })| {
                let mentions = module.mentions.iter();
                mentions.map(|mention| (path.as_slice(), file.as_str(), mention))
            })
    }

    /// A path in `module` as seen from the crate, if it says where it begins: `crate`, `self`, `super`, or the name of
    /// the crate. In `ledger::record`, `super::super::ticket` is `ticket`.
    pub(super) fn absolute(&self, module: &ModulePath, segments: &[String]) -> Option<Vec<String>> {
        let (first, rest) = segments.split_first()?;
        let mut path = match first.as_str() {
            "crate" => {
                let is_program = module.first().is_some_and(|first| first == PROGRAM);
                module[..usize::from(is_program)].to_vec()
            }
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

    /// The file that defines what a path in `module` leads to, if it is one of the crate.
    pub(super) fn file_of(&self, module: &ModulePath, segments: &[String]) -> Option<&str> {
        let (_, file) = self.module_of(module, segments)?;
        Some(file)
    }

    /// The module, and its file, that defines what a path in `module` leads to; or that the path leads to. Of a name that
    /// is passed on it is the module where the name comes from: a parent that only passes names on is not in the way.
    pub(super) fn module_of(
        &self,
        module: &ModulePath,
        segments: &[String],
    ) -> Option<(&ModulePath, &str)> {
        let found = self.definer(module, segments, IMPORTS_MAX)?;
        let (path, located) = self.modules.get_key_value(&found)?;
        Some((path, &located.file))
    }

    fn definer(
        &self,
        module: &ModulePath,
        segments: &[String],
        imports_left: usize,
    ) -> Option<Vec<String>> {
        if let Some(path) = self.absolute(module, segments) {
            return self.walk(&[], &path, imports_left);
        }
        let (first, rest) = segments.split_first()?;
        // No expression or type is a module alone: a function or a variable has the same name.
        let is_module = !rest.is_empty() && self.modules.contains_key(&with(module, first));
        let is_here = is_module || self.has(module, first);
        is_here.then(|| self.walk(module, segments, imports_left))?
    }

    /// Goes from module to module along `segments`, up to the one that defines the next name.
    fn walk(
        &self,
        module: &ModulePath,
        segments: &[String],
        imports_left: usize,
    ) -> Option<Vec<String>> {
        let Some((first, rest)) = segments.split_first() else {
            return Some(module.to_vec());
        };
        let here = &self.modules.get(module)?.module;
        let inner = with(module, first);
        let is_item = here.items.contains(first);
        if self.modules.contains_key(&inner) && !(is_item && rest.is_empty()) {
            return self.walk(&inner, rest, imports_left);
        }
        if is_item {
            return Some(module.to_vec());
        }
        let imports_left = imports_left.checked_sub(1)?;
        if let Some(path) = here.imports.get(first) {
            // `None` for what another crate defines.
            return self.definer(module, &[path, rest].concat(), imports_left);
        }
        let globs = here.globs.iter().map(|glob| {
            let path = self.absolute(module, glob);
            path.unwrap_or_else(|| [module, glob].concat())
        });
        let mut owners = globs.filter(|owner| self.has(owner, first));
        match owners.next() {
            Some(owner) => self.walk(&owner, segments, imports_left),
            // A macro of this module made it.
            None => Some(module.to_vec()),
        }
    }

    /// Whether the module defines or imports the name.
    fn has(&self, module: &ModulePath, name: &str) -> bool {
        let Some(Located { module, .. }) = self.modules.get(module) else {
            return false;
        };
        module.items.contains(name) || module.imports.contains_key(name)
    }
}

fn parsed(sources: &Sources, file: &str) -> Module {
    read(&sources[file]).unwrap_or_else(|error| panic!("{file}: {error}"))
}

fn with(path: &ModulePath, name: &str) -> Vec<String> {
    [path, &[name.to_owned()]].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn modules(files: &[(&str, &str)]) -> Modules {
        let files = files.iter();
        let sources: Sources = files
            .map(|(file, text)| ((*file).to_owned(), (*text).to_owned()))
            .collect();
        Modules::of(&sources, "house", "src")
    }

    #[track_caller]
    fn leads_to(modules: &Modules, module: &str, path: &str, expected: Option<&str>) {
        let split = |path: &str| -> Vec<String> {
            let names = path.split("::").filter(|name| !name.is_empty());
            names.map(ToOwned::to_owned).collect()
        };
        let found = modules.file_of(&split(module), &split(path));
        assert_eq!(found, expected, "{path} in {module}");
    }

    #[test]
    fn a_path_leads_to_the_file_that_defines_it() {
        let modules = modules(&[
            (
                "src/lib.rs",
                "pub mod door; pub mod room; macro_rules! m {} pub mod glass { pub struct Pane; }",
            ),
            ("src/main.rs", "use house::door::Door;"),
            (
                "src/door.rs",
                "pub mod handle; pub struct Door; pub use handle::Handle; pub fn handle() {}",
            ),
            (
                "src/door/handle.rs",
                "use super::Door; pub struct Handle; made!(Knob);",
            ),
            (
                "src/room/mod.rs",
                "mod wall; pub use crate::door::{Handle as Grip, handle}; pub use wall::*; use std::fmt;",
            ),
            (
                "src/room/wall.rs",
                "pub struct Wall; pub use wall_of_others::Brick;",
            ),
        ]);
        let (door, handle) = (Some("src/door.rs"), Some("src/door/handle.rs"));
        leads_to(&modules, "", "crate::door::Door", door);
        leads_to(&modules, "main", "house::door::Door::open", door);
        // The program is a crate of its own.
        leads_to(&modules, "main", "crate::door", Some("src/main.rs"));
        leads_to(&modules, "door::handle", "super::Door", door);
        leads_to(&modules, "room::wall", "super::super::door::Door", door);
        leads_to(&modules, "door", "self::handle::Handle", handle);
        leads_to(&modules, "door", "handle::Handle::new", handle);
        leads_to(&modules, "room", "crate::door::handle::Knob", handle);
        leads_to(&modules, "", "crate::glass::Pane", Some("src/lib.rs"));
        // What is passed on comes from where it is defined.
        leads_to(&modules, "room", "crate::door::Handle", handle);
        leads_to(&modules, "", "crate::room::Grip", handle);
        leads_to(&modules, "", "crate::room::Grip::new", handle);
        leads_to(&modules, "room", "Grip", handle);
        leads_to(&modules, "", "crate::room::Wall", Some("src/room/wall.rs"));
        leads_to(&modules, "room", "crate::room::handle", door);
        // Other crates have no file here, and a variable is no module.
        leads_to(&modules, "room", "fmt::Display", None);
        leads_to(&modules, "", "crate::room::fmt::Display", None);
        leads_to(&modules, "", "crate::room::Brick", None);
        leads_to(&modules, "room", "serde::Serialize", None);
        leads_to(&modules, "room", "wall", None);
    }

    #[test]
    fn imports_that_lead_to_each_other_lead_nowhere() {
        let modules = modules(&[("src/lib.rs", "use self::a as b; use self::b as a;")]);
        leads_to(&modules, "", "crate::a", None);
    }
}
