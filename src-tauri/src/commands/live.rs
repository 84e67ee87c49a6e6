//! Live events: the journal's newest, and where each of them stands.

use penstock_engine::view::{EventDetail, EventsAsk, EventsPage};

commands! {
    fn events(desktop, ask: EventsAsk) -> EventsPage {
        desktop.engine().await?.events(ask).await
    }

    fn event(desktop, seq: u64) -> EventDetail {
        desktop.engine().await?.event(seq).await
    }
}
