//! The way to log in that the settings describe. No sentence shows a value.

use secrecy::SecretString;

use super::Environment;
use super::secrets::Credentials;
use super::slips::{PLACEHOLDER, email_slip, is_placeholder, slip};
use super::tree::{Node, Tree};
use crate::source::Auth;

/// Variables of the shorthand for one account, and the settings they stand for.
const SHORTHAND: &[(&str, &str)] = &[
    ("ZENDESK_SUBDOMAIN", "subdomain"),
    ("ZENDESK_BASE_URL", "base_url"),
    ("ZENDESK_ALLOW_HTTP", "allow_http"),
    ("ZENDESK_CLIENT_ID", "client_id"),
    ("ZENDESK_CLIENT_SECRET", "client_secret"),
    ("ZENDESK_CLIENT_SECRET_FILE", "client_secret_file"),
    ("ZENDESK_ACCESS_TOKEN", "access_token"),
    ("ZENDESK_ACCESS_TOKEN_FILE", "access_token_file"),
    ("ZENDESK_EMAIL", "email"),
    ("ZENDESK_API_TOKEN", "api_token"),
    ("ZENDESK_API_TOKEN_FILE", "api_token_file"),
    ("ZENDESK_PASSWORD", "password"),
    ("ZENDESK_PASSWORD_FILE", "password_file"),
];

/// An account made of environment variables.
pub(super) struct Shorthand {
    pub(super) account: Tree,
    /// The variables that were set.
    pub(super) variables: Vec<&'static str>,
}

/// The account that the environment describes, if it sets any of the variables. Empty ones count
/// as not set.
pub(super) fn shorthand(environment: &Environment) -> Option<Shorthand> {
    let mut account = Tree::default();
    let mut auth = Tree::default();
    let mut variables = Vec::new();
    for (variable, key) in SHORTHAND {
        let Some(value) = environment.get(*variable).filter(|value| !value.is_empty()) else {
            continue;
        };
        variables.push(*variable);
        let section = match *key {
            "subdomain" | "base_url" | "allow_http" => &mut account,
            _ => &mut auth,
        };
        section
            .0
            .insert((*key).to_owned(), Node::Text(value.clone()));
    }
    account.0.insert("auth".to_owned(), Node::Section(auth));
    (!variables.is_empty()).then_some(Shorthand { account, variables })
}

/// A problem of the account that the environment describes, which was read at the path `""`: by the
/// variable that it is about.
pub(super) fn name_variable(problem: String) -> String {
    let path = problem.trim_start_matches('.');
    let path = path.strip_prefix("auth.").unwrap_or(path);
    let named = SHORTHAND.iter().find_map(|(variable, key)| {
        let rest = path.strip_prefix(key)?;
        rest.starts_with(':').then(|| format!("{variable}{rest}"))
    });
    let said = named.unwrap_or_else(|| match path.strip_prefix("auth: ") {
        Some(sentence) => format!("the ZENDESK_ variables: {sentence}"),
        None => path.to_owned(),
    });
    said.replace("allow_http: true", "ZENDESK_ALLOW_HTTP=true")
}

/// The way to log in that the settings describe. `None` if they describe none or several, which is
/// said in `problems`.
pub(super) fn auth(
    place: &str,
    credentials: &Credentials<'_>,
    problems: &mut Vec<String>,
) -> Option<Auth> {
    if credentials.section.has_unusable() {
        return None;
    }
    let problems_before = problems.len();
    let mut secret = |key| {
        credentials.secret(place, key).unwrap_or_else(|problem| {
            problems.push(problem);
            None
        })
    };
    let client_secret = secret("client_secret");
    let access_token = secret("access_token");
    let api_token = secret("api_token");
    let password = secret("password");
    let client_id = credentials.text("client_id");
    let email = credentials.text("email");
    for (key, text) in [("client_id", &client_id), ("email", &email)] {
        let Some(text) = text else { continue };
        let is_beside_token = key == "email" && api_token.is_some();
        if let Some(problem) = name_problem(key, text, is_beside_token) {
            problems.push(format!("{place}.{key}: {problem}"));
        }
    }
    if problems.len() > problems_before {
        return None;
    }

    let is_oauth = client_id.is_some() || client_secret.is_some();
    let is_basic = email.is_some() || api_token.is_some() || password.is_some();
    let methods: Vec<&str> = [
        (is_oauth, "client_id with client_secret"),
        (access_token.is_some(), "access_token"),
        (is_basic, "email with api_token or password"),
    ]
    .into_iter()
    .filter_map(|(is_set, method)| is_set.then_some(method))
    .collect();
    if methods.len() > 1 {
        problems.push(format!(
            "{place}: more than one login is set ({}); keep one",
            methods.join(", ")
        ));
        return None;
    }
    let given = Given {
        client_id,
        client_secret,
        access_token,
        email,
        api_token,
        password,
    };
    match given.into_auth() {
        Ok(auth) => Some(auth),
        Err(missing) => {
            problems.push(format!("{place}: {missing}"));
            None
        }
    }
}

/// Why nobody can log in by this `client_id` or `email`; the e-mail of an API token has a form of its
/// own.
fn name_problem(key: &str, text: &str, is_beside_token: bool) -> Option<&'static str> {
    if is_placeholder(text) {
        return Some(PLACEHOLDER);
    }
    if !is_sendable(text) {
        return Some(UNSENDABLE);
    }
    slip(key, text).or_else(|| is_beside_token.then(|| email_slip(text))?)
}

/// What the settings give of one way to log in.
struct Given {
    client_id: Option<String>,
    client_secret: Option<SecretString>,
    access_token: Option<SecretString>,
    email: Option<String>,
    api_token: Option<SecretString>,
    password: Option<SecretString>,
}

impl Given {
    /// The error says what is missing.
    fn into_auth(self) -> Result<Auth, &'static str> {
        match (self.client_id, self.client_secret, self.access_token) {
            (Some(client_id), Some(client_secret), _) => {
                return Ok(Auth::ClientCredentials {
                    client_id,
                    client_secret,
                });
            }
            (Some(_), None, _) => {
                return Err(
                    "client_id is set without client_secret; set client_secret or client_secret_file",
                );
            }
            (None, Some(_), _) => {
                return Err("client_secret is set without client_id; set client_id");
            }
            (None, None, Some(token)) => return Ok(Auth::AccessToken(token)),
            (None, None, None) => {}
        }
        match (self.email, self.api_token, self.password) {
            (_, Some(_), Some(_)) => Err("api_token and password are both set; keep one"),
            (Some(email), Some(api_token), None) => Ok(Auth::ApiToken { email, api_token }),
            (Some(email), None, Some(password)) => Ok(Auth::Password { email, password }),
            (Some(_), None, None) => {
                Err("email is set without api_token or password; set one of them")
            }
            (None, None, None) => Err(NO_CREDENTIALS),
            (None, ..) => Err("api_token or password is set without email; set email"),
        }
    }
}

const NO_CREDENTIALS: &str = "no credentials are set; set client_id and client_secret of an OAuth client (or access_token, or email with api_token or password)";

/// What is said of a value that is not [`is_sendable`].
pub(super) const UNSENDABLE: &str =
    "the value has characters that cannot be sent; use visible ASCII characters only";

/// Whether a value can be part of a request.
pub(super) fn is_sendable(text: &str) -> bool {
    text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}
