//! `healthcheck`: asks a running exporter, for containers without a shell.

mod response;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{WebPkiSupportedAlgorithms, aws_lc_rs};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::config::{ListenAddress, Web};

/// How long the exporter may take to answer.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(5);

const PATH: &str = "/-/healthy";

/// Longest answer that is read.
const ANSWER_BYTES_MAX: u64 = 16 * 1024;

/// Asks `/-/healthy` on the first address of the settings; with TLS, if a web config file may have
/// turned it on.
///
/// # Errors
///
/// A sentence that says what is wrong.
pub async fn run(web: &Web) -> Result<(), String> {
    let Some(address) = web.listen_addresses.first() else {
        return Err("there is no listen address; set web.listen_address".to_owned());
    };
    let (host, port) = match address {
        ListenAddress::Any { port } => ("localhost", *port),
        ListenAddress::Host { host, port } => (host.as_str(), *port),
    };
    let may_be_tls = web.config_file.is_some();
    let address = ListenAddress::Host {
        host: host.to_owned(),
        port,
    };
    let url = |is_tls: bool| {
        let scheme = if is_tls { "https" } else { "http" };
        format!("{scheme}://{address}{PATH}")
    };
    let asked = url(may_be_tls);
    let (is_tls, answer) = tokio::time::timeout(ANSWER_TIME_MAX, ask(host, port, may_be_tls))
        .await
        .map_err(|_| {
            format!(
                "no answer from {asked} within {} s; the exporter hangs or is overloaded, see its log",
                ANSWER_TIME_MAX.as_secs()
            )
        })?
        .map_err(|error| match tls_error(&error) {
            Some(rustls::Error::AlertReceived(_)) => format!(
                "cannot query {asked}: the exporter requires client certificates, and healthcheck has none; set client_auth_type to VerifyClientCertIfGiven in the web config file, or alert on `up` in Prometheus instead"
            ),
            _ => format!(
                "cannot query {asked}: {error}; start the exporter, or run healthcheck with the same web.listen_address as the exporter"
            ),
        })?;
    response::judge(&url(is_tls), &answer)
}

/// The answer, and whether it came through TLS. The file may have changed since the exporter began,
/// which turns TLS neither on nor off: who does not speak it is asked without.
async fn ask(host: &str, port: u16, may_be_tls: bool) -> io::Result<(bool, Vec<u8>)> {
    if may_be_tls {
        let answer = async {
            let stream = TcpStream::connect((host, port)).await?;
            let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
            exchange(connector().connect(name, stream).await?, host).await
        };
        match answer.await {
            Err(error) if matches!(tls_error(&error), Some(rustls::Error::InvalidMessage(_))) => {}
            answer => return answer.map(|answer| (true, answer)),
        }
    }
    let answer = exchange(TcpStream::connect((host, port)).await?, host).await?;
    Ok((false, answer))
}

async fn exchange(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    host: &str,
) -> io::Result<Vec<u8>> {
    let request = format!("GET {PATH} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut stream = stream.take(ANSWER_BYTES_MAX);
    let mut answer = Vec::new();
    while !response::is_enough(&answer) {
        match stream.read_buf(&mut answer).await {
            Ok(0) => break,
            Ok(_) => {}
            // Who refuses a request often resets the connection as soon as it has said so.
            Err(error) if answer.is_empty() => return Err(error),
            Err(_) => break,
        }
    }
    Ok(answer)
}

fn tls_error(error: &io::Error) -> Option<&rustls::Error> {
    error.get_ref()?.downcast_ref()
}

/// TLS with whoever answers: it is our own listener, whose certificate is made for other names, and
/// it is told nothing that is secret.
fn connector() -> TlsConnector {
    let provider = aws_lc_rs::default_provider();
    let verifier = AnyServer(provider.signature_verification_algorithms);
    let config = ClientConfig::builder_with_provider(Arc::new(provider))
        .with_safe_default_protocol_versions()
        .expect("the provider has suites for every version")
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    TlsConnector::from(Arc::new(config))
}

/// Takes every certificate whose key the server has.
#[derive(Debug)]
struct AnyServer(WebPkiSupportedAlgorithms);

impl ServerCertVerifier for AnyServer {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls12_signature(message, certificate, signed, &self.0)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls13_signature(message, certificate, signed, &self.0)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_schemes()
    }
}
