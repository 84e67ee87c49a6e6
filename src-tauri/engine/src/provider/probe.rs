//! Questions that leave no event behind, asked one after the other until they tell why a sample
//! was refused.

use super::Request;
use crate::problem::Problem;

pub enum Probe {
    /// Ask this, and look again.
    Ask(Box<Request>),
    /// The true cause.
    Found(Problem),
    /// Nothing more can be found out: the refusal stands as it is.
    Nothing,
}
