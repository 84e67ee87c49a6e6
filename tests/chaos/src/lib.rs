//! Shows that nothing is lost: the real agent under random faults.
//!
//! A [`plan`] is drawn from a seed; a [`schedule`] plays it against a real process on a real disk,
//! with a receiver for each stream, while producers post, a
//! file grows and Infisical fills; a model that knows every id, and by itself
//! what filters and redactions are to do, decides whether everything held. [`power_cut`] shows that
//! "accepted" means on the disk. Only for Linux, whose means of doing harm it uses.
#![cfg(target_os = "linux")]

mod agent;
mod disk;
pub mod figures;
mod gate;
mod hosts;
mod infisical;
mod keyring;
mod log;
mod model;
mod offers;
pub mod plan;
pub mod power_cut;
mod producer;
mod rules;
pub mod schedule;
pub mod shrink;
mod sink;
mod vault;
