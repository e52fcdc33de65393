//! Faults and refusals, set by hand: of the exports, or of one endpoint of the lists.

use hyper::Method;

use super::super::account::Account;
use super::super::answer::{self, Answer};
use super::super::request::Query;
use crate::faults::Fault;
use crate::list_faults::{ListEndpoint, ListFault};

/// Which answers are meant.
#[derive(Clone, Copy, Debug)]
enum Of {
    Exports,
    List(ListEndpoint),
}

impl Of {
    /// What the parameter `of` names; the exports without it.
    fn asked(query: &Query) -> Result<Self, String> {
        match query.get("of").map(String::as_str) {
            None | Some("exports") => Ok(Self::Exports),
            Some(name) => ListEndpoint::from_name(name)
                .map(Self::List)
                .ok_or_else(|| {
                    let known = ListEndpoint::ALL.map(ListEndpoint::name).join(", ");
                    format!("the parameter of is unknown; the values are exports, {known}\n")
                }),
        }
    }
}

/// Answers `method /simulator/fault` and `method /simulator/refusal`.
pub(super) fn answer(account: &mut Account, method: &Method, path: &str, query: &Query) -> Answer {
    let done = match (method.as_str(), path) {
        ("POST", "fault") => set_fault(account, query),
        ("DELETE", "fault") => {
            account.clear_faults();
            Ok(())
        }
        ("POST", "refusal") => refuse(account, query),
        ("DELETE", "refusal") => Of::asked(query).map(|of| set_refusal(account, of, None)),
        _ => Err("the methods are POST and DELETE\n".to_owned()),
    };
    match done {
        Ok(()) => answer::text(200, "ok\n"),
        Err(text) => answer::with_type(400, "text/plain", text),
    }
}

fn set_fault(account: &mut Account, query: &Query) -> Result<(), String> {
    let count = query.get("count").and_then(|count| count.parse().ok());
    let answers = count.unwrap_or(1);
    let Some(name) = query.get("name") else {
        return Err("the parameter name is missing, e.g. ?name=429&count=3\n".to_owned());
    };
    let unknown = |unknown| format!("{unknown}\n");
    match Of::asked(query)? {
        Of::Exports => {
            let fault: Fault = name.parse().map_err(unknown)?;
            account.faults.set(fault, answers);
        }
        Of::List(endpoint) => {
            let fault: ListFault = name.parse().map_err(unknown)?;
            account.lists.faults_of(endpoint).set(fault, answers);
        }
    }
    Ok(())
}

fn refuse(account: &mut Account, query: &Query) -> Result<(), String> {
    let status = query.get("status").map_or(Ok(403), |status| status.parse());
    let status = status.ok().filter(|status| (400..600).contains(status));
    let Some(status) = status else {
        return Err(
            "the parameter status is not from 400 to 599, e.g. ?of=exports&status=403\n".to_owned(),
        );
    };
    set_refusal(account, Of::asked(query)?, Some(status));
    Ok(())
}

const fn set_refusal(account: &mut Account, of: Of, status: Option<u16>) {
    match of {
        Of::Exports => account.exports_refused = status,
        Of::List(endpoint) => account.lists.refused[endpoint as usize] = status,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Options;

    fn asked(account: &mut Account, method: &Method, path: &str, query: &str) -> u16 {
        let query = url::form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect();
        answer(account, method, path, &query).status().as_u16()
    }

    #[test]
    fn refusals_and_faults_are_set_by_hand() {
        let mut account = Account::new(&Options::manual(1_000));
        let post = Method::POST;
        for (path, query, status) in [
            ("refusal", "of=exports&status=410", 200),
            ("refusal", "of=show_many", 200),
            ("refusal", "of=exports&status=200", 400),
            ("refusal", "of=groups", 400),
            ("fault", "of=tickets&name=out-of-order&count=2", 200),
            ("fault", "name=503", 200),
            ("fault", "name=out-of-order", 400),
            ("fault", "of=tickets", 400),
        ] {
            let told = asked(&mut account, &post, path, query);
            assert_eq!(told, status, "{path}?{query}");
        }
        assert_eq!(account.exports_refused, Some(410));
        assert_eq!(account.lists.refused, [None, None, Some(403), None]);
        let faults = account.lists.faults_of(ListEndpoint::Tickets);
        assert_eq!(faults.peek(), Some(ListFault::OutOfOrder));
        assert_eq!(account.faults.peek(), Some(Fault::Unavailable));

        asked(&mut account, &Method::DELETE, "fault", "");
        asked(&mut account, &Method::DELETE, "refusal", "");
        let faults = account.lists.faults_of(ListEndpoint::Tickets);
        assert_eq!((faults.take_next(), account.exports_refused), (None, None));
        assert_eq!(asked(&mut account, &Method::PUT, "fault", ""), 400);
    }
}
