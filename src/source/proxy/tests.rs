use std::os::unix::ffi::OsStringExt as _;

use secrecy::ExposeSecret;

use super::*;

/// The problem with these variables, for requests to `base_url`.
fn problem(base_url: &str, set: &[(&str, &[u8])]) -> Option<String> {
    let variable = |wanted: &str| {
        let (_, value) = set.iter().find(|(name, _)| *name == wanted)?;
        Some(OsString::from_vec(value.to_vec()))
    };
    proxy_in_use(&base_url.parse().expect("a URL"), &variable).err()
}

const ACME: &str = "https://acme.zendesk.com";

/// With these variables, the one of that name is to blame, and its value is not quoted.
#[track_caller]
fn blamed(set: &[(&str, &[u8])], name: Option<&str>) {
    let problem = problem(ACME, set);
    let told = problem.as_deref().and_then(|words| words.split(' ').next());
    assert_eq!(told, name, "{set:?}: {problem:?}");
    let words = problem.unwrap_or_default();
    for part in ["cret", "nonsense", "8080"] {
        assert!(!words.contains(part), "{words}");
    }
}

#[test]
fn an_address_that_the_client_can_use_is_no_problem() {
    for value in [
        "",
        "http://p:8080",
        "HTTP://P:80",
        "https://p:8443",
        "p:8080",
        "p",
        "http://p:",
        "http://p:8080/",
        "http://user:p%40ss@p:80",
        "user:pass@p:80",
        "http://user@p:80",
        "http://@p:80",
        "http://[::1]:80",
        "10.0.0.1:3128",
        "http://my_proxy.internal:3128",
    ] {
        blamed(&[("HTTPS_PROXY", value.as_bytes())], None);
    }
}

#[test]
fn a_value_that_the_client_leaves_out_or_misreads_is_told_by_name() {
    for value in [
        "::nonsense",
        " ",
        "http://p:80\n",
        "http://p:80 ",
        "\"http://p:80\"",
        "http:/p:80",
        "http//p:80",
        "//p:80",
        "p:8080/",
        "http://",
        "http://:80",
        "http://user:secret@:80",
        "http://p:99999",
        "http://p:port",
        "http://p:80:90",
        "http://pr\u{f6}xy:80",
        "http://p,http://q",
        "http://user:se@cret@p:80",
        "http://user:se#cret@p:80",
        "http://user:1/cret@p:80",
        "http://user:se cret@p:80",
        "http://user:p%zzcret@p:80",
        "http://user:cret%@p:80",
        "http://user:cret%4@p:80",
        "http://us%er:cret@p:80",
        "http://-",
        "http://..:80",
        "http://user:secret@_:80",
        "ftp://p:21",
        "socks5://p:1080",
        "socks5h://user:secret@p:1080",
    ] {
        for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
            blamed(&[(name, value.as_bytes())], Some(name));
        }
    }
    for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        blamed(&[(name, b"http://p\xff:80")], Some(name));
    }
}

#[test]
fn every_variable_that_is_set_is_read_and_the_one_that_would_be_used_first() {
    let good: &[u8] = b"http://p:80";
    let bad: &[u8] = b"::nonsense";
    for name in [
        "ALL_PROXY",
        "all_proxy",
        "https_proxy",
        "HTTP_PROXY",
        "http_proxy",
    ] {
        blamed(&[("HTTPS_PROXY", good), (name, bad)], Some(name));
        blamed(&[("HTTPS_PROXY", b""), (name, bad)], Some(name));
        blamed(&[("HTTPS_PROXY", good), (name, b"\xff")], Some(name));
        blamed(&[("HTTPS_PROXY", good), (name, b"")], None);
    }
    // Another kind of proxy can be read, and is not used.
    let socks: &[u8] = b"socks5h://127.0.0.1:1080";
    blamed(&[("HTTPS_PROXY", good), ("ALL_PROXY", socks)], None);
    blamed(&[("HTTP_PROXY", socks)], None);
    blamed(
        &[("HTTPS_PROXY", bad), ("ALL_PROXY", good)],
        Some("HTTPS_PROXY"),
    );
    blamed(
        &[("HTTPS_PROXY", b""), ("ALL_PROXY", bad)],
        Some("ALL_PROXY"),
    );
    // The client would go on to the second one.
    blamed(
        &[("HTTPS_PROXY", b"\xff"), ("https_proxy", good)],
        Some("HTTPS_PROXY"),
    );
    blamed(&[("HTTP_PROXY", bad)], Some("HTTP_PROXY"));
    blamed(&[("HTTPS_PROXY", bad), ("REQUEST_METHOD", b"GET")], None);
}

#[test]
fn a_variable_that_cannot_be_read_is_told_whatever_the_address_is() {
    let bad: [(&str, &[u8]); 2] = [("HTTP_PROXY", b"::nonsense"), ("HTTPS_PROXY", b"::")];
    for address in [
        "http://127.0.0.1:8080",
        "https://localhost",
        "https://[::1]:8443",
    ] {
        for bad in bad {
            let told = problem(address, &[bad]).unwrap_or_default();
            assert!(told.starts_with(bad.0), "{address}: {told}");
        }
        let socks: &[u8] = b"socks5h://127.0.0.1:1080";
        let socks = [("HTTPS_PROXY", socks), ("ALL_PROXY", socks)];
        assert_eq!(problem(address, &socks), None, "{address}");
    }
    let told = problem("http://desk.internal", &bad);
    assert_eq!(
        told.as_deref(),
        Some(
            "HTTP_PROXY in the environment is not the URL of a proxy; write it as http://host:port, with special characters of a password percent-encoded"
        )
    );
}

