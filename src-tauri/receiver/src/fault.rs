//! Faults: how the receiver misbehaves on demand, written as a command line writes them.

use std::fmt;
use std::str::FromStr;

use crate::view::Fault;

/// Why a text is no [`Fault`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaultError(String);

impl fmt::Display for FaultError {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for FaultError {}

impl FromStr for Fault {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        let (kind, value) = match text.split_once('=') {
            Some((kind, value)) => (kind, Some(value)),
            None => (text, None),
        };
        match (kind, value) {
            ("none", None) => Ok(Fault::None),
            ("hang", None) => Ok(Fault::Hang),
            ("garbage", None) => Ok(Fault::Garbage),
            ("none" | "hang" | "garbage", Some(_)) => Err(FaultError(format!(
                "The fault `{kind}` takes no value: write `{kind}` alone."
            ))),
            ("status", Some(value)) => status(value),
            ("reset", Some(value)) => reset(value),
            ("delay", Some(value)) => Ok(Fault::Delay {
                milliseconds: number("delay", value, 0, 3_600_000)? as u32,
            }),
            ("limit", Some(value)) => Ok(Fault::Limit {
                bytes: number("limit", value, 1, i64::MAX as u64)?,
            }),
            ("partial", Some("")) => Err(FaultError(
                "The fault `partial` needs a marker, as in `partial=POISON`: events that contain \
                 it are refused."
                    .into(),
            )),
            ("partial", Some(marker)) => Ok(Fault::Partial {
                marker: marker.into(),
            }),
            ("status" | "reset" | "delay" | "limit" | "partial", None) => Err(FaultError(format!(
                "The fault `{kind}` needs a value. {FORMS}"
            ))),
            _ => Err(FaultError(format!(
                "There is no fault called {kind:?}. {FORMS}"
            ))),
        }
    }
}

/// Writes a fault the way it is read.
impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Fault::None => formatter.write_str("none"),
            Fault::Status {
                status,
                retry_after,
                percent,
            } => {
                write!(formatter, "status={status}")?;
                if let Some(seconds) = retry_after {
                    write!(formatter, ":retry_after={seconds}")?;
                }
                write_percent(formatter, *percent)
            }
            Fault::Delay { milliseconds } => write!(formatter, "delay={milliseconds}"),
            Fault::Reset {
                after_taking,
                percent,
            } => {
                write!(
                    formatter,
                    "reset={}",
                    if *after_taking { "after" } else { "before" }
                )?;
                write_percent(formatter, *percent)
            }
            Fault::Partial { marker } => write!(formatter, "partial={marker}"),
            Fault::Limit { bytes } => write!(formatter, "limit={bytes}"),
            Fault::Hang => formatter.write_str("hang"),
            Fault::Garbage => formatter.write_str("garbage"),
        }
    }
}

/// Whether a fault of so many per cent strikes the request of this number. The same seed gives
/// the same requests.
pub(crate) fn strikes(seed: u64, number: u64, percent: u8) -> bool {
    // SplitMix64: one well-mixed value for each number.
    let mut mixed = seed.wrapping_add(number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (mixed ^ (mixed >> 31)) % 100 < u64::from(percent)
}

const FORMS: &str = "The forms are `none`, `status=503` (also `status=429:retry_after=2:percent=30`), \
    `delay=200` (milliseconds), `reset=before` or `reset=after` (also `reset=after:percent=10`), \
    `partial=MARKER`, `limit=100000` (bytes), `hang` and `garbage`.";

fn status(value: &str) -> Result<Fault, FaultError> {
    let mut parts = value.split(':');
    let code = parts.next().unwrap_or_default();
    let mut fault = (
        number("status", code, 200, 599)? as u16,
        None::<u32>,
        100_u8,
    );
    for part in parts {
        match part.split_once('=') {
            Some(("retry_after", seconds)) => {
                fault.1 = Some(number("retry_after", seconds, 0, 86_400)? as u32);
            }
            Some(("percent", percent)) => fault.2 = number("percent", percent, 0, 100)? as u8,
            _ => {
                return Err(unknown_option(
                    "status",
                    part,
                    "`retry_after=2` and `percent=30`",
                ));
            }
        }
    }
    Ok(Fault::Status {
        status: fault.0,
        retry_after: fault.1,
        percent: fault.2,
    })
}

fn reset(value: &str) -> Result<Fault, FaultError> {
    let mut parts = value.split(':');
    let after_taking = match parts.next().unwrap_or_default() {
        "before" => false,
        "after" => true,
        other => {
            return Err(FaultError(format!(
                "A reset comes `before` the body is read or `after` the events were taken, not \
                 {other:?}: write `reset=before` or `reset=after`."
            )));
        }
    };
    let mut chance = 100;
    for part in parts {
        match part.split_once('=') {
            Some(("percent", percent)) => chance = number("percent", percent, 0, 100)? as u8,
            _ => return Err(unknown_option("reset", part, "`percent=10`")),
        }
    }
    Ok(Fault::Reset {
        after_taking,
        percent: chance,
    })
}

fn number(name: &str, text: &str, least: u64, most: u64) -> Result<u64, FaultError> {
    text.parse()
        .ok()
        .filter(|number| (least..=most).contains(number))
        .ok_or_else(|| {
            FaultError(format!(
                "`{name}` must be a whole number from {least} to {most}, not {text:?}."
            ))
        })
}

fn unknown_option(fault: &str, part: &str, known: &str) -> FaultError {
    FaultError(format!(
        "The fault `{fault}` does not know {part:?}; it takes {known}."
    ))
}

fn write_percent(formatter: &mut fmt::Formatter, percent: u8) -> fmt::Result {
    if percent == 100 {
        Ok(())
    } else {
        write!(formatter, ":percent={percent}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_read_and_written_back() {
        for text in [
            "none",
            "status=503",
            "status=429:retry_after=2:percent=30",
            "delay=200",
            "reset=before",
            "reset=after:percent=10",
            "partial=a=b:c",
            "limit=100000",
            "hang",
            "garbage",
        ] {
            let fault: Fault = text.parse().expect(text);
            assert_eq!(fault.to_string(), text);
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_the_right_form() {
        for (text, expected) in [
            ("503", "There is no fault called \"503\""),
            ("status", "needs a value"),
            ("status=abc", "from 200 to 599, not \"abc\""),
            ("status=503:often", "takes `retry_after=2` and `percent=30`"),
            ("status=503:percent=101", "from 0 to 100"),
            ("delay=soon", "must be a whole number"),
            ("reset=now", "`reset=before` or `reset=after`"),
            ("partial=", "needs a marker"),
            ("limit=0", "from 1"),
            ("hang=1", "write `hang` alone"),
        ] {
            let error = text.parse::<Fault>().expect_err(text).to_string();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }

    #[test]
    fn a_percentage_strikes_about_that_often_and_the_same_way_each_time() {
        let struck = |seed| {
            (0..10_000)
                .filter(|n| strikes(seed, *n, 30))
                .collect::<Vec<_>>()
        };
        assert!(
            (2_800..3_200).contains(&struck(1).len()),
            "{}",
            struck(1).len()
        );
        assert_eq!(struck(1), struck(1));
        assert_ne!(struck(1), struck(2));
        assert!((0..1_000).all(|n| strikes(7, n, 100) && !strikes(7, n, 0)));
    }
}
