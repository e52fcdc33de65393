//! What a query of a panel asks, taken apart.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::time::Duration;

use promql_parser::parser::{Expr, VectorSelector, parse};

use zendesk_exporter::metrics::catalog::{self, Chapter, Family, Kind, OptIn};

/// Widths that a rate may have: what the exporter counts of itself moves once a poll, which is once a minute if nothing else is
/// said, and `$__rate_interval` is four scrapes, which is a minute as well. It would hold one poll, or none.
pub(super) const RATE_WINDOWS: [Duration; 3] = [
    Duration::from_secs(300),
    Duration::from_secs(900),
    // That of the alert on limits.
    Duration::from_secs(3_600),
];

/// A width that stands for `$__rate_interval`, and for nothing else.
pub(super) const RATE_INTERVAL: Duration = Duration::from_secs(241);

/// The samples of a metric, in the place in which a query names them.
#[derive(Debug)]
pub(super) struct Selector {
    pub(super) name: String,
    pub(super) matchers: Vec<(String, String)>,
    /// The width of its window, and the function that is given it.
    pub(super) window: Option<(Duration, Option<&'static str>)>,
}

/// Labels by which something is grouped or joined, and the selectors beneath.
#[derive(Debug)]
pub(super) struct Grouping {
    pub(super) labels: Vec<String>,
    pub(super) of: Vec<String>,
    /// Labels that the query itself makes beneath.
    pub(super) made: BTreeSet<String>,
}

/// A query taken apart.
#[derive(Debug, Default)]
pub(super) struct Question {
    pub(super) selectors: Vec<Selector>,
    pub(super) groupings: Vec<Grouping>,
    made: BTreeSet<String>,
}

impl Question {
    /// Puts something in the place of Grafana's variables, and takes the query apart.
    ///
    /// Once for each query, as the rules are tried on nearly the same dashboard again and again.
    pub(super) fn of(query: &str) -> Result<Rc<Self>, String> {
        thread_local! {
            static KNOWN: RefCell<BTreeMap<String, Result<Rc<Question>, String>>> = const { RefCell::new(BTreeMap::new()) };
        }
        KNOWN.with_borrow_mut(|known| {
            let answer = known.entry(query.to_owned());
            answer
                .or_insert_with(|| Self::taken_apart(query).map(Rc::new))
                .clone()
        })
    }

    fn taken_apart(query: &str) -> Result<Self, String> {
        let query = query
            .replace("$__rate_interval", "241s")
            .replace("$__interval", "251s")
            .replace("$__range", "257s")
            .replace("$utc_offset", "0");
        let mut question = Self::default();
        question.walk(&parse(&query)?, None);
        Ok(question)
    }

    fn walk(&mut self, expression: &Expr, function: Option<&'static str>) {
        match expression {
            Expr::Aggregate(aggregate) => {
                self.group(&aggregate.expr, aggregate.modifier.iter());
                self.walk(&aggregate.expr, None);
                if let Some(parameter) = &aggregate.param {
                    self.make(parameter);
                    self.walk(parameter, None);
                }
            }
            Expr::Binary(binary) => {
                let modifier = binary.modifier.iter();
                self.group(expression, modifier.flat_map(|it| &it.matching));
                self.walk(&binary.lhs, None);
                self.walk(&binary.rhs, None);
            }
            Expr::Unary(unary) => self.walk(&unary.expr, None),
            Expr::Paren(paren) => self.walk(&paren.expr, function),
            Expr::Subquery(subquery) => self.walk(&subquery.expr, None),
            Expr::VectorSelector(selector) => self.select(selector, None),
            Expr::MatrixSelector(matrix) => {
                self.select(&matrix.vs, Some((matrix.range, function)));
            }
            Expr::Call(call) => {
                if call.func.name == "label_replace" {
                    self.make(&call.args.args[1]);
                }
                for argument in &call.args.args {
                    self.walk(argument, Some(call.func.name));
                }
            }
            Expr::NumberLiteral(_) | Expr::StringLiteral(_) | Expr::Extension(_) => {}
        }
    }

    /// `count_values` has the name of its label as parameter, `label_replace` as second argument.
    fn make(&mut self, label: &Expr) {
        if let Expr::StringLiteral(label) = label {
            self.made.insert(label.val.clone());
        }
    }

    fn select(
        &mut self,
        selector: &VectorSelector,
        window: Option<(Duration, Option<&'static str>)>,
    ) {
        let matchers = selector.matchers.matchers.iter();
        self.selectors.push(Selector {
            name: selector.name.clone().unwrap_or_default(),
            matchers: matchers
                .map(|matcher| {
                    let value = format!("{}{}", matcher.op, matcher.value);
                    (matcher.name.clone(), value)
                })
                .collect(),
            window,
        });
    }

    fn group<'a>(
        &mut self,
        beneath: &Expr,
        modifiers: impl Iterator<Item = &'a promql_parser::parser::LabelModifier>,
    ) {
        for modifier in modifiers {
            let mut inner = Self::default();
            if let Expr::Binary(binary) = beneath {
                inner.walk(&binary.lhs, None);
                inner.walk(&binary.rhs, None);
            } else {
                inner.walk(beneath, None);
            }
            self.groupings.push(Grouping {
                labels: modifier.labels().labels.clone(),
                of: inner.selectors.into_iter().map(|it| it.name).collect(),
                made: inner.made,
            });
        }
    }
}

/// The family that a sample's name belongs to.
pub(super) fn family(name: &str) -> Option<&'static Family> {
    let of_histogram = ["_bucket", "_count", "_sum"]
        .iter()
        .find_map(|suffix| name.strip_suffix(suffix));
    catalog::ALL.iter().copied().find(|family| {
        family.name == name && family.kind != Kind::Histogram
            || Some(family.name) == of_histogram && family.kind == Kind::Histogram
    })
}

/// What Prometheus itself writes.
const OF_PROMETHEUS: &[&str] = &["up", "ALERTS"];

/// Whether our rules or Prometheus make such samples.
pub(super) fn is_recorded(name: &str) -> bool {
    let rules = include_str!("../../../../config/prometheus/rules/zendesk-recording.yml");
    let mut recorded = rules
        .lines()
        .filter_map(|line| line.split_once("- record: "));
    OF_PROMETHEUS.contains(&name) || recorded.any(|(_, record)| record == name)
}

/// The labels that samples of this name have beside the opt-in ones.
pub(super) fn labels(name: &str) -> BTreeSet<&'static str> {
    let mut labels = BTreeSet::from(["job", "instance"]);
    let Some(family) = family(name) else {
        // Recorded series are called level:metric:operation.
        if name == "ALERTS" {
            labels.extend(["account", "alertname", "alertstate"]);
        } else if name.starts_with("account:") {
            labels.insert("account");
        }
        return labels;
    };
    labels.extend(family.labels);
    if family.chapter != Chapter::Process {
        labels.insert("account");
    }
    if name.ends_with("_bucket") && family.kind == Kind::Histogram {
        labels.insert("le");
    }
    labels
}

/// The labels that samples of this name have when the settings ask for all of them.
pub(super) fn all_labels(name: &str) -> BTreeSet<&'static str> {
    let mut labels = labels(name);
    let opt_in: &[_] = match family(name).map(|family| family.opt_in) {
        None | Some(OptIn::None) => &[],
        Some(OptIn::Owner) => &["group", "brand"],
        Some(OptIn::All) => &["group", "brand", "form", "custom_status", "support_type"],
    };
    labels.extend(opt_in);
    labels
}