#[test]
fn an_exception_for_the_host_is_read_or_told() {
    let check = |listed: &[u8], proxy: &[u8], name: Option<&str>| {
        blamed(&[("HTTPS_PROXY", proxy), ("NO_PROXY", listed)], name);
    };
    // What is excepted needs no proxy, but a variable that cannot be read is told all the same.
    for listed in [
        "*",
        "acme.zendesk.com",
        "zendesk.com",
        ".ZENDESK.com, 10.0.0.0/8",
    ] {
        check(listed.as_bytes(), b"socks5://p:1080", None);
        check(listed.as_bytes(), b"::nonsense", Some("HTTPS_PROXY"));
    }
    // Others are nobody's business here, however they are written.
    for listed in [
        "",
        "*.internal",
        "10.0.0.0/99",
        "other.zendesk.com:443",
        "desk.com",
    ] {
        check(listed.as_bytes(), b"http://p:80", None);
        check(listed.as_bytes(), b"::nonsense", Some("HTTPS_PROXY"));
    }
    for listed in [
        "*.zendesk.com",
        "*zendesk.com",
        "acme.zendesk.com:443",
        "https://acme.zendesk.com/",
        "acme.zendesk.com.",
        "localhost acme.zendesk.com",
        "localhost;.zendesk.com",
        "localhost *",
    ] {
        check(listed.as_bytes(), b"http://p:80", Some("NO_PROXY"));
        blamed(&[("NO_PROXY", listed.as_bytes())], None);
    }
    check(b"\xff", b"http://p:80", Some("NO_PROXY"));
    blamed(
        &[("no_proxy", b"\xff"), ("ALL_PROXY", b"p")],
        Some("no_proxy"),
    );
    blamed(&[("NO_PROXY", b"\xff")], None);
}

/// What no answer may show with these variables.
#[track_caller]
fn secrets(base_url: &str, set: &[(&str, &str)]) -> Vec<String> {
    let variable = |wanted: &str| {
        let (_, value) = set.iter().find(|(name, _)| *name == wanted)?;
        Some(OsString::from(*value))
    };
    let proxy = proxy_in_use(&base_url.parse().expect("a URL"), &variable);
    let proxy = proxy.expect("readable");
    let secrets = proxy.iter().flat_map(ProxyInUse::secrets);
    let secrets = secrets.map(ExposeSecret::expose_secret);
    secrets.map(str::to_owned).collect()
}

#[test]
fn the_login_of_the_proxy_in_use_is_a_secret_in_every_form() {
    let of = |value: &str| secrets(ACME, &[("HTTPS_PROXY", value)]);
    let expected = ["user:p@ss", "dXNlcjpwQHNz", "p@ss"];
    assert_eq!(of("http://user:p%40ss@p:80"), expected);
    assert_eq!(of("user:p%40ss@p"), expected);
    assert_eq!(of("http://:x@p:80"), [":x", "Ong=", "x"]);
    // A name is none, a token is.
    assert_eq!(of("http://user@p:80"), [""; 0]);
    assert_eq!(of("http://user:@p:80"), [""; 0]);
    let token = ["a-long-token:", "YS1sb25nLXRva2VuOg=="];
    assert_eq!(of("http://a-long-token@p:80"), token);
    for none in ["http://p:80", "http://@p:80", ""] {
        assert_eq!(of(none), [""; 0], "{none}");
    }
}

#[test]
fn the_login_of_a_proxy_that_is_not_in_use_is_none() {
    let (one, other) = ("http://u:first@p:80", "http://u:second@q:80");
    let both = [("HTTPS_PROXY", one), ("ALL_PROXY", other)];
    assert_eq!(secrets(ACME, &both)[2], "first");
    assert_eq!(secrets("http://desk.internal", &both)[2], "second");
    assert_eq!(secrets("https://localhost", &both), [""; 0]);
    let excepted = [("HTTPS_PROXY", one), ("NO_PROXY", ".zendesk.com")];
    assert_eq!(secrets(ACME, &excepted), [""; 0]);
    let in_cgi = [("HTTPS_PROXY", one), ("REQUEST_METHOD", "GET")];
    assert_eq!(secrets(ACME, &in_cgi), [""; 0]);
}

#[test]
fn the_proxy_in_use_is_named_with_its_variable_and_without_its_login() {
    for (name, value, expected) in [
        (
            "HTTPS_PROXY",
            "http://127.0.0.1:1",
            "127.0.0.1:1 (HTTPS_PROXY)",
        ),
        ("https_proxy", "user:s3cret@p:80", "p:80 (https_proxy)"),
        ("ALL_PROXY", "http://user@p", "p (ALL_PROXY)"),
        ("all_proxy", "https://[::1]:80", "[::1]:80 (all_proxy)"),
    ] {
        let variable = |wanted: &str| (wanted == name).then(|| OsString::from(value));
        let proxy = proxy_in_use(&ACME.parse().expect("a URL"), &variable);
        let proxy = proxy.expect("readable").expect("a proxy");
        assert_eq!(proxy.named, expected);
    }
}
