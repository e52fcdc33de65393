//! TLS as the web config file wants it.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms, aws_lc_rs};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, RootCertStore, ServerConfig,
    SignatureScheme,
};
use secrecy::{ExposeSecret as _, SecretString};
use x509_cert::der::Decode as _;
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;

use crate::config::file::read_bounded;
use crate::server::web_file::{Clients, Pem, TlsSettings};

/// Longest file of certificates or keys.
const PEM_BYTES_MAX: u64 = 1024 * 1024;

/// The server's side of TLS. Reads the files that `settings` name.
///
/// # Errors
///
/// A sentence that names the file or the key, and shows nothing of what is in it.
pub(super) fn server_config(settings: &TlsSettings) -> Result<ServerConfig, String> {
    let chain = certificates(&settings.cert)?;
    let key = private_key(&settings.key)?;
    let provider = provider(settings);
    let clients = clients(&settings.clients, &provider)?;
    let mut config = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(&settings.versions)
        .map_err(|_| NO_COMMON_GROUND.to_owned())?
        .with_client_cert_verifier(clients)
        .with_single_cert(chain, key)
        .map_err(|error| {
            let (cert, key) = (place(&settings.cert), place(&settings.key));
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

const NO_COMMON_GROUND: &str = "tls_server_config: min_version, max_version, cipher_suites and curve_preferences exclude every TLS handshake; allow more of them";

fn provider(settings: &TlsSettings) -> Arc<CryptoProvider> {
    let mut provider = aws_lc_rs::default_provider();
    if !settings.cipher_suites.is_empty() {
        let is_wanted = |suite: &rustls::SupportedCipherSuite| {
            // As in Go: the suites of TLS 1.3 are all good, and not to be chosen from.
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

/// How one speaks of a PEM text.
fn place(pem: &Pem) -> String {
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
        // The library's words may hold lines of the file.
        _ => Err(format!(
            "{} has no readable certificate; the whole content must be PEM",
            place(pem)
        )),
    }
}

fn private_key(pem: &Pem) -> Result<PrivateKeyDer<'static>, String> {
    let text = text(pem)?;
    PrivateKeyDer::from_pem_slice(text.expose_secret().as_bytes()).map_err(|_| {
        format!(
            "{} has no readable private key; the whole content must be PEM, without a passphrase",
            place(pem)
        )
    })
}

fn clients(
    wanted: &Clients,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<dyn ClientCertVerifier>, String> {
    let algorithms = provider.signature_verification_algorithms;
    let (required, authorities, allowed_sans) = match wanted {
        Clients::Unasked => return Ok(WebPkiClientVerifier::no_client_auth()),
        Clients::Asked { required } => {
            return Ok(Arc::new(ClientCertificates {
                required: *required,
                signed: None,
                algorithms,
            }));
        }
        Clients::Verified {
            required,
            authorities,
            allowed_sans,
        } => (*required, authorities, allowed_sans),
    };
    let unusable = || format!("{} has no usable CA certificate", place(authorities));
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

/// Takes certificates of clients whose keys the clients have, by rules that rustls does not have itself.
#[derive(Debug)]
struct ClientCertificates {
    required: bool,
    /// Takes only what this verifier takes, and of that the certificates with one of these names
    /// (`client_allowed_sans`). `None` takes every certificate (`RequestClientCert`,
    /// `RequireAnyClientCert`).
    signed: Option<(Arc<dyn ClientCertVerifier>, BTreeSet<String>)>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl ClientCertVerifier for ClientCertificates {
    fn client_auth_mandatory(&self) -> bool {
        self.required
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        match &self.signed {
            Some((verifier, _)) => verifier.root_hint_subjects(),
            None => &[],
        }
    }

    fn verify_client_cert(
        &self,
        certificate: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        let Some((verifier, allowed_sans)) = &self.signed else {
            return Ok(ClientCertVerified::assertion());
        };
        let verified = verifier.verify_client_cert(certificate, others, now)?;
        let names = subject_alt_names(certificate).ok_or(CertificateError::BadEncoding)?;
        if names.iter().any(|name| allowed_sans.contains(name)) {
            Ok(verified)
        } else {
            Err(CertificateError::ApplicationVerificationFailure.into())
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        rustls::crypto::verify_tls12_signature(message, certificate, signed, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        rustls::crypto::verify_tls13_signature(message, certificate, signed, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

/// The names of a certificate as text: DNS names, e-mail and IP addresses, URIs. `None` if it cannot
/// be read.
fn subject_alt_names(certificate: &CertificateDer<'_>) -> Option<Vec<String>> {
    let certificate = x509_cert::Certificate::from_der(certificate).ok()?;
    let found = certificate.tbs_certificate.get::<SubjectAltName>().ok()?;
    let Some((_, SubjectAltName(names))) = found else {
        return Some(Vec::new());
    };
    let text = |name: GeneralName| match name {
        GeneralName::DnsName(name) => Some(name.as_str().to_owned()),
        GeneralName::Rfc822Name(name) => Some(name.as_str().to_owned()),
        GeneralName::UniformResourceIdentifier(name) => Some(name.as_str().to_owned()),
        GeneralName::IpAddress(octets) => {
            let octets = octets.as_bytes();
            let address = <[u8; 4]>::try_from(octets).map(IpAddr::from);
            let address = address.or_else(|_| <[u8; 16]>::try_from(octets).map(IpAddr::from));
            address.ok().map(|address| address.to_string())
        }
        _ => None,
    };
    Some(names.into_iter().filter_map(text).collect())
}
