//! Sets of HTTP statuses, as people write them: `200, 202, 5xx, 500-504`.

use serde::{Deserialize, Deserializer};
use std::ops::RangeInclusive;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Statuses(Vec<RangeInclusive<u16>>);

impl Statuses {
    pub fn has(&self, status: u16) -> bool {
        self.0.iter().any(|range| range.contains(&status))
    }

    pub fn parse(text: &str) -> Result<Self, String> {
        text.split([',', ' ', ';'])
            .filter(|part| !part.is_empty())
            .map(one)
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

fn one(part: &str) -> Result<RangeInclusive<u16>, String> {
    let number = |text: &str| {
        text.parse::<u16>()
            .ok()
            .filter(|status| (100..=599).contains(status))
            .ok_or_else(|| {
                format!("{part:?} is not a status. Write them as 200, 202 or 200-204 or 2xx.")
            })
    };
    if let Some(class) = part.to_ascii_lowercase().strip_suffix("xx") {
        let from = number(&format!("{class}00"))?;
        return Ok(from..=from + 99);
    }
    match part.split_once('-') {
        Some((from, to)) => Ok(number(from)?..=number(to)?),
        None => number(part).map(|status| status..=status),
    }
}

impl<'de> Deserialize<'de> for Statuses {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(source)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_read_as_people_write_them() {
        let set = Statuses::parse("200, 409;5xx 301-303").expect("statuses");
        for status in [200, 409, 500, 599, 301, 302, 303] {
            assert!(set.has(status), "{status}");
        }
        for status in [201, 408, 304] {
            assert!(!set.has(status), "{status}");
        }
        for wrong in ["20", "ok", "2x", "700", "200-", "-5", "65536"] {
            assert!(Statuses::parse(wrong).is_err(), "{wrong}");
        }
    }
}
