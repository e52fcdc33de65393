use super::*;

fn listed(id: i64, label: &str, values: &[&str]) -> FieldLabel {
    FieldLabel {
        id,
        label: label.to_owned(),
        values: values.iter().map(|value| (*value).to_owned()).collect(),
    }
}

fn field(id: i64, kind: FieldKind, title: &str, options: &[(&str, &str)]) -> TicketField {
    let option = |(value, name): &(&str, &str)| FieldOption {
        value: (*value).to_owned(),
        name: (*name).to_owned(),
        may_be_shown: true,
    };
    TicketField {
        id,
        title: title.to_owned(),
        kind,
        is_active: true,
        options: options.iter().map(option).collect(),
    }
}

/// The fields of an account.
fn account() -> Vec<TicketField> {
    let plans = [("gold", "Gold plan"), ("silver", "Silver plan")];
    vec![
        field(350_001, FieldKind::System, "Subject", &[]),
        field(360_001, FieldKind::DropDown, "Plan", &plans),
        field(360_002, FieldKind::Checkbox, "Escalated", &[]),
        field(370_003, FieldKind::Text, "Whom to\ncall", &[]),
        field(380_004, FieldKind::MultiSelect, "Modules", &plans),
        field(390_005, FieldKind::Number, "", &[]),
        field(400_006, FieldKind::Date, "Due", &[]),
        field(410_007, FieldKind::Lookup, "Asset", &[]),
        field(420_008, FieldKind::Unknown, "New", &[]),
        TicketField {
            is_active: false,
            ..field(430_009, FieldKind::DropDown, "Old", &plans)
        },
    ]
}

#[test]
fn what_is_wrong_with_a_listed_field_is_a_problem() {
    let table: &[(FieldLabel, &[&str])] = &[
        (listed(360_001, "plan", &["gold", "silver"]), &[]),
        (listed(360_001, "plan", &[]), &[]),
        (listed(360_002, "escalated", &["true", "false"]), &[]),
        (listed(420_008, "new", &["anything"]), &[]),
        (
            listed(999, "plan_b", &[]),
            &[
                "labels.custom_fields[0].id 999: the account has no such field; the known ones are 360001 (Plan), 360002 (Escalated), 370003 (Whom to call), 380004 (Modules), 390005, 400006 (Due), 410007 (Asset), 420008 (New)",
            ],
        ),
        (
            listed(999, "plan", &["gold"]),
            &[
                "labels.custom_fields[0].id 999: the account has no such field; did you mean 360001 (Plan)?",
            ],
        ),
        (
            listed(37_003, "call", &[]),
            &[
                "labels.custom_fields[0].id 37003: the account has no such field; did you mean 370003 (Whom to call)?",
            ],
        ),
        (
            listed(350_001, "subject", &[]),
            &[
                "labels.custom_fields[0].id 350001 (Subject): this is a system field of Zendesk, so the label would always be none; list a custom field",
            ],
        ),
        (
            listed(360_001, "plan", &["goldd", "Silver Plan", "GOLD", "bronze"]),
            &[
                "labels.custom_fields[0].id 360001 (Plan): the value `goldd` is not an option of the field; did you mean `gold`?",
                "labels.custom_fields[0].id 360001 (Plan): the value `Silver Plan` is not an option of the field; did you mean `silver`?",
                "labels.custom_fields[0].id 360001 (Plan): the value `GOLD` is not an option of the field; did you mean `gold`?",
                "labels.custom_fields[0].id 360001 (Plan): the value `bronze` is not an option of the field; the known ones are `gold`, `silver`",
            ],
        ),
        (
            listed(360_002, "escalated", &["yes"]),
            &[
                "labels.custom_fields[0].id 360002 (Escalated): the value `yes` is not an option of the field; the known ones are `true`, `false`",
            ],
        ),
    ];
    for (label, problems) in table {
        let findings = judge(std::slice::from_ref(label), &account(), 64);
        assert_eq!(findings.problems, *problems, "{label:?}");
        assert_eq!(findings.remarks, [""; 0], "{label:?}");
    }
}

