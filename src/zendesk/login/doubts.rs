//! Decides whether a token that a lookup was refused with should be replaced.
//!
//! PURE. Only requests for tickets decide whether a token still works: an endpoint that refuses every token must
//! not make the poller log in again and again. But an expired token may be refused by another endpoint first. So the
//! first refusal of an endpoint requests the next token, once.
//!
//! Example: the search refuses token 1. The lookups request token 2 and send the search again. If it refuses token
//! 2 as well, the search itself refuses, and no third token is requested until the search has accepted one.

use std::collections::HashMap;

use crate::source::Endpoint;

/// The number of a token: how many tokens preceded it.
pub(in crate::zendesk) type TokenNumber = u64;

/// The refusals of endpoints other than the export that have accepted no token since.
#[derive(Debug, Default)]
pub(in crate::zendesk) struct Doubts {
    /// The token that each of these endpoints refused last.
    refused: HashMap<Endpoint, TokenNumber>,
    /// The token that should be replaced.
    doubted: Option<TokenNumber>,
}

impl Doubts {
    /// Records that `endpoint` refused the token `sent` while `present` is in use. Returns whether to send the
    /// request again with the next token. If not, the endpoint itself refuses.
    pub(in crate::zendesk) fn on_refused(
        &mut self,
        endpoint: Endpoint,
        sent: TokenNumber,
        present: TokenNumber,
    ) -> bool {
        // It has refused a token before and has accepted none since.
        if self.refused.insert(endpoint, sent).is_some() {
            return false;
        }
        // Another token may have replaced it while the answer was on its way.
        if sent == present {
            self.doubted = Some(sent);
        }
        true
    }

    /// Records that `endpoint` accepted a token.
    pub(in crate::zendesk) fn on_accepted(&mut self, endpoint: Endpoint) {
        self.refused.remove(&endpoint);
    }

    /// Whether another token than `present` is wanted.
    pub(in crate::zendesk) fn is_doubted(&self, present: TokenNumber) -> bool {
        self.doubted == Some(present)
    }

    /// Records that no other token is available, so the present one stays in use.
    pub(in crate::zendesk) const fn on_renewal(&mut self) {
        self.doubted = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticket::NamedSet;

    const COUNT: Endpoint = Endpoint::SearchCount;

    #[test]
    fn the_first_refusal_asks_for_another_token_and_the_second_does_not() {
        let mut doubts = Doubts::default();
        assert!(!doubts.is_doubted(1));
        assert!(doubts.on_refused(COUNT, 1, 1));
        assert!(doubts.is_doubted(1));
        doubts.on_renewal();
        assert!(!doubts.on_refused(COUNT, 2, 2));
        assert!(!doubts.is_doubted(2));
        // Nor do later ones, by whatever token.
        assert!(!doubts.on_refused(COUNT, 9, 9));
        assert!(!doubts.is_doubted(9));
    }

    #[test]
    fn an_endpoint_that_took_the_next_token_may_ask_for_another_later() {
        let mut doubts = Doubts::default();
        assert!(doubts.on_refused(COUNT, 1, 1));
        doubts.on_renewal();
        doubts.on_accepted(COUNT);
        assert!(doubts.on_refused(COUNT, 2, 2));
        assert!(doubts.is_doubted(2));
    }

    #[test]
    fn a_token_that_was_replaced_meanwhile_asks_for_none() {
        let mut doubts = Doubts::default();
        assert!(doubts.on_refused(COUNT, 1, 2));
        assert!(!doubts.is_doubted(2));
        assert!(!doubts.on_refused(COUNT, 2, 2));
    }

    #[test]
    fn without_another_token_the_present_one_has_to_do() {
        let mut doubts = Doubts::default();
        assert!(doubts.on_refused(COUNT, 1, 1));
        doubts.on_renewal();
        assert!(!doubts.is_doubted(1));
        assert!(!doubts.on_refused(COUNT, 1, 1));
        // Another endpoint may have its own doubts.
        assert!(doubts.on_refused(Endpoint::Names(NamedSet::Group), 1, 1));
    }
}
