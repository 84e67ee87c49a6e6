//! The stages of a Verify, told as they happen.

use std::time::Duration;

use crate::view::{Stage, StageKind, StageState};

pub(super) struct Progress<'a> {
    stages: Vec<Stage>,
    told: &'a (dyn Fn(&[Stage]) + Send + Sync),
}

impl<'a> Progress<'a> {
    pub fn new(signs_in: bool, told: &'a (dyn Fn(&[Stage]) + Send + Sync)) -> Self {
        let kinds = [
            Some(StageKind::FindHost),
            Some(StageKind::Connect),
            signs_in.then_some(StageKind::SignIn),
            Some(StageKind::Send),
            Some(StageKind::Accepted),
        ];
        let progress = Self {
            stages: kinds.into_iter().flatten().map(waiting).collect(),
            told,
        };
        progress.tell();
        progress
    }

    /// A stage that only showed on the way.
    pub fn extend(&mut self, kind: StageKind) {
        self.stages.push(waiting(kind));
        self.begin(kind);
    }

    /// What a stage waits for has not happened yet, and is not waited for any longer.
    pub fn left(&mut self, kind: StageKind, note: String) {
        self.set(kind, StageState::Waiting, note, None);
        self.tell();
    }

    pub fn begin(&mut self, kind: StageKind) {
        self.set(kind, StageState::Running, String::new(), None);
        self.tell();
    }

    /// `how` is what stands before the time: `TLS 1.3` becomes `TLS 1.3, 31 ms`.
    pub fn done(&mut self, kind: StageKind, how: &str, elapsed: Duration) {
        let ms = millis(elapsed);
        self.set(kind, StageState::Done, format!("{how}, {ms} ms"), Some(ms));
        self.tell();
    }

    /// A stage that took no time of its own.
    pub fn noted(&mut self, kind: StageKind, note: String, elapsed: Duration) {
        self.set(kind, StageState::Done, note, Some(millis(elapsed)));
        self.tell();
    }

    /// What follows is never reached.
    pub fn failed(&mut self, kind: StageKind, note: String, elapsed: Option<Duration>) {
        self.set(kind, StageState::Failed, note, elapsed.map(millis));
        for stage in self
            .stages
            .iter_mut()
            .skip_while(|stage| stage.kind != kind)
            .skip(1)
        {
            stage.state = StageState::NotReached;
            stage.note = String::from("Not reached");
            stage.elapsed_ms = None;
        }
        self.tell();
    }

    pub fn into_stages(self) -> Vec<Stage> {
        self.stages
    }

    fn set(&mut self, kind: StageKind, state: StageState, note: String, elapsed_ms: Option<u32>) {
        if let Some(stage) = self.stages.iter_mut().find(|stage| stage.kind == kind) {
            *stage = Stage {
                kind,
                state,
                note,
                elapsed_ms,
            };
        }
    }

    fn tell(&self) {
        (self.told)(&self.stages);
    }
}

fn waiting(kind: StageKind) -> Stage {
    Stage {
        kind,
        state: StageState::Waiting,
        note: String::new(),
        elapsed_ms: None,
    }
}

pub(super) fn millis(elapsed: Duration) -> u32 {
    u32::try_from(elapsed.as_millis()).unwrap_or(u32::MAX)
}
