//! Parses integers in every spelling, such as `21`, `21.0` and `2.1e1`, because some programs store ids as decimals
//! or texts.
//!
//! PURE. The result is exact: no floating-point number is used, which would be too small for a long id.

/// The 64-bit integer that `text` spells, if it spells one.
///
/// Accepted are JSON's numbers, such as `21`, `21.0` and `2.1e1`, and also a `+`, leading zeros, and white space
/// around. Everything that is not exactly an integer is refused: `21.5`, `0x15`, `1_000`, `21.`.
pub(in crate::zendesk) fn integer(text: &str) -> Option<i64> {
    let text = text.trim();
    let (is_negative, text) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, power(exponent)?),
        None => (text, 0),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, digits(fraction)?),
        None => (mantissa, ""),
    };
    let magnitude = scaled(digits(whole)?, fraction, exponent)?;
    i64::try_from(if is_negative { -magnitude } else { magnitude }).ok()
}

/// `text`, if it consists of one or more digits.
fn digits(text: &str) -> Option<&str> {
    let is_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_digits.then_some(text)
}

/// An exponent. One beyond 64 bits becomes the greatest: only 0 is an integer with either.
fn power(text: &str) -> Option<i64> {
    let (sign, text) = match text.as_bytes().first()? {
        b'-' => (-1, &text[1..]),
        b'+' => (1, &text[1..]),
        _ => (1, text),
    };
    Some(sign * digits(text)?.parse::<i64>().unwrap_or(i64::MAX))
}

/// Most digits of an integer of 64 bits.
const DIGITS_MAX: i64 = 19;

/// `whole.fraction` times ten to the power of `exponent`, if that is an integer of at most
/// [`DIGITS_MAX`] digits.
fn scaled(whole: &str, fraction: &str, exponent: i64) -> Option<i128> {
    let shown = whole.bytes().chain(fraction.bytes());
    let leading = shown.clone().take_while(|digit| *digit == b'0').count();
    let trailing = shown.rev().take_while(|digit| *digit == b'0').count();
    let all = whole.len() + fraction.len();
    if leading == all {
        return Some(0);
    }
    let kept = all - leading - trailing;
    let length = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    // The number of zeros after the digits that are kept.
    let zeros = exponent
        .saturating_add(length(trailing))
        .saturating_sub(length(fraction.len()));
    if zeros < 0 || length(kept).saturating_add(zeros) > DIGITS_MAX {
        return None;
    }
    let mut value = whole
        .bytes()
        .chain(fraction.bytes())
        .skip(leading)
        .take(kept)
        .fold(0, |value, digit| value * 10 + i128::from(digit - b'0'));
    for _ in 0..zeros {
        value *= 10;
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_integer_is_read_in_any_spelling() {
        let table = [
            ("21", Some(21)),
            ("-1", Some(-1)),
            ("0", Some(0)),
            ("-0", Some(0)),
            ("21.0", Some(21)),
            ("21.000", Some(21)),
            ("2.1e1", Some(21)),
            ("2.1E+1", Some(21)),
            ("210e-1", Some(21)),
            ("0.21e2", Some(21)),
            ("2100.00e-2", Some(21)),
            ("1e18", Some(1_000_000_000_000_000_000)),
            ("-1e18", Some(-1_000_000_000_000_000_000)),
            ("46130852536346", Some(46_130_852_536_346)),
            ("4.6130852536346e13", Some(46_130_852_536_346)),
            // Beyond what a float tells apart.
            ("9007199254740993.0", Some(9_007_199_254_740_993)),
            ("9223372036854775807", Some(i64::MAX)),
            ("9223372036854775807.0", Some(i64::MAX)),
            ("-9223372036854775808", Some(i64::MIN)),
            ("-9.223372036854775808e18", Some(i64::MIN)),
            ("9223372036854775808", None),
            ("-9223372036854775809", None),
            ("1e19", None),
            ("1e400", None),
            ("1e99999999999999999999", None),
            ("1e-99999999999999999999", None),
            ("0e99999999999999999999", Some(0)),
            ("0.0e-99999999999999999999", Some(0)),
            // As people and tables spell it.
            ("+21", Some(21)),
            ("0021", Some(21)),
            (" 21\t", Some(21)),
            ("\u{a0}21\u{2003}\n", Some(21)),
            ("000000000000000000000000000021", Some(21)),
        ];
        for (text, expected) in table {
            assert_eq!(integer(text), expected, "{text:?}");
        }
    }

    #[test]
    fn what_is_not_exactly_an_integer_is_none() {
        let table = [
            "21.5",
            "2.15e1",
            "1e-1",
            "21.0000000000000000000000000000001",
            "",
            " ",
            "-",
            "+",
            ".",
            "21.",
            ".5e1",
            "e1",
            "2e",
            "2e+",
            "2e1.0",
            "2e1e1",
            "2.1.0",
            "--21",
            "+-21",
            "- 21",
            "2 1",
            "1,000",
            "1_000",
            "0x15",
            "21a",
            "#21",
            "twenty",
            "null",
            "NaN",
            "Infinity",
            "٢١",
            "²¹",
            "\u{fffd}",
            "\"21\"",
        ];
        for text in table {
            assert_eq!(integer(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_spelling_of_a_million_digits_is_read_in_one_go() {
        let zeros = "0".repeat(1_000_000);
        assert_eq!(integer(&format!("{zeros}21.{zeros}")), Some(21));
        assert_eq!(integer(&format!("21{zeros}e-1000000")), Some(21));
        assert_eq!(integer(&format!("0.{zeros}21e1000002")), Some(21));
        assert_eq!(integer(&format!("21.{zeros}1")), None);
        assert_eq!(integer(&format!("1{zeros}")), None);
        assert_eq!(integer(&format!("1e{zeros}1")), Some(10));
    }

    proptest! {
        #[test]
        fn every_spelling_of_an_id_is_that_id(
            id in any::<i64>(),
            zeros in 0usize..5,
            shift in 0usize..25,
        ) {
            let sign = if id < 0 { "-" } else { "" };
            let digits = id.unsigned_abs().to_string();
            let (zeros, more) = ("0".repeat(zeros), "0".repeat(shift));
            prop_assert_eq!(integer(&format!("{sign}{zeros}{digits}")), Some(id));
            prop_assert_eq!(integer(&format!("{sign}{digits}.0{zeros}")), Some(id));
            prop_assert_eq!(integer(&format!("{sign}{digits}{more}e-{shift}")), Some(id));
            let padded = format!("{more}{digits}");
            let (whole, fraction) = padded.split_at(padded.len() - shift.min(padded.len() - 1));
            if !fraction.is_empty() {
                let spelled = format!("{sign}{whole}.{fraction}E+{}", fraction.len());
                prop_assert_eq!(integer(&spelled), Some(id));
            }
        }

        #[test]
        fn no_text_is_an_integer_that_it_does_not_spell(text in "[-+0-9.eE ]{0,12}") {
            if let (Some(read), Ok(float)) = (integer(&text), text.trim().parse::<f64>()) {
                prop_assert_eq!(read as f64, float);
            }
        }
    }
}
