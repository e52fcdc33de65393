//! Whom the clients trust.

use std::sync::{Arc, Mutex, PoisonError};

use rustls::{ClientConfig, ConfigBuilder, RootCertStore, WantsVerifier};
use rustls_platform_verifier::BuilderVerifierExt as _;

/// The authorities that the system trusts, read from its files once for all clients that are made
/// with it, and only for an https address: reading them takes milliseconds, and keeping them some
/// hundred KiB.
///
/// Clones share what was read. Whoever is to see other authorities makes another one.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    tls: Arc<Mutex<Option<ClientConfig>>>,
}

impl Trust {
    /// For an https address.
    pub(super) fn tls(&self) -> Result<ClientConfig, rustls::Error> {
        let mut known = self.tls.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(tls) = &*known {
            return Ok(tls.clone());
        }
        let tls = builder()?.with_platform_verifier()?;
        let tls = with_protocols(tls.with_no_client_auth());
        Ok(known.insert(tls).clone())
    }
    /// For an address without TLS: no files are read, and nobody is trusted.
    pub(super) fn nobody() -> Result<ClientConfig, rustls::Error> {
        let tls = builder()?.with_root_certificates(RootCertStore::empty());
        Ok(with_protocols(tls.with_no_client_auth()))
    }
}

fn builder() -> Result<ConfigBuilder<ClientConfig, WantsVerifier>, rustls::Error> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()
}

/// HTTP/2 where the other side has it.
fn with_protocols(mut tls: ClientConfig) -> ClientConfig {
    tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    tls
}
