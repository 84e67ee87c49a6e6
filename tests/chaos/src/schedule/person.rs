//! What a person does meanwhile, as another process on the same data folder.

use penstock_engine::clock::SystemClock;
use penstock_engine::engine::{Engine, Options};
use penstock_engine::store::journal;
use penstock_engine::vault::Directory;
use penstock_engine::view::StreamDraft;
use std::sync::Arc;
use std::time::Duration;

use super::{Broken, Schedule};
use crate::model::Said;
use crate::plan::Trouble;
use crate::rules::{CANARY, Filter, Redaction};

/// How long a command of a person is tried again where the disk is in the way.
const PERSEVERANCE: u32 = 50;

/// Where a stream sends to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Address {
    Own,
    /// Its host has no answer.
    OfNobody,
}

impl Schedule {
    /// A command that may be refused, in words, while the disk is in the way; whether it was done.
    pub(super) async fn command(&mut self, arguments: &[&str]) -> Result<bool, Broken> {
        match self.home.ask(arguments).await {
            Ok(_) => Ok(true),
            Err(refused) if self.disturbed() && !refused.code.is_empty() => {
                self.tell(format!("{arguments:?} is refused: {}", refused.code));
                Ok(false)
            }
            Err(refused) => Err(vec![refused.to_string()]),
        }
    }

    /// A command that is given again until it is done.
    pub(super) async fn insist(&mut self, arguments: &[&str]) -> Result<(), Broken> {
        for _ in 0..PERSEVERANCE {
            if self.command(arguments).await? {
                return Ok(());
            }
            // Somebody frees the disk.
            self.surroundings.refuse = 0;
            self.home.surround(self.surroundings);
            self.disk.free();
        }
        Err(vec![format!("{arguments:?} is never done")])
    }

    /// To a name that nobody knows, or back to where it was.
    pub(super) async fn change_address(
        &mut self,
        stream: usize,
        address: Address,
    ) -> Result<(), Broken> {
        let sink = &self.streams[stream].sink;
        let Some(field) = sink.kind.address_field() else {
            return Ok(());
        };
        let address = match address {
            Address::Own => sink.form()[field].clone(),
            Address::OfNobody => unresolvable(sink.kind.provider()).to_owned(),
        };
        let name = self.streams[stream].name.clone();
        let back = !self.home.vault.folder().exists();
        for _ in 0..PERSEVERANCE {
            if back {
                self.home.vault.bring_back();
            }
            let edited = self
                .edit(&name, |details| {
                    details.insert(field.into(), address.as_str().into());
                })
                .await;
            if back {
                self.home.vault.take_away();
            }
            self.streams[stream].worker_ended();
            match edited {
                Ok(()) => return Ok(()),
                Err(code) if self.disturbed() => {
                    self.tell(format!("not edited yet: {code}"));
                    self.surroundings.refuse = 0;
                    self.home.surround(self.surroundings);
                    self.disk.free();
                }
                Err(code) => return Err(vec![format!("{name} cannot be edited: {code}")]),
            }
        }
        Err(vec![format!("{name} is never edited")])
    }

    /// What another process on the same data folder does that the command line cannot.
    pub(super) async fn edit(
        &self,
        stream: &str,
        change: impl FnOnce(&mut penstock_engine::provider::Details),
    ) -> Result<(), String> {
        let options = Options {
            data_dir: self.home.data.clone(),
            vault: Arc::new(Directory::new(self.home.vault.folder().to_owned())),
            clock: Arc::new(SystemClock),
        };
        let engine = Engine::open(options).await.map_err(|it| it.code)?;
        let edited = async {
            let view = engine.stream(stream).await?;
            let mut details = view.details.clone();
            change(&mut details);
            let draft = serde_json::from_value::<StreamDraft>(serde_json::json!({
                "provider": view.provider,
                "name": view.name,
                "source": view.source,
                "details": details,
                "stream": view.id,
            }));
            let draft = draft.expect("the rest of a draft may be left out");
            engine.update_stream(draft, false).await
        };
        let edited = edited.await.map_err(|problem| problem.code);
        engine.stop().await;
        edited.map(drop)
    }

    /// The filter is taken up where the cursor stands once the worker begins anew.
    pub(super) async fn change_filter(
        &mut self,
        stream: usize,
        filter: Filter,
    ) -> Result<(), Broken> {
        let name = self.streams[stream].name.clone();
        let paper = self.home.paper("filter", &filter.json());
        let done = self
            .command(&["stream", "filter", &name, "--set", &paper])
            .await?;
        self.streams[stream].worker_ended();
        let rules = &mut self.streams[stream].rules;
        if done {
            rules.edited(filter);
        } else {
            rules.edited_perhaps(filter);
        }
        Ok(())
    }

    pub(super) async fn change_redaction(
        &mut self,
        stream: usize,
        redaction: Redaction,
    ) -> Result<(), Broken> {
        // The key of its hashes is looked for.
        if self.home.vault.is_away() {
            return Ok(());
        }
        let name = self.streams[stream].name.clone();
        let paper = self.home.paper("redaction", &redaction.json());
        self.command(&["stream", "redact", &name, "--set", &paper])
            .await?;
        self.streams[stream].worker_ended();
        Ok(())
    }

