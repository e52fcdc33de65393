//! Decompresses bodies: gzip in every way that it may come.
//!
//! PURE. gzip is the only coding that is asked for. RFC 9110 gives it two names, in letters of any
//! case, and lets it come in a list and several times over; RFC 1952 lets it have several members.

use std::io::{ErrorKind, Read as _};

use flate2::bufread::GzDecoder;
use reqwest::header::{CONTENT_ENCODING, HeaderMap};

/// Most times over that a body may be compressed. More than once is a mistake of some proxy.
const LAYERS_MAX: usize = 5;

/// Most members of one body: empty ones would cost time without coming up against any bound of
/// bytes. Some servers begin a new one with every few kilobytes.
const MEMBERS_MAX: usize = 50_000;

/// What every member begins with.
const MEMBER_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// Bytes decompressed at a time.
const CHUNK_BYTES: usize = 32 * 1024;

/// A body that is coded in a way that was not asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::zendesk) enum CodingError {
    /// In another coding; with a name of ours, never the header's own text.
    #[error("its body has the encoding {0}, but the exporter asked for gzip only")]
    Unknown(&'static str),
    /// More than [`LAYERS_MAX`] times over.
    #[error("its body is compressed more than {LAYERS_MAX} times")]
    TooManyLayers,
}

/// Why a body cannot be decompressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::zendesk) enum InflateError {
    /// It has more bytes than are taken, between two layers or in the end.
    #[error(transparent)]
    Full(#[from] Full),
    /// It ends within a member.
    #[error("its gzip body ends early")]
    Cut,
    /// It is no gzip, or its checksum is another.
    #[error("its body is not valid gzip")]
    Corrupt,
}

/// More bytes came than are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("more than {limit_bytes} bytes")]
pub(in crate::zendesk) struct Full {
    /// How many are taken.
    pub(in crate::zendesk) limit_bytes: usize,
}

/// Bytes up to a limit. No more than that is ever allocated for them.
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

    /// Takes what there is room for; fails if that is not all.
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

/// How many times over the body is compressed, as the lines of `Content-Encoding` say.
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

/// Decompresses a body that came whole, `layers` times, each to at most `limit_bytes`.
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
        // What came before the cut is what there is.
        let _ = inflate_members(&body, &mut inflated);
        inflated.into_bytes()
    })
}

/// Decompresses all members. What is behind the last one and begins none is left alone, as gzip's
/// own programs do: padding, or what some proxy put there. Nothing at all needs no member.
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

/// For a coding without a name of ours.
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
