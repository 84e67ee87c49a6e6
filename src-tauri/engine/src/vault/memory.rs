//! Secrets in memory, for tests. No setting selects it, so nobody's secrets end up here.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{Owner, Vault};
use crate::problem::Problem;
use crate::secret::Secret;

/// A vault that forgets everything at the end of the process, and can be told to fail.
#[derive(Debug, Default)]
pub struct Memory {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    secrets: HashMap<(String, String), Secret>,
    problem: Option<Problem>,
}

impl Memory {
    /// Every call fails with `problem` until it is `None` again.
    pub fn fail_with(&self, problem: Option<Problem>) {
        self.state().problem = problem;
    }

    /// How many secrets are kept.
    pub fn len(&self) -> usize {
        self.state().secrets.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn working(&self) -> Result<MutexGuard<'_, State>, Problem> {
        let state = self.state();
        match &state.problem {
            Some(problem) => Err(problem.clone()),
            None => Ok(state),
        }
    }
}

fn key(owner: &Owner, field: &str) -> (String, String) {
    (owner.id.clone(), field.to_owned())
}

impl Vault for Memory {
    fn name(&self) -> &'static str {
        "Memory"
    }

    fn writable(&self) -> bool {
        true
    }

    fn check(&self) -> Result<(), Problem> {
        self.working().map(drop)
    }

    fn read(&self, owner: &Owner, field: &str) -> Result<Option<Secret>, Problem> {
        Ok(self.working()?.secrets.get(&key(owner, field)).cloned())
    }

    fn write(&self, owner: &Owner, field: &str, secret: &Secret) -> Result<(), Problem> {
        self.working()?
            .secrets
            .insert(key(owner, field), secret.clone());
        Ok(())
    }

    fn delete(&self, owner: &Owner, field: &str) -> Result<(), Problem> {
        self.working()?.secrets.remove(&key(owner, field));
        Ok(())
    }
}
