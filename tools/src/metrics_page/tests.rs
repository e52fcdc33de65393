use std::collections::BTreeSet;

use super::*;

/// The chapter of a family on the page.
fn chapter_of(page: &str, family: &Family) -> String {
    let heading = format!("\n### `{}`\n", family.name);
    let (_, rest) = page.split_once(&heading).expect("it has a chapter");
    let end = rest.find("\n##").unwrap_or(rest.len());
    rest[..end].to_owned()
}

#[test]
fn each_family_shows_its_help_its_details_and_when_it_appears() {
    let page = page();
    let mut with_details = 0;
    for family in catalog::ALL {
        let chapter = chapter_of(&page, family);
        let lines: BTreeSet<&str> = chapter.lines().collect();
        assert!(lines.contains(family.help), "{}: {chapter}", family.name);
        assert!(
            family.details.is_empty() || lines.contains(family.details),
            "{}: {chapter}",
            family.name
        );
        let appears = format!("- Appears: {}", family.appears);
        assert!(lines.contains(appears.as_str()), "{chapter}");
        assert_eq!(
            chapter.contains("#new-series"),
            family.counts_tickets(),
            "{chapter}"
        );
        with_details += usize::from(!family.details.is_empty());
    }
    assert!(with_details > 0);
}

#[test]
fn every_link_within_the_page_leads_to_a_heading() {
    let page = page();
    let headings: BTreeSet<String> = page
        .lines()
        .filter_map(|line| {
            line.strip_prefix("## ")
                .or_else(|| line.strip_prefix("### "))
        })
        .map(|title| title.to_lowercase().replace(' ', "-").replace('`', ""))
        .collect();
    let links: BTreeSet<&str> = page
        .split("](#")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .collect();
    assert!(!links.is_empty());
    for link in links {
        assert!(headings.contains(link), "{link} is not in {headings:?}");
    }
}

#[test]
fn every_label_of_a_ticket_family_is_explained() {
    let page = page();
    let named_by_lookups = ["name", "group", "brand", "form", "custom_status"];
    let labels = catalog::ALL
        .iter()
        .filter(|family| family.chapter == Chapter::Tickets)
        .flat_map(|family| family.labels)
        .filter(|label| !named_by_lookups.contains(label));
    for label in labels {
        let row = |line: &str| {
            let first = line
                .strip_prefix("| ")
                .and_then(|row| row.split('|').next());
            first.is_some_and(|cell| cell.contains(&format!("`{label}`")))
        };
        assert!(page.lines().any(row), "{label}");
    }
}

#[test]
fn no_query_names_a_bound_in_one_form_only() {
    // Prometheus 2 writes 14400 and Prometheus 3 writes 14400.0.
    for family in catalog::ALL {
        let bounds = family.example.split("le=").skip(1);
        for bound in bounds {
            assert!(bound.starts_with("~\""), "{}", family.example);
            assert!(bound.contains("([.]0)?\""), "{}", family.example);
        }
    }
}
