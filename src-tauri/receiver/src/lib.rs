//! The practice receiver: a loopback server that speaks each provider's protocol strictly.
//!
//! It refuses what the real provider refuses, with the same status and body, and can be told to
//! misbehave ([`Fault`](view::Fault)). A newcomer sends to it and sees what arrives; tests send to
//! it and count. It binds loopback unless told otherwise, keeps everything in memory, and knows
//! nothing of the engine that sends to it.

mod answer;
mod arrivals;
mod event;
mod fault;
mod json;
mod ledger;
mod options;
pub mod protocol;
mod receiver;
mod request;
mod route;
mod tls;
pub mod view;
mod wire;

pub use answer::Sent;
pub use arrivals::Progress;
pub use fault::FaultError;
pub use ledger::{Keep, Taken};
pub use options::{Options, Tls};
pub use receiver::Receiver;
