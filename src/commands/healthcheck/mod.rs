//! `healthcheck`: requests `/-/healthy` of a running exporter, for containers without a shell.

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

/// How long the exporter may take to respond.
const RESPONSE_TIME_MAX: Duration = Duration::from_secs(5);

const PATH: &str = "/-/healthy";

/// The longest response that is read.
const RESPONSE_BYTES_MAX: u64 = 16 * 1024;

/// Requests `/-/healthy` at the first listen address of the settings, with TLS if a web config file may require
/// it.
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
    let requested = url(may_be_tls);
    let (is_tls, response) = tokio::time::timeout(RESPONSE_TIME_MAX, ask(host, port, may_be_tls))
        .await
        .map_err(|_| {
            format!(
                "no answer from {requested} within {} s; the exporter hangs or is overloaded, see its log",
                RESPONSE_TIME_MAX.as_secs()
            )
        })?
        .map_err(|error| match tls_error(&error) {
            Some(rustls::Error::AlertReceived(_)) => format!(
                "cannot query {requested}: the exporter requires client certificates, and healthcheck has none; set client_auth_type to VerifyClientCertIfGiven in the web config file, or alert on `up` in Prometheus instead"
            ),
            _ => format!(
                "cannot query {requested}: {error}; start the exporter, or run healthcheck with the same web.listen_address as the exporter"
            ),
        })?;
    response::judge(&url(is_tls), &response)
}

/// The response, and whether it came through TLS. If the web config file got TLS after the start of the
/// exporter, the exporter does not use it until a restart. So without TLS on the other side the request is
/// sent again in plain HTTP.
async fn ask(host: &str, port: u16, may_be_tls: bool) -> io::Result<(bool, Vec<u8>)> {
    if may_be_tls {
        let response = async {
            let stream = TcpStream::connect((host, port)).await?;
            let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
            exchange(connector().connect(name, stream).await?, host).await
        };
        match response.await {
            Err(error) if matches!(tls_error(&error), Some(rustls::Error::InvalidMessage(_))) => {}
            response => return response.map(|response| (true, response)),
        }
    }
    let response = exchange(TcpStream::connect((host, port)).await?, host).await?;
    Ok((false, response))
}

async fn exchange(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    host: &str,
) -> io::Result<Vec<u8>> {
    let request = format!("GET {PATH} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut stream = stream.take(RESPONSE_BYTES_MAX);
    let mut response = Vec::new();
    while !response::is_enough(&response) {
        match stream.read_buf(&mut response).await {
            Ok(0) => break,
            Ok(_) => {}
            // A program that refuses a request often resets the connection after its response.
            Err(error) if response.is_empty() => return Err(error),
            Err(_) => break,
        }
    }
    Ok(response)
}

fn tls_error(error: &io::Error) -> Option<&rustls::Error> {
    error.get_ref()?.downcast_ref()
}

/// TLS that accepts every certificate. The listener is the exporter's own, whose certificate has other names
/// than `localhost`, and the request contains no secret.
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

/// Accepts every certificate whose key the server has.
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
