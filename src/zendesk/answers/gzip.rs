//! Decompresses gzip bodies, also several layers and members, up to a bound.
//!
//! PURE. gzip is the only encoding that is requested. RFC 9110 gives it two names, in upper or lower case, and
//! allows it in a list and several times; RFC 1952 allows several members.

use std::io::{ErrorKind, Read as _};

use flate2::bufread::GzDecoder;
use reqwest::header::{CONTENT_ENCODING, HeaderMap};

/// How many times a body may be compressed. More than once is a mistake of a proxy.
const LAYERS_MAX: usize = 5;

/// Most members of one body. Empty members would take time without reaching a bound of bytes. Some servers begin a
/// member every few kilobytes.
const MEMBERS_MAX: usize = 50_000;

/// The first bytes of every member.
const MEMBER_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// The number of bytes that are decompressed at a time.
const CHUNK_BYTES: usize = 32 * 1024;

/// The error for a body with an encoding that was not requested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::zendesk) enum CodingError {
    /// Another encoding, by a fixed name and never by the text of the header.
    #[error("its body has the encoding {0}, but the exporter asked for gzip only")]
    Unknown(&'static str),
    /// It is compressed more than [`LAYERS_MAX`] times.
    #[error("its body is compressed more than {LAYERS_MAX} times")]
    TooManyLayers,
}

/// Why a body cannot be decompressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::zendesk) enum InflateError {
    /// It has more bytes than are accepted, after any layer.
    #[error(transparent)]
    Full(#[from] Full),
    /// It ends within a member.
    #[error("its gzip body ends early")]
    Cut,
    /// It is not gzip, or its checksum is wrong.
    #[error("its body is not valid gzip")]
    Corrupt,
}

/// The error that there are more bytes than are accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("more than {limit_bytes} bytes")]
pub(in crate::zendesk) struct Full {
    /// How many bytes are accepted.
    pub(in crate::zendesk) limit_bytes: usize,
}

/// Bytes up to a limit. Never more memory than that is allocated.
#[derive(Debug)]
pub(in crate::zendesk) struct Bounded {
    bytes: Vec<u8>,
    limit_bytes: usize,
}

impl Bounded {
    pub(in crate::zendesk) const fn new(limit_bytes: usize) -> Self {
        Self {
            bytes: Vec::new(),
            limit_bytes,
        }
    }

    /// Adds as many bytes as there is room for; an error if these are not all.
    pub(in crate::zendesk) fn push(&mut self, more: &[u8]) -> Result<(), Full> {
        let taken = more.len().min(self.limit_bytes - self.bytes.len());
        let needed = self.bytes.len() + taken;
        // `Vec` would double its capacity beyond the limit.
        if needed > self.bytes.capacity() {
            let doubled = self.bytes.capacity().saturating_mul(2);
            let wanted = doubled.max(needed).min(self.limit_bytes);
            self.bytes.reserve_exact(wanted - self.bytes.len());
        }
        self.bytes.extend_from_slice(&more[..taken]);
        if taken < more.len() {
            return Err(Full {
                limit_bytes: self.limit_bytes,
            });
        }
        Ok(())
    }

    pub(in crate::zendesk) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

/// How many times the body is compressed, according to the lines of `Content-Encoding`.
pub(in crate::zendesk) fn layers(headers: &HeaderMap) -> Result<usize, CodingError> {
    let mut layers = 0;
    for line in headers.get_all(CONTENT_ENCODING) {
        let line = line.to_str().map_err(|_| CodingError::Unknown(UNNAMED))?;
        for coding in line.split(',') {
            match coding.trim().to_ascii_lowercase().as_str() {
                // Empty elements of a list are allowed (RFC 9110, section 5.6.1).
                "" | "identity" => {}
                "gzip" | "x-gzip" => layers += 1,
                other => return Err(CodingError::Unknown(name(other))),
            }
        }
    }
    if layers > LAYERS_MAX {
        return Err(CodingError::TooManyLayers);
    }
    Ok(layers)
}

/// Decompresses a complete body `layers` times, each time to at most `limit_bytes`.
pub(in crate::zendesk) fn inflate(
    body: Vec<u8>,
    layers: usize,
    limit_bytes: usize,
) -> Result<Vec<u8>, InflateError> {
    (0..layers).try_fold(body, |body, _| {
        let mut inflated = Bounded::new(limit_bytes);
        inflate_members(&body, &mut inflated)?;
        Ok(inflated.into_bytes())
    })
}

/// Decompresses the beginning of a body as far as that goes.
pub(in crate::zendesk) fn inflate_beginning(
    body: Vec<u8>,
    layers: usize,
    limit_bytes: usize,
) -> Vec<u8> {
    (0..layers).fold(body, |body, _| {
        let mut inflated = Bounded::new(limit_bytes);
        // The bytes before the cut are used.
        let _ = inflate_members(&body, &mut inflated);
        inflated.into_bytes()
    })
}

/// Decompresses all members. Bytes after the last one that do not begin a member are ignored, as gzip's own
/// programs do: they are padding, or come from a proxy. An empty body needs no member.
fn inflate_members(body: &[u8], inflated: &mut Bounded) -> Result<(), InflateError> {
    if body.is_empty() {
        return Ok(());
    }
    let mut chunk = vec![0; CHUNK_BYTES];
    let mut rest = body;
    for _ in 0..MEMBERS_MAX {
        let mut member = GzDecoder::new(rest);
        loop {
            match member.read(&mut chunk) {
                Ok(0) => break,
                Ok(count) => inflated.push(&chunk[..count])?,
                Err(error) if error.kind() == ErrorKind::UnexpectedEof => {
                    return Err(InflateError::Cut);
                }
                Err(_) => return Err(InflateError::Corrupt),
            }
        }
        rest = member.into_inner();
        if !rest.starts_with(&MEMBER_MAGIC) {
            return Ok(());
        }
    }
    // More members than `MEMBERS_MAX`.
    Err(InflateError::Corrupt)
}

/// The text for an encoding that has no fixed name here.
const UNNAMED: &str = "an unknown encoding";

fn name(coding: &str) -> &'static str {
    match coding {
        "br" => "br",
        "deflate" => "deflate",
        "zstd" => "zstd",
        "compress" | "x-compress" => "compress",
        _ => UNNAMED,
    }
}

#[cfg(test)]
mod tests;
