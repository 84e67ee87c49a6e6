//! `penstock journal`: how full the journal is, and what it may take.

use clap::Args;
use penstock_engine::engine::Engine;
use penstock_engine::view::JournalBounds;

use crate::failure::Failure;
use crate::host;
use crate::say::{Say, bytes, events, words};
use crate::table::pairs;

#[derive(Args)]
pub struct Command {
    /// What the database may take, for example 20GB; none takes the limit away
    #[arg(long, value_name = "SIZE", value_parser = limit)]
    limit: Option<u64>,
    /// What stays free on its disk, for example 1GB
    #[arg(long, value_name = "SIZE", value_parser = size)]
    keep_free: Option<u64>,
    /// For how many days delivered events are kept, so that they can be replayed
    #[arg(long, value_name = "DAYS")]
    keep_days: Option<u32>,
}

impl Command {
    pub async fn run(self, say: &Say) -> Result<(), Failure> {
        host::ask(async |engine| self.ask(engine, say).await).await
    }

    async fn ask(self, engine: &Engine, say: &Say) -> Result<(), Failure> {
        let bounds = JournalBounds {
            limit_bytes: self.limit,
            keep_free_bytes: self.keep_free,
            keep_days: self.keep_days,
        };
        let journal = if bounds == JournalBounds::default() {
            engine.journal().await?
        } else {
            engine.set_journal_bounds(bounds).await?
        };
        say.answer(&journal, || {
            let limit = journal.limit_bytes.map_or("none".into(), bytes);
            let mut text = pairs(&[
                ("Events", events(journal.events)),
                ("Waiting", events(journal.waiting)),
                ("On disk", bytes(journal.bytes)),
                ("Oldest", journal.oldest_at.clone().unwrap_or_default()),
                ("Limit", limit),
                ("Free on the disk", bytes(journal.disk_free_bytes)),
                ("Kept free", bytes(journal.keep_free_bytes)),
                ("Kept once delivered", days(journal.keep_days)),
            ]);
            if let Some(problem) = &journal.problem {
                text += &format!("\n{}", words(problem));
            }
            text
        });
        Ok(())
    }
}

fn days(days: u32) -> String {
    match days {
        1 => "1 day".into(),
        _ => format!("{days} days"),
    }
}

/// 0 stands for no limit.
fn limit(text: &str) -> Result<u64, String> {
    match text {
        "none" => Ok(0),
        _ => size(text).and_then(|size| match size {
            0 => Err("a limit of 0 would take nothing in; write none for no limit".into()),
            size => Ok(size),
        }),
    }
}

/// `512MB`, `20 GB`, `1.5TB`, or a number of bytes.
fn size(text: &str) -> Result<u64, String> {
    let text = text.trim();
    let digits = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let factor = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1.0,
        "kb" | "k" => 1e3,
        "mb" | "m" => 1e6,
        "gb" | "g" => 1e9,
        "tb" | "t" => 1e12,
        _ => return Err("write a size such as 512MB or 20GB".into()),
    };
    let number: f64 = number
        .parse()
        .map_err(|_| "write a size such as 512MB or 20GB")?;
    Ok((number * factor) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_a_number_and_a_unit() {
        assert_eq!(size("512MB"), Ok(512_000_000));
        assert_eq!(size(" 1.5 gb "), Ok(1_500_000_000));
        assert_eq!(size("1000"), Ok(1000));
        for wrong in ["", "GB", "20 apples", "-1GB", "1.2.3MB"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
        assert_eq!(limit("none"), Ok(0));
        assert!(limit("0").is_err());
    }
}
