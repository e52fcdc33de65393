use super::*;
use crate::settings_page;

fn effect(setting: &str, how: &str) -> Effect {
    let lines = lines();
    let change =
        changes(&lines).find(|change| change.setting == setting && change.how.starts_with(how));
    let change = change.unwrap_or_else(|| panic!("no row for {setting} {how}"));
    change
        .effect()
        .unwrap_or_else(|error| panic!("{setting}: {error}"))
}

#[test]
fn rows_say_what_a_change_does() {
    let owner = Effect {
        gauges: "recalculated".to_owned(),
        counters: "all but `zendesk_satisfaction_ratings_total` begin again at 0".to_owned(),
        histograms: "all begin again at 0".to_owned(),
        resync: "no",
    };
    assert_eq!(effect("labels.group", ""), owner);
    assert_eq!(effect("labels.brand", ""), owner);
    let events = Effect {
        counters: "`zendesk_tickets_*_total` begin again at 0".to_owned(),
        histograms: GO_ON.to_owned(),
        ..owner
    };
    assert_eq!(effect("labels.form", ""), events);
    assert_eq!(effect("labels.custom_fields", "another"), events);
    let more = Effect {
        resync: "yes",
        ..events.clone()
    };
    assert_eq!(effect("labels.custom_fields", "a field added"), more);
    assert_eq!(effect("export.support_type_scope", "to or"), more);
    let counted_again = Effect {
        gauges: "recalculated".to_owned(),
        ..Effect::default()
    };
    assert_eq!(effect("labels.max_values", ""), counted_again);
    let slas = Effect {
        counters: "`zendesk_sla_targets_*total` end".to_owned(),
        ..counted_again
    };
    assert_eq!(effect("export.slas", "off"), slas);
    let business = "`zendesk_ticket_*_business_seconds` end";
    assert_eq!(effect("export.business_hours", "to").histograms, business);
    let one = "`zendesk_ticket_replies` begins again at 0";
    assert_eq!(effect("buckets", "").histograms, one);
    assert_eq!(effect("auth", ""), Effect::default());
}

#[test]
fn every_example_of_a_row_has_the_effect_that_the_row_tells() {
    for change in changes(&lines()) {
        let told = change.effect().expect("good settings");
        for example in &change.examples {
            let effect = Effect::of(example).unwrap_or_else(|error| panic!("{example:?}: {error}"));
            assert_eq!(effect, told, "{example:?}");
            let [before, after] = example.map(|settings| account(settings).expect("good settings"));
            let differs = format!("{before:?}") != format!("{after:?}");
            // Secrets are not shown, and http is a matter of the address.
            let is_hidden = ["auth", "allow_http"].contains(&change.setting);
            assert!(differs || is_hidden, "{example:?}");
        }
    }
}

/// A setting that is added has to be given a row.
#[test]
fn every_setting_of_an_account_has_a_row() {
    let example = include_str!("../../../config/zendesk-exporter.yml");
    let page = page().expect("good settings");
    let settings = settings_page::paths(example);
    let of_account: Vec<&str> = settings
        .iter()
        .filter_map(|path| path.strip_prefix("accounts."))
        .collect();
    assert!(of_account.len() > 30, "{of_account:?}");
    for setting in of_account {
        let is_told = changes(&lines()).any(|change| {
            setting == change.setting
                || setting.starts_with(&format!("{}.", change.setting))
                || change.setting.starts_with(&format!("{setting}."))
        });
        assert!(is_told, "{setting} has no row");
    }
    for change in changes(&lines()) {
        assert!(page.contains(&format!("`{}`", change.setting)));
    }
}
