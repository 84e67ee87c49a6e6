//! What a person passes in: settings, secrets and times.

use penstock_engine::clock::{Clock, Millis, parse_rfc3339};
use penstock_engine::engine::ReplayFrom;
use penstock_engine::problem::Problem;
use penstock_engine::provider::Details;
use penstock_engine::view::SecretsDraft;
use std::io::Read;
use std::path::PathBuf;

/// `FIELD=VALUE`.
#[derive(Debug, Clone)]
pub struct Setting {
    pub field: String,
    pub value: String,
}

impl std::str::FromStr for Setting {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('=') {
            Some((field, value)) if !field.trim().is_empty() => Ok(Self {
                field: field.trim().to_owned(),
                value: value.to_owned(),
            }),
            _ => Err("write it as FIELD=VALUE".into()),
        }
    }
}

/// As details; the last one wins where a field is set twice.
pub fn details(settings: Vec<Setting>) -> Details {
    settings
        .into_iter()
        .map(|setting| (setting.field, setting.value.into()))
        .collect()
}

/// A value of details as a person writes it.
pub fn plain(value: &serde_json::Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// A file, or standard input.
#[derive(Debug, Clone)]
pub enum From {
    Stdin,
    File(PathBuf),
}

impl std::str::FromStr for From {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(if text == "-" {
            From::Stdin
        } else {
            From::File(text.into())
        })
    }
}

impl From {
    pub fn read(&self) -> Result<String, Problem> {
        let mut text = String::new();
        let (name, result) = match self {
            From::Stdin => (
                "standard input".into(),
                std::io::stdin().read_to_string(&mut text),
            ),
            From::File(path) => (
                path.display().to_string(),
                std::fs::File::open(path).and_then(|mut file| file.read_to_string(&mut text)),
            ),
        };
        match result {
            Ok(_) => Ok(text),
            Err(error) => Err(
                Problem::new("input-unreadable", format!("Reading {name} failed."))
                    .next("Check that the file is there, may be read, and is UTF-8 text.")
                    .detail(error.to_string()),
            ),
        }
    }

    /// A JSON object of secret fields. What stands in it is never repeated.
    pub fn secrets(&self) -> Result<SecretsDraft, Problem> {
        let text = self.read()?;
        serde_json::from_str(&text).map_err(|error| {
            Problem::new("secrets-invalid", "The secrets are not a JSON object of field names and values.")
                .next(r#"Write them as {"token": "…"}; `penstock provider show ID` lists the secret fields."#)
                .detail(format!("line {}, column {}", error.line(), error.column()))
        })
    }
}

/// Where a stream begins: a sequence number, a time, or how long ago.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    Now,
    Begin,
    Seq(u64),
    Time(Millis),
    Ago(Millis),
}

/// `90s`, `30m`, `24h` or `7d`, in milliseconds.
pub fn time_span(text: &str) -> Result<i64, String> {
    let unit = match text.bytes().last() {
        Some(b's') => Some(1_000),
        Some(b'm') => Some(60_000),
        Some(b'h') => Some(3_600_000),
        Some(b'd') => Some(86_400_000),
        _ => None,
    };
    unit.and_then(|unit| {
        let count = text[..text.len() - 1].parse::<u32>().ok()?;
        Some(i64::from(count) * unit)
    })
    .ok_or_else(|| "write a number and a unit, such as 90s, 30m, 24h or 7d".into())
}

impl std::str::FromStr for Start {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "now" => return Ok(Start::Now),
            "begin" => return Ok(Start::Begin),
            _ => {}
        }
        if let Ok(seq) = text.parse() {
            return Ok(Start::Seq(seq));
        }
        if let Some(time) = parse_rfc3339(text) {
            return Ok(Start::Time(time));
        }
        let ago = time_span(text).ok();
        ago.map(Start::Ago).ok_or_else(|| {
            "write a sequence number, a time such as 2026-01-15T08:00:00Z, 24h for a day ago, begin, or now".into()
        })
    }
}

impl Start {
    /// `None` for now.
    pub fn replay(self, clock: &impl Clock) -> Option<ReplayFrom> {
        match self {
            Start::Now => None,
            Start::Begin => Some(ReplayFrom::Seq(1)),
            Start::Seq(seq) => Some(ReplayFrom::Seq(seq)),
            Start::Time(time) => Some(ReplayFrom::Time(time)),
            Start::Ago(ago) => Some(ReplayFrom::Time(clock.now() - ago)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_is_split_at_its_first_equals_sign() {
        let setting: Setting = "url=https://example.com/?a=b".parse().expect("valid");
        assert_eq!(
            (setting.field.as_str(), setting.value.as_str()),
            ("url", "https://example.com/?a=b")
        );
        assert!("url".parse::<Setting>().is_err());
        assert!("=value".parse::<Setting>().is_err());
    }

    #[test]
    fn a_start_is_a_number_a_time_or_a_while_ago() {
        assert_eq!("now".parse(), Ok(Start::Now));
        assert_eq!("begin".parse(), Ok(Start::Begin));
        assert_eq!("17".parse(), Ok(Start::Seq(17)));
        assert_eq!(
            "2026-01-15T08:00:00Z".parse(),
            Ok(Start::Time(1_768_464_000_000))
        );
        assert_eq!("24h".parse(), Ok(Start::Ago(86_400_000)));
        for wrong in ["", "yesterday", "h", "-1h", "2026-13-01T00:00:00Z", "€"] {
            assert!(wrong.parse::<Start>().is_err(), "{wrong}");
        }
    }
}
