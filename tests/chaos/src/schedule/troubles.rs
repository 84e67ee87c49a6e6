//! How each trouble begins and ends.

use penstock_receiver::view::Fault;
use std::time::Duration;

use super::person::Address;
use super::{Broken, GoesOn, Schedule};
use crate::gate::Way;
use crate::plan::{DAY, DiskTrouble, Network, SOURCES, Trouble};

/// Linux's numbers of the errors that a disk answers with.
const EIO: i32 = 5;
const EROFS: i32 = 30;
const ENOSPC: i32 = 28;

impl Schedule {
    pub(super) async fn begin_trouble(
        &mut self,
        trouble: &Trouble,
        until: usize,
    ) -> Result<(), Broken> {
        let mut goes_on = true;
        match trouble {
            Trouble::Kill { down_milliseconds } => {
                goes_on = false;
                if let Some(agent) = self.agent.take() {
                    agent.kill().await;
                    self.ended();
                }
                tokio::time::sleep(Duration::from_millis(*down_milliseconds)).await;
                self.balance_if_possible().await?;
                self.start_if_possible().await?;
            }
            Trouble::Terminate => {
                goes_on = false;
                self.terminate().await?;
                self.balance_if_possible().await?;
                self.start_if_possible().await?;
            }
            Trouble::Receiver(stream, fault) => {
                self.streams[*stream].sink.set_fault(fault.clone());
            }
            Trouble::SignIn(stream, fault) => {
                self.streams[*stream].sink.set_sign_in_fault(fault.clone());
            }
            Trouble::SignOut(stream) => {
                goes_on = false;
                self.streams[*stream].sink.sign_everyone_out();
            }
            Trouble::Network(stream, network) => self.spoil_network(*stream, *network),
            Trouble::Disk(kind) => {
                self.may_prune |= *kind == DiskTrouble::Full;
                self.spoil_disk(*kind);
            }
            Trouble::Clock(seconds) => {
                goes_on = false;
                self.surroundings.clock_seconds += seconds;
                self.may_prune |= self.surroundings.clock_seconds > 6 * DAY;
                self.home.surround(self.surroundings);
            }
            Trouble::Vault => {
                self.home.vault.take_away();
                // A worker that has its secrets goes on; one that begins does not.
                self.terminate().await?;
                self.start_if_possible().await?;
            }
            Trouble::Pause(stream) => {
                let name = self.streams[*stream].name.clone();
                self.command(&["stream", "pause", &name]).await?;
                self.streams[*stream].worker_ended();
            }
            Trouble::Unresolvable(stream) => {
                self.change_address(*stream, Address::OfNobody).await?;
            }
            Trouble::Edit(stream) => {
                goes_on = false;
                let name = self.streams[*stream].name.clone();
                let edited = self
                    .edit(&name, |details| {
                        let other = match details.get("timeout_seconds") {
                            Some(seconds) if seconds == "2" => "3",
                            _ => "2",
                        };
                        details.insert("timeout_seconds".into(), other.into());
                    })
                    .await;
                self.tell(format!("edited: {edited:?}"));
                self.streams[*stream].worker_ended();
            }
            Trouble::Replay(stream, percent) => {
                goes_on = false;
                self.replay(*stream, *percent).await?;
            }
            Trouble::SetAside(stream) => {
                goes_on = false;
                self.look_at_failed(*stream).await?;
            }
            Trouble::Filter(stream, filter) => {
                goes_on = false;
                self.change_filter(*stream, *filter).await?;
            }
            Trouble::Redact(stream, redaction) => {
                goes_on = false;
                self.change_redaction(*stream, *redaction).await?;
            }
            Trouble::Rotate(rotation) => {
                goes_on = false;
                if let Some(log) = &self.log {
                    log.rotate(*rotation).await;
                }
            }
            Trouble::Infisical(mishap) => {
                goes_on = mishap.has_end();
                if let Some(infisical) = &self.infisical {
                    infisical.begin(*mishap);
                }
            }
            Trouble::PauseSource(source) => {
                self.command(&["source", "pause", SOURCES[*source]]).await?;
            }
            Trouble::Delete(stream) => {
                goes_on = false;
                self.replace(*stream).await?;
            }
        }
        if goes_on {
            let before = self.totals();
            self.going_on.push(GoesOn {
                until,
                trouble: trouble.clone(),
                before,
            });
        }
        Ok(())
    }

