//! Which certificates of clients are accepted where rustls's own verifier is not enough.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;

use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::WebPkiSupportedAlgorithms;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{CertificateError, DigitallySignedStruct, DistinguishedName, Error, SignatureScheme};
use x509_cert::der::Decode as _;
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;

/// Checks the certificate of a client. In each case the client must have the key of the certificate.
#[derive(Debug)]
pub(super) struct ClientCertificates {
    /// Whether a client without a certificate is refused.
    pub(super) required: bool,
    /// The verifier that must accept the certificate, and the names of which the certificate must have one
    /// (`client_allowed_sans`). With `None` every certificate is accepted (`RequestClientCert`,
    /// `RequireAnyClientCert`).
    pub(super) signed: Option<(Arc<dyn ClientCertVerifier>, BTreeSet<String>)>,
    pub(super) algorithms: WebPkiSupportedAlgorithms,
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

/// The names of a certificate as text: DNS names, e-mail and IP addresses, URIs. `None` if the certificate
/// cannot be read.
fn subject_alt_names(certificate: &CertificateDer<'_>) -> Option<Vec<String>> {
    let certificate = x509_cert::Certificate::from_der(certificate).ok()?;
    let extension = certificate.tbs_certificate.get::<SubjectAltName>().ok()?;
    let Some((_, SubjectAltName(names))) = extension else {
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
