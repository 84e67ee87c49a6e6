//! A row of Infisical's list on its way to the flat form.

use penstock_engine::source::infisical::flatten;
use std::collections::HashSet;

use crate::members::Parsed;

/// Of whatever a strict parser takes for an object, the flat form is an object too, has every
/// value of the row byte for byte, and names nothing twice that the row names once.
pub fn infisical_row(data: &[u8]) {
    let flat = flatten(data);
    let Some(row) = object(data) else { return };
    let spread = object(&flat).expect("the flat form is an object");
    let mut kept = HashSet::new();
    keep(&spread, &mut kept);
    let nested = |name: &str| name == "event" || name == "actor";
    let odd = |value: &[u8]| value.starts_with(b"{") && object(value).is_none();
    if row.iter().any(|(name, value)| nested(name) && odd(value)) {
        // Half a surrogate in a key: valid to some parsers, not to the oracle.
        return;
    }
    for (name, value) in &row {
        match object(value) {
            Some(inner) if nested(name) => {
                for (name, value) in inner {
                    let empty = name == "metadata" && value == b"null";
                    assert!(empty || kept.contains(&value), "{name} of {}", text(&flat));
                }
            }
            _ => assert!(kept.contains(value), "{name} of {}", text(&flat)),
        }
    }
    let names: HashSet<&String> = row.iter().map(|it| &it.0).collect();
    let mut told = HashSet::new();
    if names.len() == row.len() && !names.contains(&String::from("unflattened")) {
        assert!(
            spread.iter().all(|it| told.insert(&it.0)),
            "{}",
            text(&flat)
        );
    }
}

/// Every value, those of what has no place and of wrapped lists included.
fn keep(members: &[(String, Vec<u8>)], kept: &mut HashSet<Vec<u8>>) {
    for (name, value) in members {
        kept.insert(value.clone());
        let nested = [
            "unflattened",
            "event",
            "actor",
            "actorMetadata",
            "eventMetadata",
        ];
        if let Some(inner) = object(value).filter(|_| nested.contains(&name.as_str())) {
            keep(&inner, kept);
        }
    }
}

fn object(data: &[u8]) -> Option<Vec<(String, Vec<u8>)>> {
    serde_json::from_slice::<Parsed>(data).ok().map(|it| it.0)
}

fn text(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}