    /// Looks at the failed events, exports them, and has them delivered again.
    pub(super) async fn look_at_failed(&mut self, stream: usize) -> Result<(), Broken> {
        let name = self.streams[stream].name.clone();
        if self.streams[stream].rules.redaction.is_some() && !self.home.vault.is_away() {
            let shown = self.home.ask(&["stream", "set-aside", &name]).await;
            let file = self.home.paper_named("export");
            let exported = ["stream", "set-aside", &name, "--export", &file];
            self.command(&exported).await?;
            let export = std::fs::read_to_string(&file).unwrap_or_default();
            let _ = std::fs::remove_file(&file);
            let shown = shown.map(|it| it.to_string()).unwrap_or_default();
            let leaks = [shown, export]
                .iter()
                .filter(|it| it.contains(CANARY))
                .count();
            let mut broken = Vec::new();
            self.leaked(&name, leaks as u64, "looks at failed events", &mut broken);
            if !broken.is_empty() {
                return Err(broken);
            }
        }
        self.command(&["stream", "set-aside", &name, "--replay"])
            .await?;
        Ok(())
    }

    /// Something that was to be redacted was found in so many places.
    pub(super) fn leaked(&mut self, stream: &str, leaks: u64, of: &str, broken: &mut Broken) {
        self.figures.leaked += leaks;
        if leaks > 0 {
            broken.push(format!(
                "{stream}: {leaks} {of} show what was to be redacted"
            ));
        }
    }

    async fn one_said(&self, stream: usize) -> Option<Said> {
        Some(self.said().await.ok()?[stream])
    }

    /// The event that lies at so many per cent of what a stream passed, and how many of its sources
    /// come before it.
    fn place(&self, stream: usize, percent: u64) -> rusqlite::Result<(u64, i64)> {
        let connection = rusqlite::Connection::open(self.home.data.join("penstock.db"))?;
        connection.busy_timeout(Duration::from_secs(10))?;
        let (next, source): (i64, Option<i64>) = connection.query_row(
            "SELECT next_seq, source.number FROM cursor
             JOIN stream ON stream.id = cursor.stream LEFT JOIN source ON source.id = stream.source
             WHERE stream.name = ?1",
            [&self.streams[stream].name],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        let from = (next.cast_unsigned() * percent / 100)
            .max(journal::summary(&connection)?.first_seq)
            .clamp(1, next.cast_unsigned());
        let before = journal::total_before(&connection, from, source)?;
        Ok((from, before.cast_signed()))
    }

    /// Delivers again from some place in the past.
    pub(super) async fn replay(&mut self, stream: usize, percent: u64) -> Result<(), Broken> {
        let Ok((from, before)) = self.place(stream, percent) else {
            return Ok(());
        };
        let (name, from) = (self.streams[stream].name.clone(), from.to_string());
        if !self
            .command(&["stream", "replay", &name, "--from", &from])
            .await?
        {
            return Ok(());
        }
        let Some(then) = self.one_said(stream).await else {
            return Err(vec![format!("{name} is gone after its replay")]);
        };
        // What it had passed may arrive again: at most everything there is.
        let again = u64::try_from(then.appended - before).unwrap_or(0);
        self.streams[stream].replayed += again;
        self.streams[stream].worker_ended();
        Ok(())
    }

    /// Deletes a stream, and makes another that begins at the beginning.
    pub(super) async fn replace(&mut self, stream: usize) -> Result<(), Broken> {
        if self.disturbed() || self.home.vault.is_away() {
            return Ok(());
        }
        let name = self.streams[stream].name.clone();
        self.ask(&["stream", "delete", &name, "--yes"]).await?;
        let (kind, source) = (self.streams[stream].sink.kind, self.streams[stream].source);
        let next = format!("s{stream}x{}", self.deleted.len());
        let rules = &self.streams[stream].rules;
        let rules = (rules.filter(), rules.redaction);
        let made = self.make(next, kind, source, rules).await?;
        let old = std::mem::replace(&mut self.streams[stream], made);
        self.deleted.push(old);
        if self.may_prune {
            let said = self.one_said(stream).await;
            let appended = said.map_or(0, |said| said.appended);
            self.streams[stream].account.add(-appended, 0);
        }
        // Its receiver and its network are new, and as they should be.
        self.going_on.retain(|it| {
            !matches!(it.trouble, Trouble::Receiver(which, _) | Trouble::SignIn(which, _) | Trouble::Network(which, _) if which == stream)
        });
        Ok(())
    }
}

/// An address whose host has no answer.
fn unresolvable(provider: &str) -> &'static str {
    match provider {
        "custom" => "http://penstock.invalid/custom",
        "cribl" => "http://penstock.invalid/cribl/_bulk",
        _ => "http://penstock.invalid",
    }
}
