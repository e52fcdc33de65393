use super::*;
use crate::source::{Login, TokenUse};
use crate::ticket::NamedSet;

fn oauth() -> Authenticator {
    Authenticator::new(Auth::ClientCredentials {
        client_id: "exporter".to_owned(),
        client_secret: "hush".into(),
    })
    .expect("credentials that can be sent")
}

fn token(life_seconds: Option<i64>) -> TokenAnswer {
    TokenAnswer {
        access_token: "t0ken".to_owned(),
        life_seconds,
    }
}

fn at(seconds: i64) -> Moment {
    Moment {
        monotonic: Duration::from_secs(seconds.unsigned_abs()),
        wall_ms: seconds.saturating_mul(1000),
    }
}

#[test]
fn a_token_is_renewed_at_four_fifths_of_its_life() {
    let authenticator = oauth();
    assert_eq!(
        authenticator.login(TokenUse::Tickets, at(10_000)),
        Login::Required
    );
    let ends = authenticator.accept(token(Some(1800)), at(10_000));
    assert_eq!(ends.expect("sendable"), Some(UnixSeconds(11_800)));
    assert_eq!(
        authenticator.login(TokenUse::Tickets, at(11_439)),
        Login::NotNeeded
    );
    assert_eq!(
        authenticator.login(TokenUse::Tickets, at(11_440)),
        Login::Advised
    );
    assert_eq!(
        authenticator.login(TokenUse::Tickets, at(11_800)),
        Login::Required
    );
}

#[test]
fn a_token_without_an_end_is_kept() {
    let authenticator = oauth();
    let ends = authenticator.accept(token(None), at(0));
    assert_eq!(ends.expect("sendable"), None);
    assert_eq!(
        authenticator.login(TokenUse::Tickets, at(i64::MAX)),
        Login::NotNeeded
    );
}

#[test]
fn of_two_tokens_refused_in_a_row_only_the_first_may_have_ended() {
    let authenticator = oauth();
    let accept = || {
        let accepted = authenticator.accept(token(None), at(0));
        accepted.expect("sendable");
    };
    let refuse = || {
        authenticator.on_refused(
            TokenUse::Tickets,
            Endpoint::TicketsCursor,
            authenticator.header().1,
        )
    };
    accept();
    assert!(refuse());
    assert_eq!(
        authenticator.login(TokenUse::Tickets, at(0)),
        Login::Required
    );
    accept();
    assert!(!refuse());
    accept();
    authenticator.on_accepted(TokenUse::Tickets, Endpoint::TicketsCursor);
    assert!(refuse());
}

#[test]
fn a_list_that_refuses_every_token_leaves_the_one_that_another_endpoint_accepts() {
    let authenticator = oauth();
    let tickets = TokenUse::Tickets;
    let (export, deleted) = (Endpoint::TicketsCursor, Endpoint::DeletedTickets);
    let renew = || {
        let accepted = authenticator.accept(token(None), at(0));
        accepted.expect("sendable");
    };
    let refuse = |endpoint| authenticator.on_refused(tickets, endpoint, authenticator.header().1);
    let login = || authenticator.login(tickets, at(0));
    renew();
    authenticator.on_accepted(tickets, export);
    // The token may have ended since.
    assert!(refuse(deleted));
    assert_eq!(login(), Login::Required);
    renew();
    authenticator.on_accepted(tickets, export);
    for _ in 0..3 {
        assert!(!refuse(deleted));
        assert_eq!(login(), Login::NotNeeded);
    }
    // The export decides for itself, and so does the list once it has accepted a token.
    assert!(refuse(export));
    assert_eq!(login(), Login::Required);
    renew();
    authenticator.on_accepted(tickets, deleted);
    assert!(refuse(deleted));
    assert_eq!(login(), Login::Required);
    renew();
    assert!(!refuse(deleted));
    assert_eq!(login(), Login::Required);
}

#[test]
fn a_refusal_of_a_token_that_was_replaced_meanwhile_leaves_the_present_one() {
    let authenticator = oauth();
    let accept = || {
        let accepted = authenticator.accept(token(None), at(0));
        accepted.expect("sendable");
        authenticator.header().1
    };
    let first = accept();
    let second = accept();
    // However often: requests that were under way with it say nothing of the second one.
    for _ in 0..2 {
        assert!(authenticator.on_refused(TokenUse::Tickets, Endpoint::TicketsCursor, first));
        assert_eq!(
            authenticator.login(TokenUse::Tickets, at(0)),
            Login::NotNeeded
        );
    }
    // But that is now the second token that is refused in a row.
    assert!(!authenticator.on_refused(TokenUse::Tickets, Endpoint::TicketsCursor, second));
    assert_eq!(
        authenticator.login(TokenUse::Tickets, at(0)),
        Login::Required
    );
    let (header, _) = authenticator.header();
    assert!(header.is_none());
}

#[test]
fn an_api_token_is_sent_as_zendesk_wants_it() {
    let authenticator = Authenticator::new(Auth::ApiToken {
        email: "a@b.example".to_owned(),
        api_token: "key".into(),
    })
    .expect("credentials that can be sent");
    let header = authenticator.header().0.expect("a fixed header");
    assert!(header.is_sensitive());
    let expected = format!("Basic {}", STANDARD.encode("a@b.example/token:key"));
    assert_eq!(header.to_str().expect("ASCII"), expected);
}

