//! Section `tls_server_config` of the web config file.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rustls::crypto::SupportedKxGroup;
use rustls::crypto::aws_lc_rs::{ALL_CIPHER_SUITES, kx_group};
use rustls::{SupportedCipherSuite, SupportedProtocolVersion, version};
use secrecy::SecretString;

use crate::config::known_keys::{Keys, Shape};
use crate::config::read::{Reader, quoted};
use crate::config::setting::Setting;
use Shape::{Scalar, Scalars};

/// Section `tls_server_config`.
#[derive(Debug)]
pub(in crate::server) struct TlsSettings {
    /// The certificate of the server, with the intermediate ones.
    pub(in crate::server) cert: Pem,
    /// Its key.
    pub(in crate::server) key: Pem,
    /// Which certificates clients need.
    pub(in crate::server) client_auth: ClientAuth,
    /// At least one.
    pub(in crate::server) versions: Vec<&'static SupportedProtocolVersion>,
    /// In order of preference; empty for the library's choice. TLS 1.3 keeps its own in any case.
    pub(in crate::server) cipher_suites: Vec<SupportedCipherSuite>,
    /// In order of preference; empty for the library's choice.
    pub(in crate::server) curves: Vec<&'static dyn SupportedKxGroup>,
    /// Whether the order of the server decides the cipher suite, not that of the client. Default true.
    pub(in crate::server) prefers_own_order: bool,
}

