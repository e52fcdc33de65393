//! What a colour says.
//!
//! PURE.

/// What a reader takes a colour for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Good,
    Bad,
    /// Neither: grey, blue, yellow, purple.
    None,
}

/// What a colour of CSS, `rgb(…)` or `rgba(…)`, says.
pub(crate) fn verdict(colour: &str) -> Verdict {
    let numbers: Vec<f64> = colour
        .trim_start_matches(|sign: char| !sign.is_ascii_digit())
        .split(|sign: char| !sign.is_ascii_digit() && sign != '.')
        .filter_map(|number| number.parse().ok())
        .collect();
    let &[red, green, blue, ..] = numbers.as_slice() else {
        return Verdict::None;
    };
    let (most, least) = (red.max(green).max(blue), red.min(green).min(blue));
    let spread = most - least;
    if spread < SPREAD_MIN * most || numbers.get(3).is_some_and(|alpha| *alpha < ALPHA_MIN) {
        return Verdict::None;
    }
    let hue = if most == red {
        60.0 * ((green - blue) / spread).rem_euclid(6.0)
    } else if most == green {
        60.0 * ((blue - red) / spread + 2.0)
    } else {
        60.0 * ((red - green) / spread + 4.0)
    };
    match hue {
        80.0..170.0 => Verdict::Good,
        0.0..18.0 | 338.0..=360.0 => Verdict::Bad,
        _ => Verdict::None,
    }
}

/// Less colourful than this, a colour is a grey to the eye.
const SPREAD_MIN: f64 = 0.2;

/// Fainter than this, a ground is not seen.
const ALPHA_MIN: f64 = 0.1;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_palette_of_grafana_says_what_it_is_named() {
        for (colour, expected) in [
            // green, semi-dark-green, dark-green of both themes
            ("rgb(115, 191, 105)", Verdict::Good),
            ("rgb(86, 166, 75)", Verdict::Good),
            ("rgb(55, 135, 45)", Verdict::Good),
            ("rgba(26, 127, 75, 1)", Verdict::Good),
            // red, dark-red
            ("rgb(242, 73, 92)", Verdict::Bad),
            ("rgb(196, 22, 42)", Verdict::Bad),
            ("rgb(224, 47, 68)", Verdict::Bad),
            // orange, yellow, blue, purple, texts
            ("rgb(255, 152, 48)", Verdict::None),
            ("rgb(250, 222, 42)", Verdict::None),
            ("rgb(87, 148, 242)", Verdict::None),
            ("rgb(184, 119, 217)", Verdict::None),
            ("rgb(204, 204, 220)", Verdict::None),
            ("rgb(36, 41, 46)", Verdict::None),
            ("rgba(204, 204, 220, 0.65)", Verdict::None),
            ("rgba(115, 191, 105, 0.02)", Verdict::None),
            ("transparent", Verdict::None),
        ] {
            assert_eq!(verdict(colour), expected, "{colour}");
        }
    }
}
