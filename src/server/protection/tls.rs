//! TLS by the settings of the web config file.

use std::path::Path;
use std::sync::Arc;

use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls::{Error, RootCertStore, ServerConfig};
use secrecy::{ExposeSecret as _, SecretString};

use super::client_certificates::ClientCertificates;
use crate::config::file::read_bounded;
use crate::server::web_file::{ClientAuth, Pem, TlsSettings};

/// The longest file of certificates or keys.
const PEM_BYTES_MAX: u64 = 1024 * 1024;

/// What rustls needs for the handshakes with clients. Reads the files that `settings` name.
///
/// # Errors
///
/// A sentence that names the file or the setting, and shows nothing of its content.
pub(super) fn server_config(settings: &TlsSettings) -> Result<ServerConfig, String> {
    let chain = certificates(&settings.cert)?;
    let key = private_key(&settings.key)?;
    let provider = provider(settings);
    let verifier = client_verifier(&settings.client_auth, &provider)?;
    let mut config = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(&settings.versions)
        .map_err(|_| NO_HANDSHAKE.to_owned())?
        .with_client_cert_verifier(verifier)
        .with_single_cert(chain, key)
        .map_err(|error| {
            let (cert, key) = (name_of(&settings.cert), name_of(&settings.key));
            let why = match error {
                Error::InconsistentKeys(_) => "the key does not belong to the certificate",
                _ => "the certificate or the type of its key is not supported",
            };
            format!("cannot use {cert} with {key}: {why}")
        })?;
    config.ignore_client_order = settings.prefers_own_order;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

const NO_HANDSHAKE: &str = "tls_server_config: min_version, max_version, cipher_suites and curve_preferences exclude every TLS handshake; allow more of them";

fn provider(settings: &TlsSettings) -> Arc<CryptoProvider> {
    let mut provider = aws_lc_rs::default_provider();
    if !settings.cipher_suites.is_empty() {
        let is_wanted = |suite: &rustls::SupportedCipherSuite| {
            // As in Go, `cipher_suites` does not apply to TLS 1.3, all of whose suites are safe.
            suite.tls13().is_some() || settings.cipher_suites.contains(suite)
        };
        provider.cipher_suites.retain(is_wanted);
        provider.cipher_suites.sort_by_key(|suite| {
            settings
                .cipher_suites
                .iter()
                .position(|wanted| wanted == suite)
        });
    }
    if !settings.curves.is_empty() {
        provider.kx_groups.clone_from(&settings.curves);
    }
    Arc::new(provider)
}

/// The file or the setting that a PEM text is in.
fn name_of(pem: &Pem) -> String {
    match pem {
        Pem::File(path) => path.display().to_string(),
        Pem::Inline(key, _) => format!("tls_server_config.{key}"),
    }
}

fn text(pem: &Pem) -> Result<SecretString, String> {
    let path: &Path = match pem {
        Pem::File(path) => path,
        Pem::Inline(_, text) => return Ok(text.clone()),
    };
    let bytes = read_bounded(path, PEM_BYTES_MAX)
        .map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    String::from_utf8(bytes)
        .map(SecretString::from)
        .map_err(|_| format!("{} is not a PEM file", path.display()))
}

fn certificates(pem: &Pem) -> Result<Vec<CertificateDer<'static>>, String> {
    let text = text(pem)?;
    let parsed: Result<Vec<_>, _> =
        CertificateDer::pem_slice_iter(text.expose_secret().as_bytes()).collect();
    match parsed {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        // The message of the library can contain lines of the file.
        _ => Err(format!(
            "{} has no readable certificate; the whole content must be PEM",
            name_of(pem)
        )),
    }
}

fn private_key(pem: &Pem) -> Result<PrivateKeyDer<'static>, String> {
    let text = text(pem)?;
    PrivateKeyDer::from_pem_slice(text.expose_secret().as_bytes()).map_err(|_| {
        format!(
            "{} has no readable private key; the whole content must be PEM, without a passphrase",
            name_of(pem)
        )
    })
}

fn client_verifier(
    client_auth: &ClientAuth,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<dyn ClientCertVerifier>, String> {
    let algorithms = provider.signature_verification_algorithms;
    let (required, authorities, allowed_sans) = match client_auth {
        ClientAuth::NotRequested => return Ok(WebPkiClientVerifier::no_client_auth()),
        ClientAuth::Requested { required } => {
            return Ok(Arc::new(ClientCertificates {
                required: *required,
                signed: None,
                algorithms,
            }));
        }
        ClientAuth::Verified {
            required,
            authorities,
            allowed_sans,
        } => (*required, authorities, allowed_sans),
    };
    let unusable = || format!("{} has no usable CA certificate", name_of(authorities));
    let mut roots = RootCertStore::empty();
    for certificate in certificates(authorities)? {
        roots.add(certificate).map_err(|_| unusable())?;
    }
    let mut builder =
        WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider));
    if !required {
        builder = builder.allow_unauthenticated();
    }
    let verifier = builder.build().map_err(|_| unusable())?;
    if allowed_sans.is_empty() {
        return Ok(verifier);
    }
    Ok(Arc::new(ClientCertificates {
        required,
        signed: Some((verifier, allowed_sans.clone())),
        algorithms,
    }))
}
