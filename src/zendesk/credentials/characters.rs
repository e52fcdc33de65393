//! Filters text down to the characters that a credential can contain.

/// The text with only visible ASCII and white space.
pub(super) fn cleaned(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len());
    for character in text.chars() {
        push(&mut cleaned, u32::from(character));
    }
    cleaned
}

/// Appends a character, if a credential can contain it.
pub(super) fn push(text: &mut String, character: u32) {
    match u8::try_from(character) {
        Ok(byte @ b' '..=b'~') => text.push(char::from(byte)),
        Ok(b'\t' | b'\n' | b'\r') => text.push(' '),
        _ => {}
    }
}
