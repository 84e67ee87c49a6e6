//! How a command ends badly, and what is printed then.

use penstock_engine::problem::Problem;
use std::process::ExitCode;

use crate::say::Say;

pub enum Failure {
    /// The operation failed: exit code 1.
    Problem(Box<Problem>),
    /// It was asked for wrongly: exit code 2.
    Usage(String),
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::Problem(Box::new(problem))
    }
}

impl Failure {
    pub fn report(self, say: &Say) -> ExitCode {
        match self {
            Failure::Problem(problem) => {
                say.problem(&problem);
                ExitCode::from(1)
            }
            Failure::Usage(message) => {
                say.problem(&Problem::new("usage", message));
                ExitCode::from(2)
            }
        }
    }
}
