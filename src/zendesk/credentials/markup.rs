//! Finds the ends of HTML tags, and gives the text without tags.
//!
//! PURE.

/// How the end of a tag is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::zendesk) enum Reading {
    /// As in browsers: a `>` in the quoted value of an attribute belongs to the value.
    Quoted,
    /// At the first `>`: in broken markup, quotation marks mean nothing. Example: in `<a title=">">x`, the tag ends
    /// after `">` with [`Self::Quoted`], and after the first `>` with this one.
    Plain,
}

/// Both ways, in the order in which they are tried.
pub(in crate::zendesk) const READINGS: [Reading; 2] = [Reading::Quoted, Reading::Plain];

/// The contents of a tag and the text after it, for a text that begins after its `<`. `None` if the tag does not
/// end. A quotation mark without its counterpart does not begin a quoted value.
pub(in crate::zendesk) fn split_tag(text: &str, reading: Reading) -> Option<(&str, &str)> {
    let quoted = || {
        let end = end_outside_quotes(text)?;
        Some((&text[..end], &text[end + 1..]))
    };
    match reading {
        Reading::Quoted => quoted().or_else(|| text.split_once('>')),
        Reading::Plain => text.split_once('>'),
    }
}

/// The index of the first `>` outside of quoted values.
fn end_outside_quotes(text: &str) -> Option<usize> {
    text.find('>')?;
    let mut quote = None;
    let mut is_value_next = false;
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (Some(mark), _) => {
                if byte == mark {
                    quote = None;
                }
            }
            (None, b'>') => return Some(at),
            (None, b'"' | b'\'') if is_value_next => quote = Some(byte),
            (None, _) => {}
        }
        // In any other place a quotation mark belongs to a name.
        is_value_next = byte == b'=' || (is_value_next && byte.is_ascii_whitespace());
    }
    None
}

/// The text of an HTML page without tags and without the contents of `<style>` and `<script>`.
pub(in crate::zendesk) fn without_markup(body: &str, reading: Reading) -> String {
    let mut text = String::new();
    let mut rest = body;
    while let Some((before, after)) = rest.split_once('<') {
        text.push_str(before);
        text.push(' ');
        let begins_with = |tag: &&&str| {
            let name = after.get(..tag.len());
            name.is_some_and(|name| name.eq_ignore_ascii_case(tag))
        };
        let skipped = ["style", "script"].iter().find(begins_with);
        rest = match skipped {
            Some(tag) => {
                let end = format!("</{tag}");
                after
                    .to_ascii_lowercase()
                    .find(&end)
                    .map_or("", |at| &after[at + 1..])
            }
            None => after,
        };
        rest = split_tag(rest, reading).map_or("", |(_, behind)| behind);
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_ends_at_the_first_bracket_outside_of_quoted_values() {
        for (text, tag, behind) in [
            ("b>x", "b", "x"),
            (r#"b title="a>b">x"#, r#"b title="a>b""#, "x"),
            ("b title='a>b'>x", "b title='a>b'", "x"),
            (r#"b a = "it's>" b='">'>x"#, r#"b a = "it's>" b='">'"#, "x"),
            (r#"b a="1"b=">">x>"#, r#"b a="1"b=">""#, "x>"),
            // Quotation marks that begin no value.
            (r#"b "a>b">x"#, r#"b "a"#, r#"b">x"#),
            ("p don't>x", "p don't", "x"),
            ("b a=it's>x", "b a=it's", "x"),
            // And those that nothing ends.
            (r#"b title="a>x"#, r#"b title="a"#, "x"),
            ("é a=\"ü>\">ö", "é a=\"ü>\"", "ö"),
        ] {
            assert_eq!(split_tag(text, Reading::Quoted), Some((tag, behind)));
            assert_eq!(split_tag(text, Reading::Plain), text.split_once('>'));
        }
        for reading in READINGS {
            assert_eq!(split_tag("b title=\"", reading), None);
            assert_eq!(split_tag("", reading), None);
        }
    }
}