    /// Those that are over at this step.
    pub(super) async fn end_troubles(&mut self, step: usize) -> Result<(), Broken> {
        let going_on = std::mem::take(&mut self.going_on);
        let (mut over, going_on): (Vec<_>, Vec<_>) =
            going_on.into_iter().partition(|it| it.until <= step);
        self.going_on = going_on;
        // What a person does needs a disk and a vault.
        over.sort_by_key(|it| !matches!(it.trouble, Trouble::Disk(_) | Trouble::Vault));
        for GoesOn {
            trouble, before, ..
        } in over
        {
            self.tell(format!("over: {trouble:?}"));
            match trouble {
                Trouble::Receiver(stream, fault) => {
                    self.streams[stream].sink.set_fault(Fault::None);
                    self.risked(stream, loses_replies(&fault).then_some(before[stream]));
                }
                Trouble::SignIn(stream, _) => {
                    self.streams[stream].sink.set_sign_in_fault(Fault::None);
                }
                Trouble::Network(stream, network) => {
                    self.streams[stream].sink.set_way(Way::Open);
                    let cut = matches!(network, Network::CutReply(_) | Network::CutRequest(_));
                    self.risked(stream, cut.then_some(before[stream]));
                }
                Trouble::Disk(_) => {
                    self.surroundings.refuse = 0;
                    self.home.surround(self.surroundings);
                    self.disk.free();
                }
                Trouble::Vault => {
                    self.home.vault.bring_back();
                }
                Trouble::Pause(stream) => {
                    let name = self.streams[stream].name.clone();
                    self.insist(&["stream", "resume", &name]).await?;
                }
                Trouble::Infisical(_) => {
                    if let Some(infisical) = &self.infisical {
                        infisical.heal();
                    }
                }
                Trouble::PauseSource(source) => {
                    self.insist(&["source", "resume", SOURCES[source]]).await?;
                }
                Trouble::Unresolvable(stream) => self.change_address(stream, Address::Own).await?,
                _ => {}
            }
        }
        if self.agent.is_none() {
            self.start_if_possible().await?;
        }
        Ok(())
    }

    /// SIGTERM, where it runs.
    async fn terminate(&mut self) -> Result<(), Broken> {
        if let Some(mut agent) = self.agent.take() {
            if let Some(status) = agent.ended() {
                return Err(vec![format!("the agent ended by itself: {status}")]);
            }
            agent.terminate().await.map_err(|why| vec![why])?;
            self.ended();
        }
        Ok(())
    }

    /// The process is gone, and with it the knowledge of every request under way.
    fn ended(&mut self) {
        self.figures.ends += 1;
        let accepted = self.offers.count();
        for stream in 0..self.streams.len() {
            self.streams[stream].worker_ended();
            self.streams[stream].rules.read_anew(accepted);
        }
    }

    /// A trouble of the stream's network or receiver is over, which cut what was under way.
    fn risked(&mut self, stream: usize, everything_after: Option<u64>) {
        self.streams[stream].worker_ended();
        if let Some(before) = everything_after {
            // Whatever came may have come once too often.
            let stream = &mut self.streams[stream];
            stream.at_risk += stream.sink.total().saturating_sub(before);
        }
    }

    fn totals(&self) -> Vec<u64> {
        self.streams.iter().map(|it| it.sink.total()).collect()
    }

    fn spoil_network(&mut self, stream: usize, network: Network) {
        let sink = &self.streams[stream].sink;
        match network {
            Network::Refused => sink.set_way(Way::Refused),
            Network::Silent => sink.set_way(Way::Silent),
            Network::CutRequest(bytes) => sink.set_way(Way::CutRequest(bytes)),
            Network::CutReply(bytes) => sink.set_way(Way::CutReply(bytes)),
            Network::Astray => {
                if !sink.lead_astray() {
                    sink.set_way(Way::Refused);
                }
            }
        }
        self.streams[stream].worker_ended();
    }

    fn spoil_disk(&mut self, kind: DiskTrouble) {
        match kind {
            DiskTrouble::Full if self.disk.can_be_filled() => self.disk.fill(),
            // No disk of its own: only its answer is the same.
            DiskTrouble::Full => self.surroundings.refuse = ENOSPC,
            DiskTrouble::ReadOnly => self.surroundings.refuse = EROFS,
            DiskTrouble::Failing => self.surroundings.refuse = EIO,
        }
        self.home.surround(self.surroundings);
    }

    /// Whether something is wrong that keeps the agent from starting, or a command from its work.
    pub(super) fn disturbed(&self) -> bool {
        self.going_on
            .iter()
            .any(|it| matches!(it.trouble, Trouble::Disk(_)))
    }

    async fn start_if_possible(&mut self) -> Result<(), Broken> {
        match self.start().await {
            Ok(()) => Ok(()),
            // It says what is wrong; whoever looks after it starts it again later.
            Err(refused) if self.disturbed() && !refused.code.is_empty() => {
                self.tell(format!("does not start: {}", refused.code));
                Ok(())
            }
            Err(refused) => Err(vec![refused.to_string()]),
        }
    }

    async fn balance_if_possible(&self) -> Result<(), Broken> {
        if self.disturbed() {
            return Ok(());
        }
        self.balance().await
    }
}

/// Whether the sender cannot know that events were taken.
fn loses_replies(fault: &Fault) -> bool {
    matches!(
        fault,
        Fault::Reset {
            after_taking: true,
            ..
        }
    )
}
