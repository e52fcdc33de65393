use super::*;
use crate::facts::{Axis, Cell};

const GREEN: &str = "rgb(115, 191, 105)";
const RED: &str = "rgb(242, 73, 92)";
const TEXT: &str = "rgb(204, 204, 220)";

fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn text_box(needs: f64, has: f64) -> TextBox {
    let text = "text".to_owned();
    TextBox { text, needs, has }
}

fn shown(number: Option<f64>, formatted: &str, shown: &str, colour: &str) -> Shown {
    Shown {
        name: "name".to_owned(),
        number,
        formatted: formatted.to_owned(),
        shown: shown.to_owned(),
        colours: strings(&[colour]),
    }
}

/// A stat on which nothing is wrong.
fn stat(values: Vec<Shown>) -> Panel {
    Panel {
        id: 7,
        title: "A stat".to_owned(),
        kind: "stat".to_owned(),
        title_boxes: vec![text_box(50.0, 100.0)],
        values,
        ..Panel::default()
    }
}

#[track_caller]
fn check(panel: Panel, numbers: &[f64], exporter: Exporter, expected: &[Kind]) {
    let answer = Answer {
        panel: panel.id,
        asked: Asked::OfNow,
        numbers: numbers.iter().copied().map(Some).collect(),
    };
    let facts = Facts {
        panels: vec![panel],
        ..Facts::default()
    };
    let faults = faults(&facts, &[answer], exporter);
    let kinds: Vec<Kind> = faults.iter().map(|fault| fault.kind).collect();
    assert_eq!(kinds, expected, "{faults:?}");
}

#[track_caller]
fn check_running(panel: Panel, numbers: &[f64], expected: &[Kind]) {
    check(panel, numbers, Exporter::Running, expected);
}

#[test]
fn a_text_is_cut_off_where_it_needs_a_pixel_more_than_it_has() {
    let one = || stat(vec![shown(Some(1.0), "1", "1", TEXT)]);
    for (needs, expected) in [(100.0, 0), (101.0, 0), (101.5, 1), (180.0, 1)] {
        let boxes = || vec![text_box(10.0, 10.0), text_box(needs, 100.0)];
        let of = |kind: Kind| vec![kind; expected];
        let mut panel = one();
        panel.title_boxes = boxes();
        check_running(panel, &[1.0], &of(Kind::CutTitle));
        let mut panel = one();
        panel.text_boxes = boxes();
        check_running(panel, &[1.0], &of(Kind::CutText));
        let mut panel = one();
        panel.header_boxes = boxes();
        check_running(panel, &[1.0], &of(Kind::CutHeader));
        let mut panel = one();
        panel.grid_boxes = boxes();
        check_running(panel, &[1.0], &of(Kind::WideTable));
    }
    let mut panel = one();
    panel.title_boxes.clear();
    check_running(panel, &[1.0], &[Kind::CutTitle]);
}

#[test]
fn labels_are_equal_on_one_axis_only_and_empty_ones_are_none() {
    let axis = |labels: &[Option<&str>]| Axis {
        scale: "y".to_owned(),
        labels: labels
            .iter()
            .map(|label| label.map(str::to_owned))
            .collect(),
    };
    let graph = |axes: Vec<Axis>| Panel {
        kind: "timeseries".to_owned(),
        axes,
        ..stat(Vec::new())
    };
    let facts = |axes| Facts {
        panels: vec![graph(axes)],
        ..Facts::default()
    };
    let kinds = |axes| faults(&facts(axes), &[], Exporter::Running).len();
    let numbers = axis(&[
        Some("0"),
        Some("500"),
        Some("1,000"),
        None,
        None,
        Some(""),
        Some(""),
    ]);
    assert_eq!(kinds(vec![numbers.clone(), numbers]), 0);
    assert_eq!(
        kinds(vec![axis(&[
            Some("1 K"),
            Some("800"),
            Some("1 K "),
            Some("1 K")
        ])]),
        1
    );
    assert_eq!(kinds(vec![axis(&[Some("0.1 %"), None, Some("0.1 %")])]), 1);
}

