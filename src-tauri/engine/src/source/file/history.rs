//! What was read of a log's files so far: saved with each batch, in the journal's transaction.

use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::path::PathBuf;

use super::generation::Generation;
use super::identity::Id;

/// Files that are not there any more and still remembered: one may only be out of sight.
const FORMER: usize = 16;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    /// The log's path.
    pub path: PathBuf,
    pub files: Vec<Generation>,
    /// A file that is read once was read to its end.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub done: bool,
}

impl History {
    pub fn position(&self) -> String {
        serde_json::to_string(self).expect("plain values become JSON")
    }

    pub fn find(&mut self, id: Id) -> Option<&mut Generation> {
        self.files.iter_mut().find(|file| file.id == id)
    }

    /// The one of a file, made where there is none.
    pub fn entry(&mut self, id: Id) -> &mut Generation {
        let at = match self.files.iter().position(|file| file.id == id) {
            Some(at) => at,
            None => {
                self.files.push(Generation::new(id));
                self.files.len() - 1
            }
        };
        &mut self.files[at]
    }

    /// A file was emptied, or its number given to a new one: what was read under its identity had
    /// another content.
    pub fn disown(&mut self, id: Id) {
        self.files.retain(|file| file.id != id || file.length > 0);
        if let Some(file) = self.find(id) {
            file.id = Id::default();
        }
    }

    /// Remembers those that are there, and the newest of the others.
    pub fn keep(&mut self, there: &HashSet<Id>) {
        let gone = |file: &Generation| !there.contains(&file.id);
        let mut too_many = self
            .files
            .iter()
            .filter(|file| gone(file))
            .count()
            .saturating_sub(FORMER);
        self.files.retain(|file| {
            let forgotten = too_many > 0 && gone(file);
            too_many -= usize::from(forgotten);
            !forgotten
        });
    }
}
