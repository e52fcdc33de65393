use super::*;

#[track_caller]
fn check(key: &str, value: &str, expected: Option<&str>) {
    let slip = slip(key, value);
    match (slip, expected) {
        (Some(slip), Some(part)) => assert!(slip.contains(part), "{value}: {slip}"),
        (slip, expected) => assert_eq!(slip, expected, "{key}: {value}"),
    }
    if let Some(slip) = slip {
        assert!(!slip.contains("hush"), "{slip}");
    }
}

#[test]
fn what_a_token_never_holds_is_told() {
    for key in ["client_secret", "access_token", "api_token", "client_id"] {
        for value in ["\"hush\"", "'hush'", "`hush`", "\"hush'", "\""] {
            check(key, value, Some("in quotation marks"));
        }
        for value in [" hush", "hush ", "hush\t", "\nhush", "hush\r\n", " 'hush'"] {
            check(key, value, Some("white space"));
        }
        for value in ["\"hush", "hush\"", "hu'sh", "`hush", "hush'", "hu\"\"sh"] {
            check(key, value, Some("contains a quotation mark"));
        }
        for value in [
            "Bearer hush",
            "bearer  hush",
            "BEARER hush",
            "Bearer:hush",
            "bearer: hush",
            "Bearer\thush",
            "bearer 'hush'",
        ] {
            check(key, value, Some("begins with Bearer"));
        }
        for value in ["Basic aHVzaA==", "basic:aHVzaA=="] {
            check(key, value, Some("begins with Basic"));
        }
        for value in ["Token hush", "token:hush"] {
            check(key, value, Some("the word Token"));
        }
        for value in ["Authorization: Bearer hush", "authorization Bearer hush"] {
            check(key, value, Some("name of the header"));
        }
        for value in ["Bearer", "bearer:", "BASIC", "token", "Authorization::"] {
            check(key, value, Some("the secret itself is missing"));
        }
        for value in [
            "a@b.example/token:hush",
            "a/TOKEN:hush",
            "a@b.example/token/:hush",
        ] {
            check(key, value, Some("a whole login"));
        }
    }
    check("api_token", "a@b.example:hush", Some("a whole login"));
    for value in ["hush/token", "hush/TOKEN", "/token"] {
        check("api_token", value, Some("ends in /token"));
    }
}

#[test]
fn a_value_to_be_replaced_is_known_by_its_word_alone() {
    for value in [
        "change-me",
        "CHANGE-ME",
        "Change-Me",
        " change-me\t",
        "\"change-me\"",
        "<change-me>",
        "change-me-0123456789",
        "change-me1",
        "my_change-me",
        "change-me@acme.example",
        "exchange-metrics change-me",
        "Bearer change-me",
    ] {
        assert!(is_placeholder(value), "{value}");
    }
    for value in [
        "exchange-metrics",
        "exchange-me",
        "change-metrics",
        "xchange-mex",
        "écchange-me",
        "change",
        "me",
        "change me",
        "",
    ] {
        assert!(!is_placeholder(value), "{value}");
    }
}

#[test]
fn what_a_token_may_hold_is_no_slip() {
    for value in [
        "hush",
        "ab  cd-efgh-ijkl",
        "abc/def+ghi=jkl",
        "bearer-of-news",
        "bearerhush",
        "Bearer_hush",
        "Basics",
        "tokens",
        "x",
        "",
        "a:b",
        "https://acme.example/token",
        "p@ss:word",
        "Ünïcode",
    ] {
        check("access_token", value, None);
    }
}

#[test]
fn an_address_is_told_of_what_it_never_holds() {
    check("email", "'a@b.example'", Some("in quotation marks"));
    check("email", "a@b.example ", Some("white space"));
    for email in ["a@b.example'", "a@b.example\"", "a@b.example`"] {
        check("email", email, Some("contains a quotation mark"));
    }
    check("email", "o'hara@b.example", None);
    check("email", "\"a b\"@b.example", None);
    check("email", "basic @b.example", None);
    check("email", "a@b.example", None);
    for value in [
        "a@b.example/token:hush",
        "a@b.example/TOKEN:",
        "a@b.example:hush",
        "a/token:hush",
        "\"x:y\"@b.example:hush",
    ] {
        check("email", value, Some("a whole login"));
    }
    check("email", "\"x:y\"@b.example", None);
    for email in [
        "a@b.example/token",
        "a@b.example/TOKEN",
        "a@b.example/token/",
        "a@b.example/token//",
        "/token",
    ] {
        assert!(email_slip(email).is_some(), "{email}");
    }
    for email in [
        "a@b.example",
        "a@b.example/",
        "a/token@b.example",
        "token",
        "é/toke",
    ] {
        assert_eq!(email_slip(email), None, "{email}");
    }
}

#[test]
fn a_password_may_be_anything_and_is_only_doubted() {
    let doubts = |email: &str, password: &str| {
        doubts(&Auth::Password {
            email: email.to_owned(),
            password: password.into(),
        })
    };
    assert_eq!(doubts("a@b.example", "hush"), [""; 0]);
    assert_eq!(
        doubts("a@b.example", "'hush'"),
        [
            "auth.password: the value is in quotation marks, and Zendesk would receive them; remove them, unless the password really is like this"
        ]
    );
    assert_eq!(doubts("a@b.example", "Basic Instinct").len(), 1);
    assert_eq!(doubts("a@b.example", "token:hush").len(), 1);
    assert_eq!(
        doubts("a@b.example", "hush/token"),
        [
            "auth.password: the value ends in /token, which the exporter adds to the e-mail address; remove it, unless the password really is like this"
        ]
    );
    assert_eq!(doubts("a@b.example", "bearer:hush").len(), 1);
    for password in ["\"hush", "hu'sh", "hush`"] {
        assert_eq!(doubts("a@b.example", password), [""; 0], "{password}");
    }
    assert_eq!(doubts("a@b.example/token", " hush").len(), 2);
    assert!(doubts("a@b.example/token", "hush")[0].contains("set api_token instead of password"));
    let token = Auth::AccessToken("'hush'".into());
    assert_eq!(super::doubts(&token), [""; 0]);
}
