//! From when on events are read.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};
use std::borrow::Cow;

use crate::clock::{Millis, parse_rfc3339, rfc3339};

/// No event is older: Infisical's first audit logs are of 2023. Empty stretches cost a request
/// for each three months, so going forward from here is certain not to stop short at a gap, which
/// stepping back from the present could.
const BEGINNING: &str = "2022-01-01T00:00:00Z";

const HOUR: Millis = 3_600_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Start {
    Now,
    /// As far back as there are events.
    All,
    /// This long before the first start.
    Ago(Millis),
    At(Millis),
}

impl Start {
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim().to_ascii_lowercase();
        let many = |unit: char, length: Millis| {
            let count: Millis = text.strip_suffix(unit)?.parse().ok()?;
            (1..=1_000_000)
                .contains(&count)
                .then(|| Self::Ago(count * length))
        };
        let found = match text.as_str() {
            "now" => Some(Self::Now),
            "all" => Some(Self::All),
            _ => many('h', HOUR).or_else(|| many('d', 24 * HOUR)),
        };
        let upper = text.to_ascii_uppercase();
        found
            .or_else(|| parse_rfc3339(&upper).map(Self::At))
            .or_else(|| parse_rfc3339(&format!("{upper}T00:00:00Z")).map(Self::At))
            .ok_or_else(|| {
                "Start is now, all, 24h (or another number of hours or days), or a date such as \
                 2026-01-15 or 2026-01-15T08:00:00Z."
                    .into()
            })
    }

    /// As it is saved.
    pub fn text(self) -> String {
        match self {
            Self::Now => "now".into(),
            Self::All => "all".into(),
            Self::Ago(millis) => format!("{}h", millis / HOUR),
            Self::At(at) => rfc3339(at),
        }
    }

    pub fn at(self, now: Millis) -> Millis {
        match self {
            Self::Now => now,
            Self::All => parse_rfc3339(BEGINNING).unwrap_or_default(),
            Self::Ago(millis) => now - millis,
            Self::At(at) => at,
        }
    }

    /// Whether it depends on what time it is.
    pub fn is_relative(self) -> bool {
        matches!(self, Self::Now | Self::Ago(_))
    }
}

impl<'de> Deserialize<'de> for Start {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(source)?).map_err(serde::de::Error::custom)
    }
}

/// Text with the usual answers as suggestions.
impl JsonSchema for Start {
    fn schema_name() -> Cow<'static, str> {
        "Start".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "x-choices": [
            { "const": "now", "title": "Now", "description": "Events from this moment on" },
            { "const": "24h", "title": "Last 24 hours", "description": "And everything since" },
            { "const": "all", "title": "Everything", "description": "As far back as Infisical keeps events" },
        ]})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_is_understood_and_saved_so_that_it_reads_back_the_same() {
        let at = |text| Start::At(parse_rfc3339(text).expect("a time"));
        for (typed, start) in [
            ("now", Start::Now),
            (" ALL ", Start::All),
            ("24h", Start::Ago(24 * HOUR)),
            ("7d", Start::Ago(168 * HOUR)),
            ("2026-01-15", at("2026-01-15T00:00:00Z")),
            ("2026-01-15T08:00:00Z", at("2026-01-15T08:00:00Z")),
            (
                "2026-01-15T08:00:00.020+01:00",
                at("2026-01-15T07:00:00.020Z"),
            ),
        ] {
            assert_eq!(Start::parse(typed), Ok(start), "{typed}");
            assert_eq!(Start::parse(&start.text()), Ok(start), "{typed}");
        }
        for wrong in [
            "",
            "yesterday",
            "0h",
            "-3d",
            "24",
            "2026-13-01",
            "15.01.2026",
        ] {
            assert!(Start::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_start_is_a_moment_once_the_time_is_known() {
        let now = parse_rfc3339("2026-02-01T00:00:00Z").expect("a time");
        assert_eq!(
            rfc3339(Start::Ago(24 * HOUR).at(now)),
            "2026-01-31T00:00:00.000Z"
        );
        assert_eq!(Start::Now.at(now), now);
        assert!(Start::All.at(now) < now);
        assert!(Start::Now.is_relative() && !Start::All.is_relative());
    }
}
