//! The practice receiver: a loopback server that speaks each provider's protocol strictly.
pub mod view;
