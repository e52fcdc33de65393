//! Whether a client accepts gzip.
//!
//! PURE.

/// Whether a client prefers gzip to text without compression, by its `Accept-Encoding` (RFC 9110, section
/// 12.5.3). For example, `gzip;q=0.5` does and `identity;q=1, gzip;q=0.5` does not.
pub(in crate::server) fn accepts_gzip(accept_encoding: &str) -> bool {
    let weight_of = |wanted: &str| {
        accept_encoding.split(',').find_map(|coding| {
            let mut parts = coding.split(';');
            let name = parts.next()?.trim();
            if !name.eq_ignore_ascii_case(wanted) {
                return None;
            }
            let weight = parts
                .filter_map(|part| part.split_once('='))
                .find(|(name, _)| name.trim().eq_ignore_ascii_case("q"))
                .map_or(Some(1.0), |(_, weight)| weight.trim().parse().ok());
            weight.filter(|weight: &f64| (0.0..=1.0).contains(weight))
        })
    };
    // RFC 9110 accepts text without compression even if it is not named. Weight 0 for it only says that
    // gzip is preferred.
    let gzip = weight_of("gzip").or_else(|| weight_of("*")).unwrap_or(0.0);
    let identity = weight_of("identity").unwrap_or(0.0);
    gzip > 0.0 && gzip >= identity
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_decide() {
        let table = [
            ("", false),
            ("gzip", true),
            ("GZip", true),
            ("deflate, gzip;q=0.5", true),
            ("gzip;q=0", false),
            ("gzip; q=0.000", false),
            ("gzip;Q=0", false),
            ("identity;q=0, gzip;q=0.001", true),
            ("*", true),
            ("*;q=0", false),
            ("*, gzip;q=0", false),
            ("identity", false),
            ("identity;q=1, gzip;q=0.5", false),
            ("identity;q=0.5, gzip", true),
            ("gzip;q=nonsense", false),
            ("gzip;q=7", false),
            ("br, zstd", false),
        ];
        for (header, expected) in table {
            assert_eq!(accepts_gzip(header), expected, "{header}");
        }
    }
}