#[test]
fn an_option_that_repeats_a_credential_counts_as_one_and_is_not_suggested() {
    let mut account = account();
    for option in &mut account[1].options {
        option.may_be_shown = false;
    }
    let problems = |value: &str| judge(&[listed(360_001, "plan", &[value])], &account, 64).problems;
    assert_eq!(problems("gold"), [""; 0]);
    for value in ["goldd", "Gold plan", "GOLD"] {
        let expected = format!(
            "labels.custom_fields[0].id 360001 (Plan): the value `{value}` is not an option of the field"
        );
        assert_eq!(problems(value), [expected]);
    }
}

#[test]
fn what_makes_a_poor_label_is_remarked() {
    let table = [
        (
            listed(370_003, "call", &[]),
            "(Whom to call): the field holds free text, so every short text becomes a label value, even the name of a person; list the values",
        ),
        (
            listed(380_004, "modules", &["gold"]),
            "(Modules): a ticket can have several values of the field; tickets with more than one count as other",
        ),
        (
            listed(380_004, "modules", &[]),
            "(Modules): a ticket can have several values of the field; as no values are listed, every ticket with a value counts as other",
        ),
        (
            listed(390_005, "seats", &[]),
            "the field holds numbers, so there can be many label values; list the values",
        ),
        (
            listed(400_006, "due", &["2026-01-01"]),
            "(Due): the field holds dates, so the number of label values keeps growing",
        ),
        (
            listed(410_007, "asset", &[]),
            "(Asset): the field holds ids of other objects, so there can be many label values",
        ),
        (
            listed(430_009, "old", &["gold"]),
            "(Old): the field is inactive, so new tickets have no value",
        ),
    ];
    for (label, expected) in table {
        let id = label.id;
        let findings = judge(&[label], &account(), 64);
        let remarks: Vec<&str> = findings
            .remarks
            .iter()
            .filter_map(|remark| remark.split_once(&format!("labels.custom_fields[0].id {id}")))
            .map(|(_, remark)| remark.trim_start_matches([' ', ':']))
            .collect();
        assert_eq!(remarks, [expected]);
        assert_eq!(findings.problems, [""; 0]);
    }
    for (kind, values) in [(370_003, "anna"), (390_005, "5")] {
        let findings = judge(&[listed(kind, "x", &[values])], &account(), 64);
        assert_eq!(findings, FieldFindings::default());
    }
}

#[test]
fn more_options_than_are_shown_are_remarked_unless_values_are_listed() {
    let crowded =
        |values: &[&str]| judge(&[listed(360_001, "plan", values)], &account(), 1).remarks;
    assert_eq!(
        crowded(&[]),
        [
            "labels.custom_fields[0].id 360001 (Plan): the field has 2 options, but labels.max_values is 1; further options count as other"
        ]
    );
    assert_eq!(crowded(&["gold"]), [""; 0]);
}

#[test]
fn each_field_is_told_by_its_place() {
    let both = [listed(1, "a", &[]), listed(2, "b", &[])];
    assert_eq!(
        judge(&both, &account(), 64).problems,
        [
            "labels.custom_fields[0].id 1: the account has no such field; the known ones are 360001 (Plan), 360002 (Escalated), 370003 (Whom to call), 380004 (Modules), 390005, 400006 (Due), 410007 (Asset), 420008 (New)",
            "labels.custom_fields[1].id 2: the account has no such field; the known ones are 360001 (Plan), 360002 (Escalated), 370003 (Whom to call), 380004 (Modules), 390005, 400006 (Due), 410007 (Asset), 420008 (New)"
        ]
    );
    assert_eq!(judge(&both, &[], 64).problems.len(), 2);
    assert_eq!(judge(&[], &account(), 64), FieldFindings::default());
}

#[test]
fn what_people_typed_stays_in_one_line() {
    let long = format!("{}\n\u{1b}[1m{}", "a".repeat(10), "b".repeat(100));
    let shown = one_line(&long);
    assert_eq!(shown.chars().count(), 64);
    assert!(!shown.contains(char::is_control));
}
