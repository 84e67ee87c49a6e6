//! The names of variables and files that hold a secret in the vaults a person fills by hand.

use super::Owner;

const PREFIX: &str = "PENSTOCK_SECRET";

/// The variables that may hold a secret, the one to tell a person first.
pub fn variables(owner: &Owner, field: &str) -> Vec<String> {
    let mut names = Vec::new();
    for text in [&owner.name, &owner.id] {
        let joined = words(text, '_').to_ascii_uppercase();
        // A name with a sign at its end is also taken by the letter of the rule.
        for stream in [joined.trim_matches('_'), joined.as_str()] {
            let name = format!(
                "{PREFIX}_{stream}_{}",
                words(field, '_').to_ascii_uppercase()
            );
            if !stream.trim_matches('_').is_empty() && !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names
}

/// The files that may hold a secret, the one to tell a person first.
pub fn files(owner: &Owner, field: &str) -> Vec<String> {
    let mut names = Vec::new();
    for text in [&owner.name, &owner.id] {
        for (joint, before_field) in [('-', '.'), ('_', '.'), ('_', '_')] {
            let joined = words(text, joint).to_ascii_lowercase();
            let stream = joined.trim_matches(joint);
            let name = format!("{stream}{before_field}{}", field.to_ascii_lowercase());
            if !stream.is_empty() && !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names.extend(variables(owner, field));
    names
}

/// Every run of characters other than ASCII letters and digits becomes one `joint`.
fn words(text: &str, joint: char) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_ascii_alphanumeric() {
            out.push(letter);
        } else if !out.ends_with(joint) {
            out.push(joint);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(name: &str) -> Owner {
        Owner {
            id: "0190-ab".into(),
            name: name.into(),
        }
    }

    #[test]
    fn variables_are_made_of_the_name_and_of_the_id() {
        assert_eq!(
            variables(&owner("Splunk prod"), "token"),
            [
                "PENSTOCK_SECRET_SPLUNK_PROD_TOKEN",
                "PENSTOCK_SECRET_0190_AB_TOKEN"
            ]
        );
        assert_eq!(
            variables(&owner("EU – (live)"), "api_key"),
            [
                "PENSTOCK_SECRET_EU_LIVE_API_KEY",
                "PENSTOCK_SECRET_EU_LIVE__API_KEY",
                "PENSTOCK_SECRET_0190_AB_API_KEY"
            ]
        );
        assert_eq!(
            variables(&owner("🚀"), "token"),
            ["PENSTOCK_SECRET_0190_AB_TOKEN"]
        );
    }

    #[test]
    fn files_have_three_forms_and_stay_in_their_folder() {
        let names = files(&owner("Splunk prod"), "token");
        for name in [
            "splunk-prod.token",
            "splunk_prod.token",
            "splunk_prod_token",
            "PENSTOCK_SECRET_SPLUNK_PROD_TOKEN",
        ] {
            assert!(names.contains(&name.into()), "{name} in {names:?}");
        }
        for name in files(&owner("../../etc/passwd"), "token") {
            assert!(!name.contains('/') && !name.starts_with('.'), "{name}");
        }
    }
}