/// Where PEM text is.
#[derive(Clone, Debug)]
pub(in crate::server) enum Pem {
    /// In a file of its own.
    File(PathBuf),
    /// In the web config file, as the value of this key.
    Inline(&'static str, SecretString),
}

/// Which certificates clients need (`client_auth_type`).
#[derive(Debug)]
pub(in crate::server) enum ClientAuth {
    /// The server requests no certificate.
    NotRequested,
    /// Any certificate, whoever signed it.
    Requested {
        /// Whether a client without one is refused.
        required: bool,
    },
    /// A certificate that one of the authorities has signed.
    Verified {
        /// Whether a client without one is refused.
        required: bool,
        /// The authorities.
        authorities: Pem,
        /// The certificate must have one of these names; if this is empty, it can have any.
        allowed_sans: BTreeSet<String>,
    },
}

pub(super) const TLS: Keys = &[
    ("cert_file", Scalar("server.crt")),
    ("key_file", Scalar("server.key")),
    ("cert", Scalar("|")),
    ("key", Scalar("|")),
    ("client_auth_type", Scalar("RequireAndVerifyClientCert")),
    ("client_ca_file", Scalar("clients.crt")),
    ("client_ca", Scalar("|")),
    ("client_allowed_sans", Scalars("prometheus.example")),
    ("min_version", Scalar("TLS12")),
    ("max_version", Scalar("TLS13")),
    ("cipher_suites", Scalars("TLS_AES_128_GCM_SHA256")),
    ("curve_preferences", Scalars("X25519")),
    ("prefer_server_cipher_suites", Scalar("true")),
];

/// Reads the section; `None` if it is empty, or not good.
pub(super) fn tls(mut reader: Reader<'_>, directory: &Path) -> Option<TlsSettings> {
    // Nothing set, not even something that could not be used.
    reader.iter().next()?;
    let is_unusable = reader.has_unusable();
    let cert = pem(&mut reader, "cert", "cert_file", directory);
    let key = pem(&mut reader, "key", "key_file", directory);
    let authorities = pem(&mut reader, "client_ca", "client_ca_file", directory);
    let client_auth = client_auth(&mut reader, authorities, is_unusable);
    let versions = versions(&mut reader);
    let cipher_suites = several(&mut reader, "cipher_suites", &known_cipher_suites());
    let curves = several(
        &mut reader,
        "curve_preferences",
        &[
            ("X25519".to_owned(), kx_group::X25519),
            ("CurveP256".to_owned(), kx_group::SECP256R1),
            ("CurveP384".to_owned(), kx_group::SECP384R1),
            ("X25519MLKEM768".to_owned(), kx_group::X25519MLKEM768),
        ],
    );
    let prefers_own_order = reader.choice(
        "prefer_server_cipher_suites",
        &[("true", true), ("false", false)],
    );
    // Something that could not be used has been said already.
    for (pem, key, file_key) in [(&cert, "cert", "cert_file"), (&key, "key", "key_file")] {
        let is_said = is_unusable || reader.text(key).is_some();
        if pem.is_none() && !is_said {
            reader.problem(
                file_key,
                &format!(
                    "the setting is missing; TLS needs a certificate and its key, so set {file_key} or {key}"
                ),
            );
        }
    }
    Some(TlsSettings {
        cert: cert?,
        key: key?,
        client_auth,
        versions,
        cipher_suites,
        curves,
        prefers_own_order,
    })
}

/// PEM text that is either in the web config file or in a file beside it.
fn pem(
    reader: &mut Reader<'_>,
    key: &'static str,
    file_key: &str,
    directory: &Path,
) -> Option<Pem> {
    match (reader.text(key), reader.text(file_key)) {
        (Some(_), Some(_)) => {
            reader.problem(file_key, &format!("{key} is set too; remove one of them"));
            None
        }
        (Some(text), None) => Some(Pem::Inline(key, text.to_owned().into())),
        (None, Some(path)) => Some(Pem::File(directory.join(path))),
        (None, None) => None,
    }
}

fn client_auth(reader: &mut Reader<'_>, authorities: Option<Pem>, is_unusable: bool) -> ClientAuth {
    #[derive(Clone, Copy)]
    enum ClientAuthType {
        None,
        Any { required: bool },
        Signed { required: bool },
    }
    let wanted = reader.choice(
        "client_auth_type",
        &[
            ("NoClientCert", ClientAuthType::None),
            ("RequestClientCert", ClientAuthType::Any { required: false }),
            (
                "RequireAnyClientCert",
                ClientAuthType::Any { required: true },
            ),
            ("RequireClientCert", ClientAuthType::Any { required: true }),
            (
                "VerifyClientCertIfGiven",
                ClientAuthType::Signed { required: false },
            ),
            (
                "RequireAndVerifyClientCert",
                ClientAuthType::Signed { required: true },
            ),
        ],
    );
    let allowed_sans: BTreeSet<String> = reader
        .list("client_allowed_sans")
        .iter()
        .map(Setting::to_text)
        .collect();
    match (wanted, authorities) {
        (ClientAuthType::Signed { required }, Some(authorities)) => {
            return ClientAuth::Verified {
                required,
                authorities,
                allowed_sans,
            };
        }
        (ClientAuthType::Signed { .. }, None) => {
            let is_said = is_unusable || reader.text("client_ca").is_some();
            if !is_said {
                reader.problem(
                    "client_ca_file",
                    "the setting is missing; client_auth_type verifies client certificates, so set client_ca_file or client_ca",
                );
            }
        }
        (_, Some(_)) => reader.problem(
            "client_auth_type",
            "the value does not verify client certificates, but a client CA is set; set VerifyClientCertIfGiven or RequireAndVerifyClientCert",
        ),
        (_, None) => {}
    }
    if !allowed_sans.is_empty() && !matches!(wanted, ClientAuthType::Signed { .. }) {
        reader.problem(
            "client_allowed_sans",
            "the setting needs verified client certificates; set client_auth_type to VerifyClientCertIfGiven or RequireAndVerifyClientCert",
        );
    }
    match wanted {
        ClientAuthType::Any { required } => ClientAuth::Requested { required },
        ClientAuthType::None | ClientAuthType::Signed { .. } => ClientAuth::NotRequested,
    }
}

fn versions(reader: &mut Reader<'_>) -> Vec<&'static SupportedProtocolVersion> {
    /// The oldest first.
    const KNOWN: [(&str, &SupportedProtocolVersion); 2] =
        [("TLS12", &version::TLS12), ("TLS13", &version::TLS13)];
    let mut index = |key, default| {
        let wanted = "one of TLS12, TLS13 (older versions are unsafe and not supported)";
        reader.parsed(key, default, wanted, |text| {
            KNOWN.iter().position(|(name, _)| *name == text)
        })
    };
    let first = index("min_version", 0);
    let last = index("max_version", 1);
    if first > last {
        reader.problem(
            "min_version",
            "the value is later than max_version; lower min_version or raise max_version",
        );
    }
    KNOWN
        .iter()
        .take(last + 1)
        .skip(first)
        .map(|(_, version)| *version)
        .collect()
}

/// The cipher suites by the names that Go has for them.
fn known_cipher_suites() -> Vec<(String, SupportedCipherSuite)> {
    ALL_CIPHER_SUITES
        .iter()
        .filter_map(|suite| {
            let name = suite.suite().as_str()?;
            Some((name.replacen("TLS13_", "TLS_", 1), *suite))
        })
        .collect()
}

/// Several values of a set, in the order of the settings.
fn several<T: Copy>(reader: &mut Reader<'_>, key: &str, choices: &[(String, T)]) -> Vec<T> {
    let mut chosen = Vec::new();
    for element in reader.list(key) {
        let text = element.as_text();
        match choices.iter().find(|(name, _)| name == text) {
            Some((_, value)) => chosen.push(*value),
            None => {
                let names: Vec<&str> = choices.iter().map(|(name, _)| name.as_str()).collect();
                let names = names.join(", ");
                let problem = format!("{} is not one of {names}", quoted(text));
                reader.problem_at(&element.location, &problem);
            }
        }
    }
    chosen
}
