//! The numbers in a query.

use promql_parser::parser::Expr;

/// The numbers that something has to be above or below, from left to right. Comparisons with 0 and those for equality ask whether
/// something is the case, not how much of it.
pub(super) fn limits(expression: &Expr) -> Vec<f64> {
    match expression {
        Expr::Paren(paren) => limits(&paren.expr),
        Expr::Aggregate(aggregate) => limits(&aggregate.expr),
        Expr::Unary(unary) => limits(&unary.expr),
        Expr::Subquery(subquery) => limits(&subquery.expr),
        Expr::Call(call) => call.args.args.iter().flat_map(|it| limits(it)).collect(),
        Expr::Binary(binary) => {
            let own = ORDER
                .contains(&binary.op.to_string().as_str())
                .then(|| factor(&binary.rhs))
                .flatten()
                .filter(|number| *number != 0.0);
            let beneath = [&binary.lhs, &binary.rhs].into_iter();
            let beneath = beneath.flat_map(|it| limits(it));
            own.into_iter().chain(beneath).collect()
        }
        _ => Vec::new(),
    }
}

const ORDER: [&str; 4] = [">", "<", ">=", "<="];

/// A number, or that by which something is multiplied.
fn factor(expression: &Expr) -> Option<f64> {
    match expression {
        Expr::NumberLiteral(number) => Some(number.val),
        Expr::Paren(paren) => factor(&paren.expr),
        Expr::Binary(binary) if binary.op.to_string() == "*" => factor(&binary.lhs),
        _ => None,
    }
}

#[test]
fn the_numbers_that_a_rule_compares_with_are_found() {
    let cases: &[(&str, &[f64])] = &[
        ("a > 5 and on (job) b == 0", &[5.0]),
        (
            "1 - (a <= bool 600) * b or c * 0 + 1 and on (job) up == 0",
            &[600.0],
        ),
        ("max by (job) (a / b) >= 0.25", &[0.25]),
        ("a > 0.05 and b > 10 and c > 0", &[0.05, 10.0]),
        (
            "a - time() < 0.1 * max_over_time((a - time())[1d:1m])",
            &[0.1],
        ),
        ("a / (b >= 50) > 1.3 and sum(c > 20)", &[1.3, 50.0, 20.0]),
        (
            "label_replace(a and b > 900, \"c\", \"\", \"\", \"\")",
            &[900.0],
        ),
        ("a unless b", &[]),
    ];
    for (rule, expected) in cases {
        let rule = promql_parser::parser::parse(rule).expect("it is one");
        assert_eq!(limits(&rule), *expected);
    }
}
