//! The two forms of tables on the status page.

use maud::{Markup, html};

/// A row of a table of facts: its name and its value.
pub(super) type Fact = (&'static str, Markup);

/// A table of facts.
pub(super) fn fact_table(caption: &str, facts: Vec<Fact>) -> Markup {
    html! {
        table.facts {
            caption { (caption) }
            tbody {
                @for (name, value) in facts {
                    tr { th scope="row" { (name) } td { (value) } }
                }
            }
        }
    }
}

/// A table that scrolls by itself if the page is too narrow for it. `id` is that of its caption.
pub(super) fn wide_table(id: &str, caption: &str, columns: &[&str], rows: &Markup) -> Markup {
    html! {
        div.scroll role="region" tabindex="0" aria-labelledby=(id) {
            table {
                caption id=(id) { (caption) }
                thead {
                    tr {
                        @for column in columns { th scope="col" { (column) } }
                    }
                }
                (rows)
            }
        }
    }
}