#[test]
fn every_secret_that_was_in_use_is_kept_from_being_shown() {
    let authenticator = oauth();
    let shown = |number: usize| format!("{number:04}").repeat(4);
    let accept = |number: usize| {
        let answer = TokenAnswer {
            access_token: shown(number),
            life_seconds: None,
        };
        let accepted = authenticator.accept(answer, at(0));
        accepted.expect("sendable");
    };
    let are_in = |words: &str| authenticator.secrets().are_in(words.as_bytes());
    assert!(are_in("hush is wrong"));
    assert!(!are_in(&shown(1)));
    for number in 1..=SECRETS_BEFORE_MAX + 1 {
        accept(number);
        assert!(are_in(&shown(number)), "the present one");
    }
    authenticator.on_refused(
        TokenUse::Tickets,
        Endpoint::TicketsCursor,
        authenticator.header().1,
    );
    assert!(are_in(&shown(SECRETS_BEFORE_MAX + 1)), "one just refused");
    assert!(are_in(&shown(2)), "one of before");
    assert!(!are_in(&shown(1)), "no more than are remembered");

    let other = Authenticator::new(Auth::AccessToken("another-secret".into()));
    let other = other.expect("credentials that can be sent");
    other.follow(&authenticator);
    let secrets = other.secrets();
    for words in ["another-secret", "hush", &shown(SECRETS_BEFORE_MAX + 1)] {
        assert!(secrets.are_in(words.as_bytes()), "{words}");
    }
}

#[test]
fn a_neighbour_that_refuses_a_token_gets_the_next_one_and_the_export_keeps_its_own() {
    let authenticator = oauth();
    let now = at(0);
    let accept = || authenticator.accept(token(None), now).expect("sendable");
    accept();
    let (_, sent) = authenticator.header();
    assert!(authenticator.on_refused(TokenUse::Lookups, Endpoint::Names(NamedSet::Group), sent));
    assert_eq!(
        authenticator.login(TokenUse::Tickets, now),
        Login::NotNeeded
    );
    assert_eq!(authenticator.login(TokenUse::Lookups, now), Login::Required);
    accept();
    authenticator.on_next_token_refused();
    assert_eq!(
        authenticator.login(TokenUse::Lookups, now),
        Login::NotNeeded
    );
    let (_, sent) = authenticator.header();
    assert!(!authenticator.on_refused(TokenUse::Lookups, Endpoint::Names(NamedSet::Group), sent));
    assert_eq!(
        authenticator.login(TokenUse::Lookups, now),
        Login::NotNeeded
    );
}

#[test]
fn a_fixed_token_has_no_next_one() {
    let fixed = Authenticator::new(Auth::AccessToken("t0ken".into()));
    let fixed = fixed.expect("credentials that can be sent");
    assert!(!fixed.on_refused(
        TokenUse::Lookups,
        Endpoint::Names(NamedSet::Group),
        fixed.header().1
    ));
    assert_eq!(fixed.login(TokenUse::Lookups, at(0)), Login::NotNeeded);
}

#[test]
fn a_wall_clock_that_is_set_neither_ends_a_token_nor_keeps_it_alive() {
    const YEARS_MS: i64 = 2 * 365 * 24 * 3600 * 1000;
    let authenticator = oauth();
    let accepted = authenticator.accept(token(Some(1800)), at(10_000));
    accepted.expect("sendable");
    for jump in [-YEARS_MS, YEARS_MS] {
        let set = |seconds| Moment {
            wall_ms: at(seconds).wall_ms + jump,
            ..at(seconds)
        };
        assert_eq!(
            authenticator.login(TokenUse::Tickets, set(11_439)),
            Login::NotNeeded
        );
        assert_eq!(
            authenticator.login(TokenUse::Tickets, set(11_800)),
            Login::Required
        );
    }
}

#[test]
fn a_secret_of_three_characters_is_known_in_the_login_that_is_sent() {
    let login = |auth: Auth| Authenticator::new(auth).expect("can be sent").secrets();
    let email = || "a@b.example".to_owned();
    let by_password = login(Auth::Password {
        email: email(),
        password: "pw1".into(),
    });
    let by_token = login(Auth::ApiToken {
        email: email(),
        api_token: "tk1".into(),
    });
    for (secrets, pair, other) in [
        (&by_password, "a@b.example:pw1", "a@b.example:pw2"),
        (&by_token, "a@b.example/token:tk1", "a@b.example/token:tk2"),
    ] {
        let encoded = STANDARD.encode(pair);
        for words in [
            format!("Basic {encoded}"),
            format!("x{encoded}"),
            format!("Basic {}", encoded.to_lowercase()),
            format!("seen: {}", pair.replace('@', "%40")),
        ] {
            assert!(secrets.are_in(words.as_bytes()), "{words}");
        }
        for words in [
            "a@b.example may not read this".to_owned(),
            format!("Basic {}", STANDARD.encode(other)),
        ] {
            assert!(!secrets.are_in(words.as_bytes()), "{words}");
        }
    }
}
