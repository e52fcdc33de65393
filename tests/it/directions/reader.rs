//! Reads a Rust source file: which paths it mentions, and which names it has for them.
//!
//! Comments and strings are no paths. What is compiled for tests only is left out.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};
use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};
use syn::{Attribute, ImplItemFn, Item, ItemUse, Macro, Meta, Path, UseTree, Visibility};

/// A path in a source file, such as `crate::ledger::Cell`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mention {
    pub(super) line: usize,
    pub(super) segments: Vec<String>,
    pub(super) place: Place,
}

/// Where a path is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In `use`: the module uses it.
    Import,
    /// In `pub use`: the module only passes it on.
    Export,
    /// In an expression, a type, a pattern, a macro.
    Inline,
}

/// A module, as it is written in its file.
#[derive(Debug, Default)]
pub(super) struct Module {
    /// Modules that have a file of their own.
    pub(super) declared: Vec<String>,
    /// Modules within this file.
    pub(super) inline: Vec<(String, Module)>,
    /// What it defines beside modules.
    pub(super) items: BTreeSet<String>,
    /// What its `use` lines give a name to, by the name.
    pub(super) imports: BTreeMap<String, Vec<String>>,
    /// Modules of which it takes every name.
    pub(super) globs: Vec<Vec<String>>,
    pub(super) mentions: Vec<Mention>,
}

/// Reads the text of a file.
pub(super) fn read(text: &str) -> syn::Result<Module> {
    let mut module = Module::default();
    module.add_items(&syn::parse_file(text)?.items);
    Ok(module)
}

/// Whether something is compiled for tests only: under `#[cfg(test)]`, or with more beside it in `all`.
fn is_for_tests(attributes: &[Attribute]) -> bool {
    fn names_test(tokens: TokenStream) -> bool {
        let mut tokens = tokens.into_iter();
        match (tokens.next(), tokens.next()) {
            (Some(TokenTree::Ident(name)), None) => name == "test",
            (Some(TokenTree::Ident(name)), Some(TokenTree::Group(conditions))) if name == "all" => {
                let conditions: Vec<_> = conditions.stream().into_iter().collect();
                let is_comma =
                    |token: &TokenTree| matches!(token, TokenTree::Punct(sign) if sign.as_char() == ',');
                conditions
                    .split(is_comma)
                    .any(|condition| names_test(condition.iter().cloned().collect()))
            }
            _ => false,
        }
    }
    attributes.iter().any(|attribute| {
        let list = attribute.meta.require_list();
        attribute.path().is_ident("cfg") && list.is_ok_and(|list| names_test(list.tokens.clone()))
    })
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

impl Module {
    /// Adds every path of a `use` line, `start` being what its braces stand in.
    fn add_imports(&mut self, start: &[String], tree: &UseTree, place: Place) {
        let with = |name: String| [start, &[name]].concat();
        let (segments, name) = match tree {
            UseTree::Path(path) => {
                return self.add_imports(&with(path.ident.to_string()), &path.tree, place);
            }
            UseTree::Group(group) => {
                return group
                    .items
                    .iter()
                    .for_each(|tree| self.add_imports(start, tree, place));
            }
            UseTree::Name(name) if name.ident == "self" => (start.to_vec(), start.last().cloned()),
            UseTree::Name(name) => (with(name.ident.to_string()), Some(name.ident.to_string())),
            UseTree::Rename(rename) if rename.ident == "self" => {
                (start.to_vec(), Some(rename.rename.to_string()))
            }
            UseTree::Rename(rename) => (
                with(rename.ident.to_string()),
                Some(rename.rename.to_string()),
            ),
            UseTree::Glob(_) => {
                self.globs.push(start.to_vec());
                (start.to_vec(), None)
            }
        };
        if let Some(name) = name {
            self.imports.insert(name, segments.clone());
        }
        self.mentions.push(Mention {
            line: tree.span().start().line,
            segments,
            place,
        });
    }

    /// Adds the paths in what a macro or an attribute gets, which has no syntax yet.
    fn add_tokens(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let is_sign = |index: usize, wanted: char| {
            matches!(tokens.get(index), Some(TokenTree::Punct(sign)) if sign.as_char() == wanted)
        };
        let mut index = 0;
        while index < tokens.len() {
            // Behind one dot is a field or a method, behind a quote is the name of a lifetime.
            let before = |distance: usize, sign| index >= distance && is_sign(index - distance, sign);
            let is_path = !(before(1, '.') && !before(2, '.')) && !before(1, '\'');
            match &tokens[index] {
                TokenTree::Group(group) => self.add_tokens(group.stream()),
                TokenTree::Ident(first) if is_path => {
                    let mut segments = vec![first.to_string()];
                    while is_sign(index + 1, ':')
                        && is_sign(index + 2, ':')
                        && let Some(TokenTree::Ident(next)) = tokens.get(index + 3)
                    {
                        segments.push(next.to_string());
                        index += 3;
                    }
                    self.add_inline(first.span().start().line, segments);
                }
                _ => {}
            }
            index += 1;
        }
    }

    fn add_inline(&mut self, line: usize, segments: Vec<String>) {
        self.mentions.push(Mention {
            line,
            segments,
            place: Place::Inline,
        });
    }

    /// Reads what stands in a module.
    fn add_items(&mut self, items: &[Item]) {
        for item in items.iter().filter(|item| !is_for_tests(attributes(item))) {
            let name = match item {
                Item::Const(item) => &item.ident,
                Item::Enum(item) => &item.ident,
                Item::Fn(item) => &item.sig.ident,
                Item::Static(item) => &item.ident,
                Item::Struct(item) => &item.ident,
                Item::Trait(item) => &item.ident,
                Item::Type(item) => &item.ident,
                Item::Mod(item) => {
                    match &item.content {
                        None => self.declared.push(item.ident.to_string()),
                        Some((_, items)) => {
                            let mut module = Self::default();
                            module.add_items(items);
                            self.inline.push((item.ident.to_string(), module));
                        }
                    }
                    continue;
                }
                item => {
                    self.visit_item(item);
                    continue;
                }
            };
            self.items.insert(name.to_string());
            self.visit_item(item);
        }
    }
}

/// Whatever is visited belongs to the module, also in the body of a function.
impl Visit<'_> for Module {
    fn visit_item(&mut self, item: &Item) {
        if !is_for_tests(attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_impl_item_fn(&mut self, method: &ImplItemFn) {
        if !is_for_tests(&method.attrs) {
            visit::visit_impl_item_fn(self, method);
        }
    }

    fn visit_item_use(&mut self, line: &ItemUse) {
        let place = match line.vis {
            Visibility::Inherited => Place::Import,
            _ => Place::Export,
        };
        self.add_imports(&[], &line.tree, place);
    }

    fn visit_path(&mut self, path: &Path) {
        let segments = path.segments.iter();
        let segments = segments.map(|segment| segment.ident.to_string()).collect();
        self.add_inline(path.span().start().line, segments);
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, macro_call: &Macro) {
        self.visit_path(&macro_call.path);
        self.add_tokens(macro_call.tokens.clone());
    }

    fn visit_attribute(&mut self, attribute: &Attribute) {
        if let Meta::List(list) = &attribute.meta {
            self.add_tokens(list.tokens.clone());
        }
    }

    /// `pub(in crate::zendesk)` uses nothing.
    fn visit_visibility(&mut self, _: &Visibility) {}
}
