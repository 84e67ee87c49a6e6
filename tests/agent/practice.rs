//! The practice receiver inside the test, for the program under test to send to.

use penstock_receiver::view::Fault;
use penstock_receiver::{Options, Progress, Receiver};
use tokio::runtime::Runtime;

pub struct Practice {
    runtime: Runtime,
    receiver: Receiver,
}

impl Practice {
    pub fn start() -> Self {
        Self::with(Options::default())
    }

    pub fn with(options: Options) -> Self {
        let runtime = Runtime::new().expect("threads");
        let receiver = runtime
            .block_on(Receiver::start(options))
            .expect("a free port");
        Self { runtime, receiver }
    }

    /// What `stream create` is told, for the provider `practice`.
    pub fn setting(&self) -> String {
        format!("url={}/practice", self.receiver.base_url())
    }

    /// A value of a provider's form that leads here.
    pub fn value(&self, provider: &str, field: &str) -> String {
        let protocols = self.receiver.view().protocols;
        let protocol = protocols.into_iter().find(|it| it.provider == provider);
        let values = protocol.expect("a protocol it speaks").values;
        let value = values.into_iter().find(|(name, _)| name == field);
        value.expect("a field of the protocol").1
    }

    pub fn misbehave(&self, fault: &str) {
        self.receiver
            .set_fault(fault.parse::<Fault>().expect("a fault"));
    }

    pub fn wait_until(&self, reached: impl FnMut(&Progress) -> bool) -> Progress {
        self.runtime.block_on(self.receiver.wait_until(reached))
    }

    /// Waits until this many events came, each counted as often as it came.
    pub fn wait_for(&self, events: u64) {
        self.wait_until(|progress| progress.events >= events);
    }

    /// Everything that came, as text.
    pub fn arrived(&self) -> String {
        let events = self.receiver.events();
        let texts = events.iter().map(|it| String::from_utf8_lossy(&it.record));
        texts.collect::<Vec<_>>().join("\n")
    }

    pub fn progress(&self) -> Progress {
        self.receiver.progress()
    }
}
