//! Reads a Rust source file: the paths that it mentions, and the names that it gives to paths.
//!
//! Comments and strings hold no paths. What is compiled for tests only is left out.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Group, Literal, TokenStream, TokenTree};
use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};
use syn::{Attribute, ImplItemFn, Item, ItemUse, LitStr, Macro, Meta, UseTree, Visibility};

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
    /// In `pub use`: the module passes it on, and uses it only if it mentions it once more.
    Reexport,
    /// In an expression, a type, a pattern, or in what a macro or an attribute gets.
    Inline,
}

/// A module as its file has it.
#[derive(Debug, Default)]
pub(super) struct Module {
    /// The modules in it that have files of their own.
    pub(super) files: Vec<String>,
    /// The modules in it that are in the same file.
    pub(super) inline: Vec<(String, Self)>,
    /// What it defines beside modules.
    pub(super) items: BTreeSet<String>,
    /// The paths that its `use` lines give a name to, by this name.
    pub(super) imports: BTreeMap<String, Vec<String>>,
    /// The modules of which it imports every name, with `*`.
    pub(super) globs: Vec<Vec<String>>,
    pub(super) mentions: Vec<Mention>,
    /// Its strings, with their lines. Texts of comments are none.
    pub(super) literals: Vec<(usize, String)>,
}

/// Reads the text of a file.
pub(super) fn read(text: &str) -> syn::Result<Module> {
    let mut module = Module::default();
    module.add_items(&syn::parse_file(text)?.items);
    Ok(module)
}

impl Module {
    fn add_items(&mut self, items: &[Item]) {
        for item in items {
            if is_for_tests(attributes(item)) {
                continue;
            }
            if let Item::Mod(module) = item {
                let name = module.ident.to_string();
                match &module.content {
                    None => self.files.push(name),
                    Some((_, items)) => {
                        let mut module = Self::default();
                        module.add_items(items);
                        self.inline.push((name, module));
                    }
                }
                continue;
            }
            let name = match item {
                Item::Const(item) => Some(&item.ident),
                Item::Enum(item) => Some(&item.ident),
                Item::Fn(item) => Some(&item.sig.ident),
                Item::Static(item) => Some(&item.ident),
                Item::Struct(item) => Some(&item.ident),
                Item::Trait(item) => Some(&item.ident),
                Item::Type(item) => Some(&item.ident),
                _ => None,
            };
            self.items.extend(name.map(ToString::to_string));
            self.visit_item(item);
        }
    }

    /// Adds every path of a `use` line. `start` is the path in front of its braces.
    fn add_imports(&mut self, start: &[String], tree: &UseTree, place: Place) {
        let with = |name: &syn::Ident| [start, &[name.to_string()]].concat();
        let (segments, name) = match tree {
            UseTree::Path(path) => {
                return self.add_imports(&with(&path.ident), &path.tree, place);
            }
            UseTree::Group(group) => {
                let trees = group.items.iter();
                return trees.for_each(|tree| self.add_imports(start, tree, place));
            }
            UseTree::Name(name) if name.ident == "self" => (start.to_vec(), start.last().cloned()),
            UseTree::Name(name) => (with(&name.ident), Some(name.ident.to_string())),
            UseTree::Rename(name) if name.ident == "self" => {
                (start.to_vec(), Some(name.rename.to_string()))
            }
            UseTree::Rename(name) => (with(&name.ident), Some(name.rename.to_string())),
            UseTree::Glob(_) => {
                self.globs.push(start.to_vec());
                (start.to_vec(), None)
            }
        };
        if let Some(name) = name {
            self.imports.insert(name, segments.clone());
        }
        let line = tree.span().start().line;
        self.mentions.push(Mention {
            line,
            segments,
            place,
        });
    }

    /// Adds the paths in what a macro or an attribute gets: it can be of any form.
    fn add_tokens(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let is_sign = |index: usize, wanted: char| matches!(tokens.get(index), Some(TokenTree::Punct(sign)) if sign.as_char() == wanted);
        let mut index = 0;
        while index < tokens.len() {
            let is_behind = |distance, sign| index >= distance && is_sign(index - distance, sign);
            // Behind one dot is a field or a method, behind a quotation mark a lifetime.
            let is_field = is_behind(1, '.') && !is_behind(2, '.');
            match &tokens[index] {
                // A comment is an attribute: `#[doc = ".."]`.
                TokenTree::Group(group) if !is_behind(1, '#') || !is_comment(group) => {
                    self.add_tokens(group.stream());
                }
                TokenTree::Literal(literal) => self.add_literal(literal),
                TokenTree::Ident(first) if !is_field && !is_behind(1, '\'') => {
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

    fn add_literal(&mut self, literal: &Literal) {
        if let Ok(text) = syn::parse_str::<LitStr>(&literal.to_string()) {
            let line = literal.span().start().line;
            self.literals.push((line, text.value()));
        }
    }

    fn add_inline(&mut self, line: usize, segments: Vec<String>) {
        self.mentions.push(Mention {
            line,
            segments,
            place: Place::Inline,
        });
    }
}

/// All that is visited belongs to the module, also what is in the body of a function.
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
            _ => Place::Reexport,
        };
        self.add_imports(&[], &line.tree, place);
    }

    fn visit_path(&mut self, path: &syn::Path) {
        let segments = path.segments.iter();
        let segments = segments.map(|segment| segment.ident.to_string()).collect();
        self.add_inline(path.span().start().line, segments);
        visit::visit_path(self, path);
    }

    fn visit_lit_str(&mut self, text: &LitStr) {
        self.add_literal(&text.token());
    }

    fn visit_macro(&mut self, call: &Macro) {
        self.visit_path(&call.path);
        self.add_tokens(call.tokens.clone());
    }

    fn visit_attribute(&mut self, attribute: &Attribute) {
        if let Meta::List(list) = &attribute.meta {
            self.add_tokens(list.tokens.clone());
        }
    }

    /// Says who may use something, and uses nothing: `pub(in crate::zendesk)`.
    fn visit_visibility(&mut self, _: &Visibility) {}
}

/// Whether these tokens are those of a comment on what follows.
fn is_comment(group: &Group) -> bool {
    let first = group.stream().into_iter().next();
    matches!(first, Some(TokenTree::Ident(name)) if name == "doc")
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

/// Whether something is compiled for tests only: `#[cfg(test)]`, also as one of several conditions of `all`.
fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let condition = attribute.parse_args::<Meta>();
        attribute.path().is_ident("cfg") && condition.is_ok_and(|it| needs_test(&it))
    })
}

fn needs_test(condition: &Meta) -> bool {
    match condition {
        Meta::Path(path) => path.is_ident("test"),
        Meta::List(list) if list.path.is_ident("all") => {
            let conditions = list.parse_args_with(
                syn::punctuated::Punctuated::<Meta, syn::Token![,]>::parse_terminated,
            );
            conditions.is_ok_and(|conditions| conditions.iter().any(needs_test))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests;
