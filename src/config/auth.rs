//! The section `auth`: the login method and its credentials, or the same from `ZENDESK_` variables. No message
//! shows a value.

use secrecy::SecretString;

use super::credential_mistakes::{
    PLACEHOLDER, UNSENDABLE, email_slip, is_placeholder, is_sendable, slip,
};
use super::secrets::Credentials;
use super::setting::{Location, Setting, Settings, Value, whole_path};
use super::sources::Sources;
use crate::source::Auth;

/// The variables for an account without a settings file, and the setting that each of them sets.
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

/// An account that environment variables describe.
pub(super) struct Shorthand {
    pub(super) account: Setting,
    /// The variables that were set.
    pub(super) variables: Vec<&'static str>,
}

/// The account that the environment describes; `None` if none of the variables is set. An empty variable counts as
/// not set. Every setting is located at its variable, also one that is not set, so that messages name the variable.
/// Example: if only `ZENDESK_CLIENT_ID` is set, the message is on `ZENDESK_SUBDOMAIN`.
pub(super) fn shorthand(sources: Sources<'_>, problems: &mut Vec<String>) -> Option<Shorthand> {
    let location = |variable: &str| Location::default().key(variable, None);
    let mut account = Settings::new();
    let mut auth = Settings::new();
    let mut variables = Vec::new();
    for (variable, key) in SHORTHAND {
        let value = sources
            .environment
            .get(*variable)
            .map_or("", String::as_str);
        if !value.is_empty() {
            variables.push(*variable);
        }
        let section = match *key {
            "subdomain" | "base_url" | "allow_http" => &mut account,
            _ => &mut auth,
        };
        let setting = if key.ends_with("_file") {
            let whole = whole_path(value, sources.working_directory, (key, None), problems);
            Setting::text(location(variable), &whole)
        } else {
            Setting::text(location(variable), value)
        };
        section.insert((*key).to_owned(), setting);
    }
    let auth = Setting::new(location("the ZENDESK_ variables"), Value::Section(auth));
    account.insert("auth".to_owned(), auth);
    let account = Setting::new(Location::default(), Value::Section(account));
    (!variables.is_empty()).then_some(Shorthand { account, variables })
}

/// Reads the credentials. `None` if the settings have none, several or wrong ones, which is added to `problems`.
pub(super) fn auth(credentials: &Credentials<'_>, problems: &mut Vec<String>) -> Option<Auth> {
    let section = &credentials.section;
    if section.has_unusable() {
        return None;
    }
    let problems_before = problems.len();
    let mut secret = |key| {
        credentials.secret(key).unwrap_or_else(|problem| {
            problems.push(problem);
            None
        })
    };
    let client_secret = secret("client_secret");
    let access_token = secret("access_token");
    let api_token = secret("api_token");
    let password = secret("password");
    let client_id = section.text("client_id");
    let email = section.text("email");
    for (key, text) in [("client_id", client_id), ("email", email)] {
        let Some(text) = text else { continue };
        let is_beside_token = key == "email" && api_token.is_some();
        if let Some(problem) = name_problem(key, text, is_beside_token) {
            problems.push(format!("{}: {problem}", section.locate(key)));
        }
    }
    // A secret that cannot be used would also be reported as missing.
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
            "{}: more than one login is set ({}); keep one",
            section.location,
            methods.join(", ")
        ));
        return None;
    }
    let given = Given {
        client_id: client_id.map(str::to_owned),
        client_secret,
        access_token,
        email: email.map(str::to_owned),
        api_token,
        password,
    };
    match given.into_auth() {
        Ok(auth) => Some(auth),
        Err(missing) => {
            problems.push(format!("{}: {missing}", section.location));
            None
        }
    }
}

/// Why no login is possible with this `client_id` or `email`. `is_beside_token` is true for an e-mail address with
/// an API token, for which a further rule applies.
fn name_problem(key: &str, text: &str, is_beside_token: bool) -> Option<&'static str> {
    if is_placeholder(text) {
        return Some(PLACEHOLDER);
    }
    if !is_sendable(text) {
        return Some(UNSENDABLE);
    }
    slip(key, text).or_else(|| is_beside_token.then(|| email_slip(text))?)
}

/// The credentials as the settings have them, before it is known whether they are complete.
struct Given {
    client_id: Option<String>,
    client_secret: Option<SecretString>,
    access_token: Option<SecretString>,
    email: Option<String>,
    api_token: Option<SecretString>,
    password: Option<SecretString>,
}

impl Given {
    /// The error is a message that names what is missing.
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
