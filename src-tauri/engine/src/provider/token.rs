//! A token, from whatever was pasted.

/// The bare token, also where it came with its header's name (`header`, with the colon) or with a
/// word such as `Bearer ` before it. `known_as` is what a person calls it.
pub(crate) fn bare(
    pasted: &str,
    header: &str,
    scheme: &str,
    known_as: &str,
) -> Result<String, String> {
    let mut text = pasted.trim().trim_matches('"');
    for before in [header, scheme.trim_end()] {
        if let Some((head, rest)) = text.split_at_checked(before.len())
            && head.eq_ignore_ascii_case(before)
            && (before.ends_with(':') || rest.starts_with(char::is_whitespace))
        {
            text = rest.trim();
        }
    }
    if text.contains(|it: char| it.is_whitespace() || it.is_control()) || !text.is_ascii() {
        return Err(format!(
            "The {known_as} is one piece of letters, digits and signs. Copy it again, without anything around it."
        ));
    }
    Ok(text.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_found_in_what_was_pasted_around_it() {
        let bare = |pasted| bare(pasted, "Authorization:", "Bearer ", "source token");
        for pasted in [
            "abc-123",
            " abc-123\n",
            "\"abc-123\"",
            "Bearer abc-123",
            "bearer  abc-123",
            "Authorization: Bearer abc-123",
            "authorization:abc-123",
        ] {
            assert_eq!(bare(pasted).as_deref(), Ok("abc-123"), "{pasted}");
        }
        assert_eq!(bare("Bearerabc").as_deref(), Ok("Bearerabc"));
        for wrong in ["two words", "a\u{7}b", "schlüssel"] {
            assert!(
                bare(wrong)
                    .expect_err(wrong)
                    .contains("The source token is one piece")
            );
        }
    }
}
