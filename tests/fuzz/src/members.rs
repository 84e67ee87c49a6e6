//! The walk over an object's members.

use penstock_engine::json;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;

/// On whatever a strict parser takes for an object, both see the same members; on anything else
/// the walk ends and does no harm.
pub fn json_members(data: &[u8]) {
    let walked: Vec<(String, Vec<u8>)> = json::members(data)
        .map(|member| (member.key().into_owned(), member.value.to_vec()))
        .collect();
    if let Ok(Parsed(parsed)) = serde_json::from_slice::<Parsed>(data) {
        assert_eq!(walked, parsed);
    }
}

/// An object's members in order, duplicates included.
pub(crate) struct Parsed(pub Vec<(String, Vec<u8>)>);

impl<'de> Deserialize<'de> for Parsed {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Parsed;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Parsed, M::Error> {
                let mut members = Vec::new();
                while let Some((key, value)) = map.next_entry::<String, &RawValue>()? {
                    members.push((key, value.get().as_bytes().to_vec()));
                }
                Ok(Parsed(members))
            }
        }
        source.deserialize_map(Members)
    }
}