#[test]
fn what_is_not_known_is_neither_green_nor_red() {
    for (colour, expected) in [
        (GREEN, vec![Kind::JudgedNull]),
        (RED, vec![Kind::JudgedNull]),
        (TEXT, vec![]),
    ] {
        check_running(
            stat(vec![shown(None, "None", "None", colour)]),
            &[],
            &expected,
        );
        // A value that is known may be judged.
        check_running(stat(vec![shown(Some(0.0), "0", "0", colour)]), &[0.0], &[]);
        let mut table = stat(vec![shown(Some(0.0), "0", "0", TEXT)]);
        table.unknown_cells = vec![Cell {
            name: "column".to_owned(),
            shown: "–".to_owned(),
            colours: strings(&[TEXT, colour]),
        }];
        check_running(table, &[0.0], &expected);
    }
}

#[test]
fn a_stat_shows_all_values_of_its_second_and_no_others() {
    let values = |numbers: &[f64]| {
        let values = numbers.iter().map(|number| {
            let text = number.to_string();
            shown(Some(*number), &text, &format!("name{text}"), TEXT)
        });
        stat(values.collect())
    };
    check_running(values(&[1.0, 2.0]), &[2.0, 1.0], &[]);
    // The order of a sum is not that of the page's.
    check_running(values(&[0.1 + 0.2]), &[0.3], &[]);
    for (shown, answered) in [
        (&[1.0][..], &[2.0][..]),
        (&[1.0], &[1.001]),
        (&[1.0], &[]),
        (&[1.0], &[1.0, 1.0]),
        (&[1.0, 2.0], &[1.0]),
    ] {
        check_running(values(shown), answered, &[Kind::OldValue]);
    }
    let nothing = || stat(vec![shown(None, "None", "None", TEXT)]);
    check_running(nothing(), &[], &[]);
    check_running(nothing(), &[f64::NAN], &[]);
    check_running(nothing(), &[0.0], &[Kind::OldValue]);
}

#[test]
fn a_stat_asks_for_numbers_of_now_though_their_values_may_be_equal() {
    let facts = Facts {
        panels: vec![stat(vec![shown(Some(1.0), "1", "1", TEXT)])],
        ..Facts::default()
    };
    let answer = Answer {
        panel: 7,
        asked: Asked::OverTheRange,
        numbers: vec![Some(1.0)],
    };
    let faults = faults(&facts, &[answer], Exporter::Running);
    let kinds: Vec<Kind> = faults.iter().map(|fault| fault.kind).collect();
    assert_eq!(kinds, [Kind::RangeQuery]);
}

#[test]
fn a_stat_shows_the_text_of_its_value() {
    let with = |formatted, text| stat(vec![shown(Some(90.0), formatted, text, TEXT)]);
    check_running(with("1.5 mins", "behind1.5mins"), &[90.0], &[]);
    check_running(with("1.5 mins", "behind"), &[90.0], &[Kind::OldValue]);
    check_running(with("1.5 mins", "1.4 mins"), &[90.0], &[Kind::OldValue]);
}

#[test]
fn while_the_exporter_is_down_a_stat_says_so_and_none_is_green() {
    let down = || shown(Some(-1.0), "Exporter down", "Exporter down", RED);
    let old = |colour| shown(Some(5.0), "5", "5", colour);
    let check = |values: Vec<Shown>, numbers: &[f64], expected: &[Kind]| {
        check(stat(values), numbers, Exporter::Down, expected);
    };
    check(vec![down()], &[-1.0], &[]);
    check(vec![down(), old(TEXT)], &[-1.0, 5.0], &[]);
    check(
        vec![down(), old(GREEN)],
        &[-1.0, 5.0],
        &[Kind::GreenWhileDown],
    );
    check(vec![old(TEXT)], &[5.0], &[Kind::GreenWhileDown]);
    check(vec![old(GREEN)], &[5.0], &[Kind::GreenWhileDown; 2]);
}

#[test]
fn errors_are_told_as_they_are() {
    let facts = Facts {
        panels: Vec::new(),
        failures: strings(&["sum(: parse error"]),
        console: strings(&["a message"]),
    };
    let told = faults(&facts, &[], Exporter::Running);
    let told: Vec<String> = told.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        ["an error: sum(: parse error", "the console says: a message"]
    );
    let cut = Fault {
        kind: Kind::CutTitle,
        panel: Some((3, "Age".to_owned())),
        detail: "detail".to_owned(),
    };
    assert_eq!(
        cut.to_string(),
        "panel 3 \"Age\": the title is cut off: detail"
    );
}
